//! Entering the kernel: waits, polling threads, overflow, task work.

use super::common::*;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use uring::{opcode, squeue, sys, types, EnterFlags, IoUring};

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

#[test]
fn submit_says_how_many_were_taken() {
    let mut ring = ring();
    push(&mut ring, &[nop(0), nop(1), nop(2)]);
    assert_eq!(ring.submit().unwrap(), 3);
    assert_eq!(ring.submit().unwrap(), 0);
}

#[test]
fn a_wait_ends_after_its_timeout() {
    let ring = ring();
    let start = Instant::now();
    let span = types::Timespec::from(Duration::from_millis(20));
    let args = types::SubmitArgs::new().timespec(&span);
    assert_eq!(errno(ring.submitter().submit_with_args(1, &args)), libc::ETIME);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn a_wait_takes_a_signal_mask() {
    let mut ring = ring();
    push(&mut ring, &[nop(4)]);
    // SAFETY: the set is filled in before it is used.
    let mask = unsafe {
        let mut mask = std::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&raw mut mask);
        mask
    };
    let args = types::SubmitArgs::new().sigmask(&mask);
    assert_eq!(ring.submitter().submit_with_args(1, &args).unwrap(), 1);
}

/// Counts beyond a C int mean "all that the queue holds".
#[test]
fn a_wait_for_very_many_is_a_wait() {
    let ring = ring();
    let span = types::Timespec::from(Duration::from_millis(5));
    let args = types::SubmitArgs::new().timespec(&span);
    for many in [1usize << 31, usize::MAX] {
        assert_eq!(errno(ring.submitter().submit_with_args(many, &args)), libc::ETIME);
    }
}

/// The kernel would submit first, and then refuse the argument.
#[test]
fn flags_that_change_the_argument_are_refused() {
    let mut ring = ring();
    push(&mut ring, &[nop(4)]);
    let args = types::SubmitArgs::new();
    for flag in EnterFlags::all() - EnterFlags::ABS_TIMER - EnterFlags::NO_IOWAIT {
        assert_eq!(
            errno(ring.submitter().submit_with_args_and_flags(1, &args, flag)),
            libc::EINVAL
        );
        assert_eq!(ring.submission().len(), 1);
    }
}

#[test]
fn a_minimum_wait_returns_with_less_than_was_wanted() {
    let mut ring = ring();
    if !ring.params().is_feature_min_timeout() {
        return skip("submit::a_minimum_wait", "needs Linux 6.12");
    }
    push(&mut ring, &[nop(4)]);
    let long = types::Timespec::new().sec(10);
    let args = types::SubmitArgs::new().timespec(&long).min_wait_usec(2_000);
    let start = Instant::now();
    ring.submitter().submit_with_args(2, &args).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(ring.completion().len(), 1);
}

#[test]
fn an_absolute_timeout_runs_on_the_rings_clock() {
    let ring = ring();
    let past = types::Timespec::new().sec(1);
    let args = types::SubmitArgs::new().timespec(&past);
    let submitter = ring.submitter();
    let got = submitter.submit_with_args_and_flags(1, &args, EnterFlags::ABS_TIMER);
    if errno(got) == libc::EINVAL {
        return skip("submit::absolute_timeout", "needs Linux 6.12");
    }
    let start = Instant::now();
    for clock in [types::ClockId::Boottime, types::ClockId::Monotonic] {
        submitter.register_clock(clock).unwrap();
        let got = submitter.submit_with_args_and_flags(1, &args, EnterFlags::ABS_TIMER);
        assert_eq!(errno(got), libc::ETIME);
    }
    assert!(start.elapsed() < Duration::from_millis(900), "one second of uptime is long past");
}

#[test]
fn an_unknown_clock_is_refused() {
    let clock = sys::io_uring_clock_register { clockid: 77, resv: [0; 3] };
    let ring = ring();
    // SAFETY: the structure is live.
    let got = unsafe {
        libc::syscall(
            libc::SYS_io_uring_register,
            ring.as_raw_fd(),
            sys::IORING_REGISTER_CLOCK,
            &raw const clock,
            0,
        )
    };
    assert_eq!(got, -1);
}

#[test]
fn a_wait_can_stay_out_of_the_iowait_accounts() {
    let mut ring = ring();
    if !ring.params().is_feature_no_iowait() {
        return skip("submit::no_iowait", "needs Linux 6.15");
    }
    push(&mut ring, &[nop(4)]);
    let args = types::SubmitArgs::new();
    let got = ring.submitter().submit_with_args_and_flags(1, &args, EnterFlags::NO_IOWAIT);
    assert_eq!(got.unwrap(), 1);
}

#[test]
fn an_unknown_enter_flag_is_refused() {
    // SAFETY: no argument is passed.
    let got = unsafe { ring().submitter().enter::<u64>(0, 0, 1 << 30, None) };
    assert_eq!(errno(got), libc::EINVAL);
}

#[test]
fn submit_all_goes_on_after_a_bad_entry() {
    if !needs("submit::submit_all_goes_on_after_a_bad_entry", 5, 18) {
        return;
    }
    let bad = || nop(1).flags(squeue::Flags::from_bits_retain(1 << 7));
    let mut ring: IoUring = IoUring::builder().setup_submit_all().build(8).unwrap();
    push(&mut ring, &[nop(0), bad(), nop(2)]);
    assert_eq!(ring.submit_and_wait(3).unwrap(), 3);
    let results: Vec<i32> = wait(&mut ring, 3).iter().map(|done| done.result()).collect();
    assert_eq!(results, [0, -libc::EINVAL, 0]);
}

/// Without the flag, the rest stays in the queue.
#[test]
fn a_bad_entry_ends_a_plain_submit() {
    let bad = nop(1).flags(squeue::Flags::from_bits_retain(1 << 7));
    let mut ring = ring();
    push(&mut ring, &[nop(0), bad, nop(2)]);
    assert_eq!(ring.submit().unwrap(), 2);
    assert_eq!(ring.submission().len(), 1);
    assert_eq!(ring.submit().unwrap(), 1);
    let results: Vec<i32> = wait(&mut ring, 3).iter().map(|done| done.result()).collect();
    assert_eq!(results, [0, -libc::EINVAL, 0]);
}

/// The queue holds 4 completions, the kernel keeps the rest, and submit fetches these.
#[test]
fn overflown_completions_are_neither_lost_nor_reordered() {
    let mut ring: IoUring = IoUring::builder().setup_cqsize(4).build(4).unwrap();
    for batch in 0..10 {
        let nops: Vec<_> = (0..4).map(|n| nop(batch * 4 + n)).collect();
        push(&mut ring, &nops);
        assert_eq!(ring.submit().unwrap(), 4);
    }
    assert!(ring.submission().cq_overflow());
    assert!(ring.completion().is_full());
    let mut seen = Vec::new();
    while seen.len() < 40 {
        seen.extend(ring.completion().map(|done| done.user_data()));
        ring.submit().unwrap();
    }
    assert_eq!(seen, (0..40).collect::<Vec<u64>>());
    assert!(!ring.submission().cq_overflow());
    assert_eq!(ring.completion().overflow(), 0);
}

#[test]
fn get_events_fetches_what_overflowed() {
    let mut ring: IoUring = IoUring::builder().setup_cqsize(4).build(4).unwrap();
    for batch in 0..2 {
        push(&mut ring, &[nop(batch), nop(batch), nop(batch), nop(batch)]);
        ring.submit().unwrap();
    }
    assert_eq!(ring.completion().count(), 4);
    ring.submitter().get_events().unwrap();
    assert_eq!(ring.completion().count(), 4);
}

#[test]
fn deferred_task_work_runs_in_submit() {
    if !needs("submit::deferred_task_work_runs_in_submit", 6, 1) {
        return;
    }
    let mut ring: IoUring = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .setup_taskrun_flag()
        .build(8)
        .unwrap();
    // A socket, because its writer wakes the request. With a pipe, a worker may wait.
    let (read, write) = socket_pair();
    let mut byte = 0u8;
    let fd = types::Fd(read.as_raw_fd());
    push(&mut ring, &[opcode::Recv::new(fd, &raw mut byte, 1).build()]);
    ring.submit().unwrap();
    std::io::Write::write_all(&mut &write, b"y").unwrap();
    assert!(ring.submission().taskrun());
    assert!(ring.completion().is_empty());
    assert_eq!(ring.submit().unwrap(), 0);
    assert_eq!(ring.completion().next().unwrap().result(), 1);
}

#[test]
fn a_single_issuer_refuses_other_threads() {
    if !needs("submit::a_single_issuer_refuses_other_threads", 6, 0) {
        return;
    }
    let ring: IoUring = IoUring::builder().setup_single_issuer().build(8).unwrap();
    ring.submit().unwrap();
    let refusal = std::thread::scope(|scope| {
        scope.spawn(|| errno(ring.submitter().register_files_sparse(1))).join().unwrap()
    });
    assert_eq!(refusal, libc::EEXIST);
}

#[test]
fn a_sleeping_polling_thread_is_woken() {
    let mut ring: IoUring = IoUring::builder().setup_sqpoll(1).build(8).unwrap();
    for user_data in 0..20 {
        let deadline = Instant::now() + Duration::from_secs(10);
        while user_data % 4 == 0 && !ring.submission().need_wakeup() {
            assert!(Instant::now() < deadline, "the polling thread never sleeps");
            std::thread::sleep(Duration::from_millis(1));
        }
        push(&mut ring, &[nop(user_data)]);
        ring.submit().unwrap();
        while ring.completion().is_empty() {
            assert!(Instant::now() < deadline, "the polling thread was not woken");
            std::thread::yield_now();
        }
        assert_eq!(ring.completion().next().unwrap().user_data(), user_data);
    }
}

#[test]
fn squeue_wait_returns_when_there_is_room() {
    let mut ring: IoUring = IoUring::builder().setup_sqpoll(1000).build(4).unwrap();
    for user_data in 0..50 {
        while ring.submission().is_full() {
            ring.submit().unwrap();
            ring.submitter().squeue_wait().unwrap();
        }
        push(&mut ring, &[nop(user_data)]);
        ring.submit().unwrap();
        ring.completion().for_each(drop);
    }
}

#[test]
fn a_disabled_ring_refuses_to_enter() {
    let mut ring: IoUring = IoUring::builder().setup_r_disabled().build(4).unwrap();
    push(&mut ring, &[nop(1)]);
    assert_eq!(errno(ring.submit()), libc::EBADFD);
    ring.submitter().register_enable_rings().unwrap();
    assert_eq!(ring.submit_and_wait(1).unwrap(), 1);
    assert_eq!(errno(ring.submitter().register_enable_rings()), libc::EBADFD);
}
