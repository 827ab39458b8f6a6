//! Buffers that are provided one by one.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::register::{BufRing, BufRingOptions};
use uring::{cqueue, opcode, squeue, types};

#[test]
fn provided_used_and_removed() {
    let (mut ring, (read, write)) = (ring(), pipe());
    let mut memory = vec![0u8; 4 * 32];
    let provide = opcode::ProvideBuffers::new(memory.as_mut_ptr(), 32, 4, 9, 10).build();
    assert!(result(&mut ring, provide) >= 0);
    (&write).write_all(b"abc").unwrap();
    let entry = opcode::Read::new(types::Fd(read.as_raw_fd()), std::ptr::null_mut(), 32)
        .buf_group(9)
        .build()
        .flags(squeue::Flags::BUFFER_SELECT);
    let done = run(&mut ring, entry.clone());
    assert_eq!(done.result(), 3);
    assert!((10..14).contains(&cqueue::buffer_select(done.flags()).unwrap()));
    assert_eq!(result(&mut ring, opcode::RemoveBuffers::new(100, 9).build()), 3);
    (&write).write_all(b"abc").unwrap();
    assert_eq!(result(&mut ring, entry), -libc::ENOBUFS);
    assert_eq!(result(&mut ring, opcode::RemoveBuffers::new(1, 77).build()), -libc::ENOENT);
    memory.fill(0);
}

#[test]
fn impossible_buffers_are_refused() {
    let mut ring = ring();
    let none = opcode::ProvideBuffers::new(std::ptr::null_mut(), 32, 0, 9, 0).build();
    assert_eq!(result(&mut ring, none), -libc::E2BIG);
}

#[test]
fn an_operation_without_buffers_refuses_the_flag() {
    let nop = opcode::Nop::new().build().flags(squeue::Flags::BUFFER_SELECT);
    assert_eq!(result(&mut ring(), nop), -libc::EOPNOTSUPP);
}

#[test]
fn a_group_is_a_list_or_a_ring() {
    if !needs("buffers_legacy::a_group_is_a_list_or_a_ring", 5, 19) {
        return;
    }
    let mut ring = ring();
    let mut memory = vec![0u8; 64];
    let at = memory.as_mut_ptr();
    let provide = |group| opcode::ProvideBuffers::new(at, 32, 2, group, 0).build();
    let (list, of_a_ring) = (provide(1), provide(2));
    assert!(result(&mut ring, list) >= 0);
    let new = BufRingOptions::new;
    let refused = BufRing::register(&ring.submitter(), 4, 1, new()).map(drop);
    assert_eq!(errno(refused), libc::EEXIST);
    let _buffers = BufRing::register(&ring.submitter(), 4, 2, new()).unwrap();
    assert_eq!(result(&mut ring, of_a_ring), -libc::EINVAL);
    assert_eq!(result(&mut ring, opcode::RemoveBuffers::new(1, 2).build()), -libc::EINVAL);
    assert_eq!(result(&mut ring, opcode::RemoveBuffers::new(9, 1).build()), 2);
}
