//! Waiting for words in memory.

use super::common::*;
use std::sync::atomic::AtomicU32;
use uring::{opcode, types};

/// `FUTEX2_SIZE_U32 | FUTEX2_PRIVATE`
const FLAGS: u32 = 2 | 128;
const ANY: u64 = u32::MAX as u64;

#[test]
fn a_wake_ends_a_wait() {
    if !has_op("futex::wait", opcode::FutexWait::CODE) {
        return;
    }
    let mut ring = ring();
    let word = AtomicU32::new(5);
    let wait_one = |val| opcode::FutexWait::new(word.as_ptr(), val, ANY, FLAGS).build();
    assert_eq!(result(&mut ring, wait_one(4)), -libc::EAGAIN);
    push(&mut ring, &[wait_one(5).user_data(1)]);
    ring.submit().unwrap();
    assert!(ring.completion().is_empty());
    let wake = opcode::FutexWake::new(word.as_ptr(), 1, ANY, FLAGS).build().user_data(2);
    push(&mut ring, std::slice::from_ref(&wake));
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [0, 1]);
    assert_eq!(result(&mut ring, wake), 0);
    let refused = opcode::FutexWake::new(word.as_ptr(), 1, ANY, FLAGS).flags(1).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
}

#[test]
fn one_of_several_words() {
    if !has_op("futex::waitv", opcode::FutexWaitV::CODE) {
        return;
    }
    let mut ring = ring();
    let words = [AtomicU32::new(1), AtomicU32::new(2)];
    let list: Vec<types::FutexWaitV> = words
        .iter()
        .zip([1, 2])
        .map(|(word, val)| {
            types::FutexWaitV::new().val(val).uaddr(word.as_ptr() as u64).flags(FLAGS)
        })
        .collect();
    push(&mut ring, &[opcode::FutexWaitV::new(list.as_ptr(), 2).build().user_data(1)]);
    ring.submit().unwrap();
    let wake = opcode::FutexWake::new(words[1].as_ptr(), 1, ANY, FLAGS).build().user_data(2);
    push(&mut ring, &[wake]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [1, 1]);
    let many = vec![types::FutexWaitV::new(); 129];
    let refused = opcode::FutexWaitV::new(many.as_ptr(), 129).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
}
