//! The borrowed views of the two queues.

use super::common::*;
use std::mem::MaybeUninit;
use uring::{cqueue, opcode, squeue, IoUring};

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

#[test]
fn a_full_queue_refuses_and_keeps_what_it_has() {
    let mut ring = IoUring::new(4).unwrap();
    let mut sq = ring.submission();
    for user_data in 0..4 {
        // SAFETY: a NOP points at nothing.
        unsafe { sq.push(&nop(user_data)) }.unwrap();
    }
    assert!(sq.is_full());
    // SAFETY: a NOP points at nothing.
    assert_eq!(unsafe { sq.push(&nop(9)) }.unwrap_err().to_string(), "submission queue is full");
    drop(sq);
    ring.submit_and_wait(4).unwrap();
    let seen: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(seen, [0, 1, 2, 3]);
}

#[test]
fn several_entries_go_in_together_or_not_at_all() {
    let mut ring = IoUring::new(4).unwrap();
    let mut sq = ring.submission();
    // SAFETY: a NOP points at nothing.
    unsafe {
        sq.push_multiple(&[nop(0), nop(1), nop(2)]).unwrap();
        sq.push_multiple(&[nop(3), nop(4)]).unwrap_err();
    }
    assert_eq!(sq.len(), 3);
}

#[test]
fn split_parts_see_each_other_after_a_sync() {
    let mut ring = IoUring::new(4).unwrap();
    let (submitter, mut sq, mut cq) = ring.split();
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push(&nop(1)) }.unwrap();
    assert_eq!(submitter.submit().unwrap(), 0, "not published yet");
    sq.sync();
    assert_eq!(submitter.submit_and_wait(1).unwrap(), 1);
    assert!(cq.is_empty(), "not looked at yet");
    cq.sync();
    assert_eq!((cq.len(), cq.next().unwrap().user_data()), (1, 1));
    sq.sync();
    assert!(sq.is_empty());
    assert_eq!(sq.dropped(), 0);
}

#[test]
fn shared_views_work() {
    let ring = IoUring::new(4).unwrap();
    // SAFETY: a NOP points at nothing, and each view is the only one of its kind.
    unsafe {
        ring.submission_shared().push(&nop(5)).unwrap();
        ring.submit_and_wait(1).unwrap();
        assert_eq!(ring.completion_shared().next().unwrap().user_data(), 5);
    }
}

#[test]
fn fill_moves_what_fits() {
    let mut ring = IoUring::new(4).unwrap();
    push(&mut ring, &[nop(0), nop(1), nop(2)]);
    ring.submit_and_wait(3).unwrap();
    let mut room = [const { MaybeUninit::<cqueue::Entry>::uninit() }; 2];
    let seen: Vec<u64> =
        ring.completion().fill(&mut room).iter().map(cqueue::Entry::user_data).collect();
    assert_eq!(seen, [0, 1]);
    let mut room = [const { MaybeUninit::<cqueue::Entry>::uninit() }; 2];
    assert_eq!(ring.completion().fill(&mut room).len(), 1);
}

#[test]
fn a_status_tells_without_a_borrow() {
    let mut ring = IoUring::new(4).unwrap();
    // SAFETY: the ring outlives the status.
    let status = unsafe { ring.completion().status() };
    assert!(status.is_empty());
    push(&mut ring, &[nop(0)]);
    ring.submit_and_wait(1).unwrap();
    assert!(!status.is_empty());
    ring.completion().next().unwrap();
    assert!(status.is_empty());
}

#[test]
fn debug_output_names_what_is_queued() {
    let mut ring = IoUring::new(4).unwrap();
    let mut sq = ring.submission();
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push(&nop(77)) }.unwrap();
    assert!(format!("{sq:?}").contains("user_data: 77"));
}

#[test]
fn a_ring_can_move_to_another_thread() {
    let mut ring = IoUring::new(4).unwrap();
    let done = std::thread::spawn(move || run(&mut ring, nop(3)).user_data()).join().unwrap();
    assert_eq!(done, 3);
}
