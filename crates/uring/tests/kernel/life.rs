//! Creating, enabling and dropping a ring.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, types, IoUring};

#[test]
fn the_enabling_thread_becomes_the_issuer() {
    if !needs("life::the_enabling_thread_becomes_the_issuer", 6, 0) {
        return;
    }
    let ring: IoUring =
        IoUring::builder().setup_r_disabled().setup_single_issuer().build(4).unwrap();
    let mut ring = std::thread::spawn(move || {
        ring.submitter().register_enable_rings().unwrap();
        let mut ring = ring;
        assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
        ring
    })
    .join()
    .unwrap();
    push(&mut ring, &[opcode::Nop::new().build()]);
    assert_eq!(errno(ring.submit()), libc::EEXIST);
}

/// The memory must outlive the ring, because the kernel cancels later.
#[test]
fn dropping_a_ring_with_requests_in_flight() {
    let (read, _write) = pipe();
    let memory: &'static mut [u8] = Box::leak(vec![0u8; 64].into_boxed_slice());
    for _ in 0..50 {
        let mut ring = ring();
        let fd = types::Fd(read.as_raw_fd());
        push(&mut ring, &[opcode::Read::new(fd, memory.as_mut_ptr(), 64).build()]);
        ring.submit().unwrap();
    }
}
