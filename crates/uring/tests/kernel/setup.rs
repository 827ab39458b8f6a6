//! Ring setup: every flag, and refused combinations.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{cqueue, opcode, squeue, sys, Builder, IoUring};

fn refused(setup: impl FnOnce(&mut Builder) -> &mut Builder, entries: u32) -> i32 {
    let mut builder = IoUring::builder();
    setup(&mut builder).build(entries).map(drop).map_or_else(|e| e.raw_os_error().unwrap(), |()| 0)
}

#[test]
fn sizes_are_rounded_up_to_powers_of_two() {
    let ring = IoUring::new(5).unwrap();
    assert_eq!((ring.params().sq_entries(), ring.params().cq_entries()), (8, 16));
}

#[test]
fn impossible_sizes_are_refused() {
    assert_eq!(refused(|b| b, 0), libc::EINVAL);
    assert_eq!(refused(|b| b, 32769), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_cqsize(0), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_cqsize(4), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_cqsize(65537), 8), libc::EINVAL);
}

#[test]
fn clamp_makes_large_sizes_possible() {
    let ring = IoUring::builder().setup_clamp().build(100_000).unwrap();
    let ring: IoUring = ring;
    assert_eq!((ring.params().sq_entries(), ring.params().cq_entries()), (32768, 65536));
}

#[test]
fn cqsize_sets_the_completion_queue() {
    let mut ring: IoUring = IoUring::builder().setup_cqsize(100).build(8).unwrap();
    assert_eq!(ring.params().cq_entries(), 128);
    assert_eq!(ring.completion().capacity(), 128);
}

#[test]
fn flags_that_exclude_each_other_are_refused() {
    assert_eq!(refused(|b| b.setup_defer_taskrun(), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_taskrun_flag(), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_sqpoll(10).setup_coop_taskrun(), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_sqpoll_cpu(0), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_hybrid_iopoll(), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_raw_flags(1 << 31), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_registered_fd_only(), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_sq_rewind(), 8), libc::EINVAL);
}

/// With a type of small entries, slots of large ones would be accessed at the wrong addresses.
#[test]
fn entry_types_that_do_not_fit_the_flags_are_refused() {
    assert_eq!(refused(|b| b.setup_raw_flags(sys::IORING_SETUP_SQE128), 8), libc::EINVAL);
    assert_eq!(refused(|b| b.setup_raw_flags(sys::IORING_SETUP_CQE32), 8), libc::EINVAL);
    let mut mixed = IoUring::<squeue::Entry128>::builder();
    assert_eq!(errno(mixed.setup_sqe_mixed().build(8).map(drop)), libc::EINVAL);
    let mut mixed = IoUring::<squeue::Entry, cqueue::Entry32>::builder();
    assert_eq!(errno(mixed.setup_cqe_mixed().build(8).map(drop)), libc::EINVAL);
}

fn works(builder: &Builder, flag: u32) {
    let mut ring = builder.build(8).unwrap();
    assert_eq!(ring.params().setup_flags() & flag, flag);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}

#[test]
fn every_flag_of_this_kernel_makes_a_ring_that_works() {
    if !needs("setup::every_flag_of_this_kernel_makes_a_ring_that_works", 6, 1) {
        return;
    }
    let mut b = IoUring::builder();
    works(b.setup_submit_all(), sys::IORING_SETUP_SUBMIT_ALL);
    let mut b = IoUring::builder();
    works(b.setup_coop_taskrun(), sys::IORING_SETUP_COOP_TASKRUN);
    let mut b = IoUring::builder();
    works(b.setup_coop_taskrun().setup_taskrun_flag(), sys::IORING_SETUP_TASKRUN_FLAG);
    let mut b = IoUring::builder();
    works(b.setup_single_issuer().setup_defer_taskrun(), sys::IORING_SETUP_DEFER_TASKRUN);
    let mut b = IoUring::builder();
    if needs("setup::no_sqarray", 6, 6) {
        works(b.setup_no_sqarray(), sys::IORING_SETUP_NO_SQARRAY);
    }
    let mut b = IoUring::builder();
    works(b.setup_sqpoll(100), sys::IORING_SETUP_SQPOLL);
    let mut b = IoUring::builder();
    works(b.setup_sqpoll(100).setup_sqpoll_cpu(0), sys::IORING_SETUP_SQ_AFF);
}

#[test]
fn the_newest_flags_work_where_the_kernel_has_them() {
    let flags = [
        (sys::IORING_SETUP_CQE_MIXED, 0, "setup::cqe_mixed", "needs Linux 6.18"),
        (sys::IORING_SETUP_SQE_MIXED, 0, "setup::sqe_mixed", "needs Linux 6.19"),
        (
            sys::IORING_SETUP_SQ_REWIND,
            sys::IORING_SETUP_NO_SQARRAY,
            "setup::sq_rewind",
            "needs Linux 7.0",
        ),
    ];
    for (flag, needs, name, reason) in flags {
        let mut builder = IoUring::builder();
        builder.setup_raw_flags(flag | needs);
        match builder.build(8) {
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
                skip(name, reason);
            }
            Ok(mut ring) => {
                for _ in 0..100 {
                    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
                }
            }
        }
    }
}

#[test]
fn polled_rings_are_made_and_refuse_what_cannot_be_polled() {
    if !needs("setup::hybrid_iopoll", 6, 13) {
        return;
    }
    let mut ring: IoUring =
        IoUring::builder().setup_iopoll().setup_hybrid_iopoll().build(8).unwrap();
    let (read, _write) = pipe();
    let mut byte = 0u8;
    let fd = uring::types::Fd(read.as_raw_fd());
    let got = result(&mut ring, opcode::Read::new(fd, &raw mut byte, 1).build());
    assert_eq!(got, -libc::EOPNOTSUPP);
}

#[test]
fn a_ring_can_share_the_workers_of_another() {
    let first = ring();
    let second: IoUring = IoUring::builder().setup_attach_wq(first.as_raw_fd()).build(8).unwrap();
    assert!(second.params().setup_flags() & sys::IORING_SETUP_ATTACH_WQ != 0);
    assert_eq!(refused(|b| b.setup_attach_wq(9999), 8), libc::ENXIO);
    let (file, _other) = pipe();
    assert_eq!(refused(|b| b.setup_attach_wq(file.as_raw_fd()), 8), libc::EINVAL);
}

#[test]
fn big_entries_work() {
    if !needs("setup::big_entries_work", 5, 19) {
        return;
    }
    let mut ring = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(4).unwrap();
    for user_data in 0..20 {
        let nop = squeue::Entry128::from(opcode::Nop::new().build().user_data(user_data));
        // SAFETY: a NOP points at nothing.
        unsafe { ring.submission().push(&nop) }.unwrap();
        ring.submit_and_wait(1).unwrap();
        let done = ring.completion().next().unwrap();
        assert_eq!((done.user_data(), done.result()), (user_data, 0));
    }
}

#[test]
fn a_ring_can_be_taken_over_by_its_descriptor() {
    let first = ring();
    // SAFETY: dup has no preconditions.
    let fd = unsafe { libc::dup(first.as_raw_fd()) };
    let params = first.params().clone();
    drop(first);
    // SAFETY: the duplicate is not closed elsewhere, and the parameters are those of this ring.
    let mut second = unsafe { IoUring::from_fd(fd, params) }.unwrap();
    assert_eq!(result(&mut second, opcode::Nop::new().build()), 0);
}

#[test]
fn a_ring_of_big_entries_cannot_be_taken_over_as_one_of_small_ones() {
    if !needs("setup::taken_over_big", 5, 19) {
        return;
    }
    let first = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(4).unwrap();
    // SAFETY: dup has no preconditions.
    let fd = unsafe { libc::dup(first.as_raw_fd()) };
    // SAFETY: the duplicate is not closed elsewhere, and the parameters are those of this ring.
    let refused = unsafe { IoUring::from_fd(fd, first.params().clone()) };
    assert_eq!(errno(refused.map(drop)), libc::EINVAL);
}

/// Creates many more rings than a process may have descriptors and mappings.
#[test]
fn dropping_rings_closes_their_descriptors_and_mappings() {
    // SAFETY: the limit is read into a live structure.
    let limit = unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur
    };
    for _ in 0..limit.min(30_000) + 100 {
        drop(IoUring::new(1).unwrap());
    }
}

#[test]
fn ring_descriptors_are_close_on_exec() {
    let ring = ring();
    // SAFETY: asking for the flags of a descriptor changes nothing.
    let flags = unsafe { libc::fcntl(ring.as_raw_fd(), libc::F_GETFD) };
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
}

/// Current kernels put both rings into one mapping, and still support two.
#[test]
fn the_completion_ring_has_a_mapping_of_its_own() {
    let mut ring = ring();
    let params = *ring.params().as_raw();
    let len = params.cq_off.cqes as usize + params.cq_entries as usize * 16;
    let offset = sys::IORING_OFF_CQ_RING as libc::off_t;
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
    let memory = unsafe {
        let (prot, flags) = (libc::PROT_READ, libc::MAP_SHARED);
        libc::mmap(std::ptr::null_mut(), len, prot, flags, ring.as_raw_fd(), offset)
    };
    assert_ne!(memory, libc::MAP_FAILED);
    let tail = memory.cast::<u8>().wrapping_add(params.cq_off.tail as usize).cast::<u32>();
    for count in 1..4 {
        assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
        // SAFETY: the tail lies inside the mapping; the kernel writes it behind the compiler's back.
        assert_eq!(unsafe { tail.read_volatile() }, count);
    }
    // SAFETY: nothing uses the mapping any more.
    unsafe { libc::munmap(memory, len) };
}
