//! Registered wait arguments.

use super::common::*;
use std::time::{Duration, Instant};
use uring::register::WaitRegion;
use uring::{opcode, sys, EnterFlags, IoUring};

#[test]
fn waits_follow_their_argument() {
    let mut ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let mut region = match WaitRegion::register(&ring.submitter(), 4) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            return skip("wait_region::waits", "needs Linux 6.13");
        }
        region => region.unwrap(),
    };
    assert!(region.count() >= 4);
    ring.submitter().register_enable_rings().unwrap();
    region.set(0, Some(Duration::from_millis(2)), 0).unwrap();
    region.set(1, Some(Duration::from_millis(40)), 0).unwrap();
    let start = Instant::now();
    assert_eq!(errno(ring.submitter().submit_and_wait_reg(1, 1)), libc::ETIME);
    assert!(start.elapsed() >= Duration::from_millis(40));
    assert_eq!(errno(ring.submitter().submit_and_wait_reg(1, 0)), libc::ETIME);
    push(&mut ring, &[opcode::Nop::new().build()]);
    assert_eq!(ring.submitter().submit_and_wait_reg(1, 0).unwrap(), 1);
    let outside = ring.submitter().submit_and_wait_reg(1, region.count());
    assert_eq!(errno(outside), libc::EFAULT);
    assert_eq!(errno(region.set(region.count(), None, 0)), libc::EINVAL);
}

/// A signal that is blocked outside the wait ends the wait.
#[test]
fn a_wait_runs_with_the_signal_mask_of_its_argument() {
    extern "C" fn nothing(_: libc::c_int) {}
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let Ok(mut region) = WaitRegion::register(&ring.submitter(), 2) else {
        return skip("wait_region::sigmask", "needs Linux 6.13");
    };
    ring.submitter().register_enable_rings().unwrap();
    // SAFETY: the handler does nothing, and only this thread gets the signal.
    let nobody = unsafe {
        libc::signal(libc::SIGUSR2, nothing as *const () as libc::sighandler_t);
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigaddset(&raw mut set, libc::SIGUSR2);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        libc::pthread_kill(libc::pthread_self(), libc::SIGUSR2);
        std::mem::zeroed::<libc::sigset_t>()
    };
    region.set_sigmask(1, Some(&nobody)).unwrap();
    region.set(1, Some(Duration::from_secs(10)), 0).unwrap(); // leaves the mask
    region.set(0, Some(Duration::from_millis(2)), 0).unwrap();
    assert_eq!(errno(ring.submitter().submit_and_wait_reg(1, 0)), libc::ETIME);
    assert_eq!(errno(ring.submitter().submit_and_wait_reg(1, 1)), libc::EINTR);
    region.set_sigmask(1, None).unwrap();
    region.set(1, Some(Duration::from_millis(2)), 0).unwrap();
    assert_eq!(errno(ring.submitter().submit_and_wait_reg(1, 1)), libc::ETIME);
    assert_eq!(errno(region.set_sigmask(region.count(), None)), libc::EINVAL);
}

/// An absolute time of one second after boot has passed.
#[test]
fn a_wait_by_argument_takes_flags() {
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let Ok(mut region) = WaitRegion::register(&ring.submitter(), 1) else {
        return skip("wait_region::flags", "needs Linux 6.13");
    };
    ring.submitter().register_enable_rings().unwrap();
    region.set(0, Some(Duration::from_secs(1)), 0).unwrap();
    let wait = |flags| ring.submitter().submit_and_wait_reg_with_flags(1, 0, flags);
    let start = Instant::now();
    assert_eq!(errno(wait(EnterFlags::ABS_TIMER)), libc::ETIME);
    assert!(start.elapsed() < Duration::from_millis(900));
    assert_eq!(errno(wait(EnterFlags::SQ_WAIT)), libc::EINVAL);
}

#[test]
fn a_ring_has_one_region_and_takes_it_while_disabled() {
    let ring = ring();
    assert_eq!(errno(WaitRegion::register(&ring.submitter(), 1).map(drop)), libc::EINVAL);
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let Ok(_region) = WaitRegion::register(&ring.submitter(), 1) else {
        return skip("wait_region::one", "needs Linux 6.13");
    };
    assert_eq!(errno(WaitRegion::register(&ring.submitter(), 1).map(drop)), libc::EBUSY);
}

/// Not fewer arguments than requested, and not all the memory of the machine.
#[test]
fn impossible_numbers_are_refused() {
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    for count in [0, (1 << 20) + 1, u32::MAX] {
        let refused = WaitRegion::register(&ring.submitter(), count);
        assert_eq!(errno(refused.map(drop)), libc::EINVAL, "{count}");
    }
}

#[test]
fn the_kernel_can_allocate_a_region() {
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let mut region = sys::io_uring_region_desc { size: 4096, ..Default::default() };
    // SAFETY: the kernel allocates the memory.
    match unsafe { ring.submitter().register_region(&mut region, 0) } {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            skip("wait_region::kernel_memory", "needs Linux 6.14");
        }
        done => {
            done.unwrap();
            assert_ne!(region.mmap_offset, 0);
        }
    }
}
