//! The ring's own descriptor as a registered index.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, IoUring};

#[test]
fn a_registered_ring_goes_on_working() {
    if !needs("ring_fd::a_registered_ring_goes_on_working", 5, 18) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_ring_fd().unwrap();
    assert!(ring.registered_index().is_some());
    assert_eq!(errno(ring.submitter().register_ring_fd()), libc::EEXIST);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
    ring.submitter().register_files_sparse(2).unwrap();
    ring.submitter().unregister_ring_fd().unwrap();
    assert_eq!(errno(ring.submitter().unregister_ring_fd()), libc::EINVAL);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}

/// The index belongs to a thread. On other threads the ring uses its descriptor.
#[test]
fn another_thread_uses_the_descriptor() {
    if !needs("ring_fd::another_thread_uses_the_descriptor", 5, 18) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_ring_fd().unwrap();
    let mut ring = std::thread::spawn(move || {
        assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
        ring
    })
    .join()
    .unwrap();
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}

#[test]
fn a_ring_can_live_without_its_descriptor() {
    let mut ring = ring();
    if !ring.params().is_feature_reg_reg_ring() {
        return skip("ring_fd::close", "needs Linux 6.3");
    }
    assert_eq!(errno(ring.close_ring_fd()), libc::EINVAL);
    ring.submitter().register_ring_fd().unwrap();
    ring.close_ring_fd().unwrap();
    assert_eq!(ring.as_raw_fd(), -1);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
    ring.submitter().register_files_sparse(2).unwrap();
}

/// To the kernel, the descriptor -1 means the calling task, which must not be restricted instead.
#[test]
fn nothing_is_registered_without_a_descriptor() {
    let mut ring = ring();
    if !ring.params().is_feature_reg_reg_ring() {
        return skip("ring_fd::without_a_descriptor", "needs Linux 6.3");
    }
    ring.submitter().register_ring_fd().unwrap();
    ring.close_ring_fd().unwrap();
    std::thread::scope(|scope| {
        let elsewhere = scope.spawn(|| {
            let refused = ring.submitter().register_restrictions(&mut []);
            assert_eq!(errno(refused), libc::EBADF);
            assert_eq!(errno(ring.submit()), libc::EBADF);
        });
        elsewhere.join().unwrap();
    });
}

/// Dropped rings free their index, of which a thread has only 16.
#[test]
fn dropping_gives_the_place_back() {
    if !needs("ring_fd::dropping_gives_the_place_back", 5, 18) {
        return;
    }
    std::thread::spawn(|| {
        for _ in 0..100 {
            let ring = ring();
            ring.submitter().register_ring_fd().unwrap();
        }
    })
    .join()
    .unwrap();
}

#[test]
fn a_thread_has_sixteen_places() {
    if !needs("ring_fd::a_thread_has_sixteen_places", 5, 18) {
        return;
    }
    std::thread::spawn(|| {
        let rings: Vec<IoUring> = (0..17).map(|_| IoUring::new(1).unwrap()).collect();
        for ring in &rings[..16] {
            ring.submitter().register_ring_fd().unwrap();
        }
        assert_eq!(errno(rings[16].submitter().register_ring_fd()), libc::EBUSY);
    })
    .join()
    .unwrap();
}

/// The C library reuses the id of a thread that has ended. The new thread has a table of its own,
/// in which the same index is another ring.
#[test]
fn an_index_ends_with_its_thread() {
    if !needs("ring_fd::an_index_ends_with_its_thread", 5, 18) {
        return;
    }
    for _ in 0..20 {
        let registered = std::thread::spawn(|| {
            let ring = ring();
            ring.submitter().register_ring_fd().unwrap();
            ring
        });
        let mut first = registered.join().unwrap();
        let later = std::thread::spawn(move || {
            let other = ring();
            other.submitter().register_ring_fd().unwrap();
            assert_eq!(other.registered_index(), first.registered_index());
            push(&mut first, &[opcode::Nop::new().build()]);
            assert_eq!(first.submit().unwrap(), 1, "the enter went to the other ring");
        });
        later.join().unwrap();
    }
}

#[test]
fn only_its_thread_drops_a_registration() {
    if !needs("ring_fd::only_its_thread_drops_a_registration", 5, 18) {
        return;
    }
    let outer = ring();
    outer.submitter().register_ring_fd().unwrap();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let mut inner = ring();
            inner.submitter().register_ring_fd().unwrap();
            assert_eq!(errno(outer.submitter().unregister_ring_fd()), libc::EINVAL);
            assert_eq!(errno(outer.submitter().register_ring_fd()), libc::EEXIST);
            assert_eq!(result(&mut inner, opcode::Nop::new().build()), 0);
        });
        thread.join().unwrap();
    });
    outer.submitter().unregister_ring_fd().unwrap();
}

#[test]
fn of_threads_that_register_at_once_one_does() {
    if !needs("ring_fd::of_threads_that_register_at_once_one_does", 5, 18) {
        return;
    }
    for _ in 0..50 {
        let ring = ring();
        let register = || ring.submitter().register_ring_fd().is_ok();
        let done = std::thread::scope(|scope| {
            let threads = [scope.spawn(register), scope.spawn(register)];
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(done[0] != done[1], "{done:?}");
    }
}

/// A ring without a descriptor cannot be borrowed as one.
#[cfg(feature = "io_safety")]
#[test]
fn a_ring_without_a_descriptor_lends_none() {
    let mut ring = ring();
    if !ring.params().is_feature_reg_reg_ring() {
        return skip("ring_fd::lends_none", "needs Linux 6.3");
    }
    ring.submitter().register_ring_fd().unwrap();
    ring.close_ring_fd().unwrap();
    let lend = std::panic::AssertUnwindSafe(|| std::os::fd::AsFd::as_fd(&ring).as_raw_fd());
    assert!(std::panic::catch_unwind(lend).is_err());
}
