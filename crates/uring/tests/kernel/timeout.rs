//! Timeouts: plain, counted, multishot, updated, and linked.

use super::common::*;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use types::TimeoutFlags as Flags;
use uring::{cqueue, opcode, squeue, types};

fn span(ms: u64) -> types::Timespec {
    Duration::from_millis(ms).into()
}

#[test]
fn a_timer_says_etime_when_its_time_is_over() {
    let mut ring = ring();
    let (start, ts) = (Instant::now(), span(15));
    assert_eq!(result(&mut ring, opcode::Timeout::new(&raw const ts).build()), -libc::ETIME);
    assert!(start.elapsed() >= Duration::from_millis(15));
}

#[test]
fn a_count_ends_it_with_success() {
    let mut ring = ring();
    let ts = span(60_000);
    let timeout = opcode::Timeout::new(&raw const ts).count(2).build().user_data(9);
    push(&mut ring, &[timeout]);
    push(&mut ring, &[opcode::Nop::new().build(), opcode::Nop::new().build()]);
    let last = wait(&mut ring, 3).pop().unwrap();
    assert_eq!((last.user_data(), last.result()), (9, 0));
}

#[test]
fn every_clock_counts() {
    let mut ring = ring();
    let ts = span(1);
    for clock in [Flags::empty(), Flags::BOOTTIME, Flags::REALTIME] {
        let timeout = opcode::Timeout::new(&raw const ts).flags(clock).build();
        assert_eq!(result(&mut ring, timeout), -libc::ETIME);
        let past = types::Timespec::new().sec(1);
        let timeout = opcode::Timeout::new(&raw const past).flags(clock | Flags::ABS).build();
        assert_eq!(result(&mut ring, timeout), -libc::ETIME);
    }
    let two = opcode::Timeout::new(&raw const ts).flags(Flags::BOOTTIME | Flags::REALTIME);
    assert_eq!(result(&mut ring, two.build()), -libc::EINVAL);
}

#[test]
fn expiry_can_count_as_success_in_a_chain() {
    if !needs("timeout::expiry_can_count_as_success_in_a_chain", 5, 16) {
        return;
    }
    let mut ring = ring();
    let ts = span(1);
    for (flags, expected) in [(Flags::empty(), -libc::ECANCELED), (Flags::ETIME_SUCCESS, 0)] {
        let first = opcode::Timeout::new(&raw const ts).flags(flags).build().user_data(1);
        let second = opcode::Nop::new().build().user_data(2);
        push(&mut ring, &[first.flags(squeue::Flags::IO_LINK), second]);
        let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
        assert_eq!(results, [-libc::ETIME, expected]);
    }
}

#[test]
fn a_repeated_timer_fires_as_often_as_asked() {
    let mut ring = ring();
    let ts = span(1);
    let timer = opcode::Timeout::new(&raw const ts).count(3).flags(Flags::MULTISHOT);
    push(&mut ring, &[timer.build()]);
    let all = wait_to_the_last(&mut ring);
    if all[0].result() == -libc::EINVAL {
        return skip("timeout::repeated", "needs Linux 6.4");
    }
    let more: Vec<bool> = all.iter().map(|done| cqueue::more(done.flags())).collect();
    assert_eq!(more, [true, true, false]);
    let absolute = timer.flags(Flags::MULTISHOT | Flags::ABS).build();
    assert_eq!(result(&mut ring, absolute), -libc::EINVAL);
}

#[test]
fn the_time_can_lie_in_the_entry() {
    let timer = opcode::TimeoutImmediate::new(1_000_000).build();
    let got = result(&mut ring(), timer);
    if got == -libc::EINVAL {
        return skip("timeout::immediate", "needs Linux 7.1");
    }
    assert_eq!(got, -libc::ETIME);
}

#[test]
fn a_timer_can_be_taken_back_and_changed() {
    let mut ring = ring();
    let (long, short) = (span(60_000), span(1));
    push(&mut ring, &[opcode::Timeout::new(&raw const long).build().user_data(1)]);
    push(&mut ring, &[opcode::TimeoutRemove::new(1).build().user_data(2)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ECANCELED, 0]);
    push(&mut ring, &[opcode::Timeout::new(&raw const long).build().user_data(1)]);
    push(&mut ring, &[opcode::TimeoutUpdate::new(1, &raw const short).build().user_data(2)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ETIME, 0]);
    assert_eq!(result(&mut ring, opcode::TimeoutRemove::new(1).build()), -libc::ENOENT);
    let update = opcode::TimeoutUpdate::new(1, &raw const short).build();
    assert_eq!(result(&mut ring, update), -libc::ENOENT);
}

/// An update does not change the clock of a timeout.
#[test]
fn a_new_time_does_not_choose_a_clock() {
    let mut ring = ring();
    let long = span(60_000);
    push(&mut ring, &[opcode::Timeout::new(&raw const long).build().user_data(1)]);
    for clock in [Flags::BOOTTIME, Flags::REALTIME] {
        let update = opcode::TimeoutUpdate::new(1, &raw const long).flags(clock).build();
        assert_eq!(result(&mut ring, update), -libc::EINVAL);
    }
    let past = types::Timespec::new().sec(1);
    let point = opcode::TimeoutUpdate::new(1, &raw const past).flags(Flags::ABS).build();
    push(&mut ring, &[point.user_data(2)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ETIME, 0]);
}

#[test]
fn a_linked_timeout_cancels_the_request_before_it() {
    let (mut ring, (read, _write)) = (ring(), pipe());
    let (mut byte, ts) = (0u8, span(5));
    let fd = types::Fd(read.as_raw_fd());
    let slow = opcode::Read::new(fd, &raw mut byte, 1).build().user_data(1);
    let limit = opcode::LinkTimeout::new(&raw const ts).build().user_data(2);
    push(&mut ring, &[slow.flags(squeue::Flags::IO_LINK), limit]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ECANCELED, -libc::ETIME]);
}

#[test]
fn a_linked_timeout_can_be_changed() {
    let (mut ring, (read, _write)) = (ring(), pipe());
    let (mut byte, long, short) = (0u8, span(60_000), span(1));
    let fd = types::Fd(read.as_raw_fd());
    let slow = opcode::Read::new(fd, &raw mut byte, 1).build().user_data(1);
    let limit = opcode::LinkTimeout::new(&raw const long).build().user_data(2);
    push(&mut ring, &[slow.flags(squeue::Flags::IO_LINK), limit]);
    ring.submit().unwrap();
    let update =
        opcode::TimeoutUpdate::new(2, &raw const short).flags(Flags::LINK_TIMEOUT_UPDATE).build();
    push(&mut ring, &[update.user_data(3)]);
    let results: Vec<i32> = wait(&mut ring, 3).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ECANCELED, -libc::ETIME, 0]);
}

#[test]
fn a_linked_timeout_without_a_request_is_refused() {
    let ts = span(1);
    let limit = opcode::LinkTimeout::new(&raw const ts).build();
    assert_eq!(result(&mut ring(), limit), -libc::EINVAL);
}

#[test]
fn a_linked_timeout_can_have_its_time_in_the_entry() {
    let (mut ring, (read, _write)) = (ring(), pipe());
    let mut byte = 0u8;
    let slow = opcode::Read::new(types::Fd(read.as_raw_fd()), &raw mut byte, 1).build();
    let limit = opcode::LinkTimeoutImmediate::new(2_000_000).build().user_data(2);
    push(&mut ring, &[slow.flags(squeue::Flags::IO_LINK).user_data(1), limit]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    if results == [-libc::ECANCELED, -libc::EINVAL] {
        return skip("timeout::link_immediate", "needs Linux 7.1");
    }
    assert_eq!(results, [-libc::ECANCELED, -libc::ETIME]);
}

#[test]
fn a_new_time_can_lie_in_the_entry() {
    let mut ring = ring();
    let nobodys = opcode::TimeoutUpdateImmediate::new(9, 1_000_000).build();
    let answer = result(&mut ring, nobodys);
    if answer == -libc::EINVAL {
        return skip("timeout::update_immediate", "needs Linux 7.1");
    }
    assert_eq!(answer, -libc::ENOENT);
    let long = span(60_000);
    push(&mut ring, &[opcode::Timeout::new(&raw const long).build().user_data(1)]);
    let update = opcode::TimeoutUpdateImmediate::new(1, 1_000_000).build().user_data(2);
    push(&mut ring, &[update]);
    // both at once, because the new time may expire before the next check
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ETIME, 0]);
    let negative = opcode::TimeoutUpdateImmediate::new(1, 1 << 63).build();
    assert_eq!(result(&mut ring, negative), -libc::EINVAL);
}
