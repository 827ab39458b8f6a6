//! Resizing a ring in use.

use super::common::*;
use uring::{opcode, IoUring};

fn deferred(entries: u32) -> IoUring {
    IoUring::builder().setup_single_issuer().setup_defer_taskrun().build(entries).unwrap()
}

#[test]
fn queued_entries_and_unread_completions_move_along() {
    if !needs("resize::queued_entries_and_unread_completions_move_along", 6, 13) {
        return;
    }
    let mut ring = deferred(4);
    let nop = |data| opcode::Nop::new().build().user_data(data);
    push(&mut ring, &[nop(0), nop(1)]);
    ring.submit_and_wait(2).unwrap();
    push(&mut ring, &[nop(2), nop(3)]);
    match ring.resize(64, 256) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            return skip("resize::grow", "needs Linux 6.13");
        }
        done => done.unwrap(),
    }
    assert_eq!((ring.params().sq_entries(), ring.params().cq_entries()), (64, 256));
    let queue = ring.submission();
    assert_eq!((queue.capacity(), queue.len()), (64, 2));
    drop(queue);
    let seen: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(seen, [0, 1]);
    assert_eq!(ring.submit_and_wait(2).unwrap(), 2);
    let seen: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(seen, [2, 3]);
    let many: Vec<_> = (0..64).map(nop).collect();
    push(&mut ring, &many);
    ring.submit_and_wait(64).unwrap();
    assert_eq!(ring.completion().count(), 64);
    ring.resize(2, 0).unwrap();
    assert_eq!(ring.params().cq_entries(), 4);
    assert_eq!(result(&mut ring, nop(5)), 0);
}

#[test]
fn what_does_not_fit_stays() {
    if !needs("resize::what_does_not_fit_stays", 6, 13) {
        return;
    }
    let mut ring = deferred(8);
    let nop = |data| opcode::Nop::new().build().user_data(data);
    let all: Vec<_> = (0..8).map(nop).collect();
    push(&mut ring, &all);
    match ring.resize(2, 0) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            return skip("resize::overflow", "needs Linux 6.13");
        }
        refused => assert_eq!(errno(refused), libc::EOVERFLOW),
    }
    assert_eq!(ring.submit_and_wait(8).unwrap(), 8);
    assert_eq!(ring.completion().count(), 8);
}

#[test]
fn other_rings_are_refused() {
    if !needs("resize::others", 6, 13) {
        return;
    }
    assert_eq!(errno(ring().resize(32, 0)), libc::EINVAL);
    let mut given: IoUring =
        IoUring::builder().setup_single_issuer().setup_defer_taskrun().build_no_mmap(8).unwrap();
    assert_eq!(errno(given.resize(32, 0)), libc::EINVAL);
}

#[test]
fn a_local_ring_keeps_what_it_has() {
    if !needs("resize::local_ring", 6, 13) {
        return;
    }
    let mut ring = uring::LocalRing::new(deferred(4));
    let nop = |data| opcode::Nop::new().build().user_data(data);
    // SAFETY: a NOP points at nothing.
    unsafe {
        ring.push(&nop(1)).unwrap();
        ring.push(&nop(2)).unwrap();
    }
    ring.submit_and_wait(2).unwrap();
    assert_eq!(ring.pop().unwrap().user_data(), 1);
    // SAFETY: a NOP points at nothing.
    unsafe { ring.push(&nop(3)) }.unwrap();
    ring.resize(32, 0).unwrap();
    assert_eq!(ring.submit_and_wait(2).unwrap(), 1);
    let seen: Vec<u64> = std::iter::from_fn(|| ring.pop()).map(|done| done.user_data()).collect();
    assert_eq!(seen, [2, 3]);
}

/// The new memory is mapped from the descriptor, so this must be refused before the resize.
#[test]
fn a_ring_without_its_descriptor_is_refused_and_goes_on() {
    if !needs("resize::without_a_descriptor", 6, 13) {
        return;
    }
    let mut ring = deferred(4);
    ring.submitter().register_ring_fd().unwrap();
    ring.close_ring_fd().unwrap();
    push(&mut ring, &[opcode::Nop::new().build().user_data(1)]);
    assert_eq!(errno(ring.resize(32, 0)), libc::EINVAL);
    assert_eq!(ring.params().sq_entries(), 4);
    assert_eq!(ring.submit_and_wait(1).unwrap(), 1);
    assert_eq!(ring.completion().next().unwrap().user_data(), 1);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}

#[test]
fn sizes_are_clamped_where_the_ring_was_made_so() {
    if !needs("resize::clamped", 6, 13) {
        return;
    }
    assert_eq!(errno(deferred(4).resize(1 << 20, 0)), libc::EINVAL);
    let mut builder = IoUring::builder();
    builder.setup_single_issuer().setup_defer_taskrun().setup_clamp();
    let mut ring: IoUring = builder.build(4).unwrap();
    ring.resize(1 << 20, 1 << 20).unwrap();
    assert_eq!((ring.params().sq_entries(), ring.params().cq_entries()), (32768, 65536));
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}
