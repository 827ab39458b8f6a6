//! Creating rings, and passing entries through them.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};

use io_uring::{cqueue, opcode, squeue, types};
use io_uring::{
    Builder, CompletionQueue, CompletionStatus, EnterFlags, IoUring, Parameters, SubmissionQueue,
    Submitter,
};

/// Code that is generic over the entry types, as runtimes write it.
fn echo<S, C>(ring: &mut IoUring<S, C>, user_data: u64) -> u64
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    let mut entry: S = opcode::Nop::new().build().into();
    entry.set_user_data(user_data);
    assert_eq!(entry.get_user_data(), user_data);
    // SAFETY: a NOP points at nothing.
    unsafe { ring.submission().push(&entry) }.expect("queue is full");
    ring.submit_and_wait(1).unwrap();
    let mut done = ring.completion().next().unwrap();
    let seen = done.user_data();
    done.set_user_data(0);
    let small: cqueue::Entry = done.into();
    assert_eq!((small.result(), small.flags(), small.user_data()), (0, 0, 0));
    seen
}

#[test]
fn every_pair_of_entry_types() {
    let mut plain = IoUring::new(8).unwrap();
    assert_eq!(echo(&mut plain, 1), 1);
    let mut big = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(8).unwrap();
    assert_eq!(echo(&mut big, 2), 2);
    let mut half: IoUring<squeue::Entry, cqueue::Entry32> = IoUring::builder().build(8).unwrap();
    assert_eq!(echo(&mut half, 3), 3);
    // SAFETY: a NOP points at nothing.
    unsafe { half.submission().push(&opcode::Nop::new().build()) }.unwrap();
    half.submit_and_wait(1).unwrap();
    let done: cqueue::Entry32 = half.completion().next().unwrap();
    assert_eq!((*done.big_cqe(), done.result(), done.flags()), ([0, 0], 0, 0));
    assert_eq!(<squeue::Entry as squeue::EntryMarker>::BUILD_FLAGS, 0);
    assert_ne!(<squeue::Entry128 as squeue::EntryMarker>::BUILD_FLAGS, 0);
    assert_ne!(<cqueue::Entry32 as cqueue::EntryMarker>::BUILD_FLAGS, 0);
}

#[test]
fn the_builder_has_every_setter() {
    let other = IoUring::new(1).unwrap();
    let mut builder: Builder = IoUring::builder();
    builder
        .dontfork()
        .setup_iopoll()
        .setup_sqpoll(1)
        .setup_sqpoll_cpu(0)
        .setup_cqsize(16)
        .setup_clamp()
        .setup_attach_wq(other.as_raw_fd())
        .setup_r_disabled()
        .setup_submit_all()
        .setup_coop_taskrun()
        .setup_taskrun_flag()
        .setup_defer_taskrun()
        .setup_single_issuer()
        .setup_no_sqarray();
    assert!(builder.clone().build(4).is_err(), "these exclude each other");
}

#[test]
fn parameters_have_every_getter() {
    let ring = IoUring::new(4).unwrap();
    let params: Parameters = ring.params().clone();
    let answers = [
        params.is_setup_sqpoll(),
        params.is_setup_iopoll(),
        params.is_setup_single_issuer(),
        params.is_feature_single_mmap(),
        params.is_feature_nodrop(),
        params.is_feature_submit_stable(),
        params.is_feature_rw_cur_pos(),
        params.is_feature_cur_personality(),
        params.is_feature_fast_poll(),
        params.is_feature_poll_32bits(),
        params.is_feature_sqpoll_nonfixed(),
        params.is_feature_ext_arg(),
        params.is_feature_native_workers(),
        params.is_feature_resource_tagging(),
        params.is_feature_skip_cqe_on_success(),
        params.is_feature_linked_file(),
        params.is_feature_recvsend_bundle(),
        params.is_feature_min_timeout(),
        params.is_feature_no_iowait(),
    ];
    assert!(!answers[0] && !answers[1] && !answers[2] && answers[3]);
    assert_eq!((params.sq_entries(), params.cq_entries(), params.sq_thread_idle()), (4, 8, 0));
    assert!(format!("{params:?}").contains("sq_entries"));
}

#[test]
fn the_three_parts_side_by_side() {
    let mut ring = IoUring::new(4).unwrap();
    let (submitter, mut sq, mut cq): (Submitter<'_>, SubmissionQueue<'_>, CompletionQueue<'_>) =
        ring.split();
    let entries = [opcode::Nop::new().build(), opcode::Nop::new().build().user_data(2)];
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&entries) }.unwrap();
    sq.sync();
    assert!(!sq.is_empty() && !sq.is_full() && sq.len() == 2 && sq.capacity() == 4);
    assert!(!sq.need_wakeup() && !sq.need_wakeup_after_intermittent_seqcst());
    assert!(!sq.cq_overflow() && !sq.taskrun() && sq.dropped() == 0);
    assert_eq!(submitter.submit().unwrap(), 2);
    cq.sync();
    assert!(!cq.is_full() && cq.len() == 2 && cq.capacity() == 8 && cq.overflow() == 0);
    cq.disable_eventfd();
    assert!(cq.eventfd_disabled());
    cq.enable_eventfd();
    let mut room = [const { MaybeUninit::uninit() }; 4];
    assert_eq!(cq.fill(&mut room).len(), 2);
    drop((sq, cq));
    // SAFETY: the ring outlives the status, and no other view exists.
    unsafe {
        let status: CompletionStatus = ring.completion_shared().status();
        assert!(status.is_empty() && !format!("{status:?}").is_empty());
        drop(ring.submission_shared());
    }
}

#[test]
fn a_full_queue_is_an_error_value() {
    let mut ring = IoUring::new(1).unwrap();
    let nop = opcode::Nop::new().build();
    // SAFETY: a NOP points at nothing.
    let refused: squeue::PushError = unsafe {
        ring.submission().push(&nop).unwrap();
        ring.submission().push(&nop).unwrap_err()
    };
    let error: Box<dyn std::error::Error> = Box::new(refused);
    assert_eq!(error.to_string(), "submission queue is full");
}

#[test]
fn entering_by_hand() {
    let mut ring = IoUring::new(4).unwrap();
    // SAFETY: a NOP points at nothing.
    unsafe { ring.submission().push(&opcode::Nop::new().build()) }.unwrap();
    let flags = (EnterFlags::GETEVENTS | EnterFlags::empty()).bits();
    // SAFETY: no argument is passed.
    let taken = unsafe { ring.submitter().enter::<libc::sigset_t>(1, 1, flags, None) };
    assert_eq!(taken.unwrap(), 1);
    assert_eq!(ring.completion().count(), 1);
    let soon = types::Timespec::from(std::time::Duration::from_millis(1));
    let args = types::SubmitArgs::new().timespec(&soon).min_wait_usec(0);
    let late = ring.submitter().submit_with_args(5, &args).unwrap_err();
    assert_eq!(late.raw_os_error(), Some(libc::ETIME));
    let past = types::Timespec::new().sec(1);
    let args = types::SubmitArgs::new().timespec(&past);
    let (absolute, wrong) = (EnterFlags::ABS_TIMER, EnterFlags::SQ_WAIT);
    let late = ring.submitter().submit_with_args_and_flags(5, &args, absolute).unwrap_err();
    // Linux 6.12 and newer, and older.
    assert!([Some(libc::ETIME), Some(libc::EINVAL)].contains(&late.raw_os_error()));
    let refused = ring.submitter().submit_with_args_and_flags(5, &args, wrong).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EINVAL));
    let _ = ring.submitter().squeue_wait();
    // SAFETY: zeroes are an empty set.
    let nobody: libc::sigset_t = unsafe { std::mem::zeroed() };
    // Created but not used: every kernel refuses the size that the other crate passes.
    let _masked: types::SubmitArgs<'_, '_> = types::SubmitArgs::new().sigmask(&nobody);
    let known = [
        EnterFlags::SQ_WAKEUP,
        EnterFlags::SQ_WAIT,
        EnterFlags::EXT_ARG,
        EnterFlags::REGISTERED_RING,
        EnterFlags::ABS_TIMER,
        EnterFlags::EXT_ARG_REG,
        EnterFlags::NO_IOWAIT,
    ];
    assert_eq!(known.into_iter().fold(EnterFlags::GETEVENTS, |all, one| all | one).bits(), 0xff);
}

/// The feature `io_safety`.
#[test]
fn a_ring_lends_its_descriptor() {
    let ring = IoUring::new(4).unwrap();
    assert_eq!(ring.as_fd().as_raw_fd(), ring.as_raw_fd());
    let copy = ring.as_fd().try_clone_to_owned().unwrap();
    assert_ne!(copy.as_raw_fd(), ring.as_raw_fd());
}

#[test]
fn a_ring_from_a_descriptor() {
    let first = IoUring::new(4).unwrap();
    // SAFETY: dup has no preconditions.
    let fd = unsafe { libc::dup(first.as_raw_fd()) };
    // SAFETY: the duplicate is ours, and the parameters are those of this ring.
    let mut second = unsafe { IoUring::from_fd(fd, first.params().clone()) }.unwrap();
    drop(first);
    assert_eq!(echo(&mut second, 9), 9);
}
