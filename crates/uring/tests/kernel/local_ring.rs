//! The ring with local queue positions.

use super::common::*;
use uring::{opcode, squeue, types, IoUring, LocalRing};

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

#[test]
fn entries_go_out_with_the_submit() {
    let mut ring = LocalRing::new(IoUring::new(4).unwrap());
    // SAFETY: a NOP points at nothing.
    unsafe { ring.push(&nop(1)) }.unwrap();
    assert_eq!(ring.sq_ready(), 1);
    assert_eq!(ring.submit().unwrap(), 1);
    assert_eq!(ring.sq_ready(), 0);
    assert_eq!(ring.pop().unwrap().user_data(), 1);
    assert!(ring.pop().is_none());
}

#[test]
fn a_full_queue_refuses_until_the_submit() {
    let mut ring = LocalRing::new(IoUring::new(2).unwrap());
    // SAFETY: a NOP points at nothing.
    unsafe {
        ring.push(&nop(1)).unwrap();
        ring.push(&nop(2)).unwrap();
        ring.push(&nop(3)).unwrap_err();
        ring.submit().unwrap();
        ring.push(&nop(3)).unwrap();
    }
    assert_eq!(ring.submit_and_wait(1).unwrap(), 1);
    let seen: Vec<u64> = std::iter::from_fn(|| ring.pop()).map(|done| done.user_data()).collect();
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn it_can_be_given_back() {
    let mut ring = LocalRing::new(IoUring::new(4).unwrap());
    // SAFETY: a NOP points at nothing.
    unsafe { ring.push(&nop(8)) }.unwrap();
    let mut ring = ring.into_inner();
    assert_eq!(ring.submit_and_wait(1).unwrap(), 1);
    assert_eq!(ring.completion().next().unwrap().user_data(), 8);
}

#[test]
fn deferred_task_work_shows_and_is_fetched() {
    if !needs("local_ring::deferred_task_work_shows_and_is_fetched", 6, 1) {
        return;
    }
    let ring: IoUring = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .setup_taskrun_flag()
        .build(4)
        .unwrap();
    let mut ring = LocalRing::new(ring);
    let (read, write) = socket_pair();
    let mut byte = 0u8;
    let fd = types::Fd(std::os::fd::AsRawFd::as_raw_fd(&read));
    // SAFETY: the byte outlives the wait below.
    unsafe { ring.push(&opcode::Recv::new(fd, &raw mut byte, 1).build()) }.unwrap();
    ring.submit().unwrap();
    assert!(!ring.needs_enter());
    std::io::Write::write_all(&mut &write, b"x").unwrap();
    assert!(ring.needs_enter(), "the flag word says that task work waits");
    assert!(ring.pop().is_none(), "nothing is posted before an enter");
    ring.submit_and_get_events().unwrap();
    assert_eq!(ring.pop().unwrap().result(), 1);
    assert_eq!(byte, b'x');
}

#[test]
fn a_wait_can_end_by_time() {
    let mut ring = LocalRing::new(IoUring::new(4).unwrap());
    let soon = types::Timespec::new().nsec(1_000_000);
    let args = types::SubmitArgs::new().timespec(&soon);
    assert_eq!(errno(ring.submit_with_args(1, &args)), libc::ETIME);
}
