//! Cancellation: by user data, by file, by operation, any, all.

use super::common::*;
use std::os::fd::AsRawFd;
use types::CancelBuilder as Match;
use uring::{opcode, types, IoUring};

/// Returns a ring with reads that wait on `fds`, with user data 1, 2, 3, ...
fn waiting(fds: &[i32]) -> IoUring {
    let mut ring = ring();
    for (index, fd) in fds.iter().enumerate() {
        let poll = opcode::PollAdd::new(types::Fd(*fd), libc::POLLIN as u32).build();
        push(&mut ring, &[poll.user_data(index as u64 + 1)]);
    }
    ring.submit().unwrap();
    ring
}

const CANCEL: u64 = 100;

/// Cancels, and returns the cancel's result and the user data of the cancelled requests.
fn cancel(ring: &mut IoUring, builder: Match, expected: usize) -> (i32, Vec<u64>) {
    push(ring, &[opcode::AsyncCancel2::new(builder).build().user_data(CANCEL)]);
    let mut all = wait(ring, expected + 1);
    let own = all.pop().unwrap();
    assert_eq!(own.user_data(), CANCEL);
    assert!(all.iter().all(|done| done.result() == -libc::ECANCELED), "{all:?}");
    (own.result(), all.iter().map(|done| done.user_data()).collect())
}

#[test]
fn by_user_data() {
    let (read, _write) = pipe();
    let mut ring = waiting(&[read.as_raw_fd()]);
    push(&mut ring, &[opcode::AsyncCancel::new(1).build().user_data(2)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ECANCELED, 0]);
    assert_eq!(result(&mut ring, opcode::AsyncCancel::new(1).build()), -libc::ENOENT);
}

#[test]
fn by_file_one_and_all() {
    if !needs("cancel::by_file_one_and_all", 5, 19) {
        return;
    }
    let ((a, _wa), (b, _wb)) = (pipe(), pipe());
    let (fa, fb) = (a.as_raw_fd(), b.as_raw_fd());
    let mut ring = waiting(&[fa, fa, fa, fb]);
    assert_eq!(cancel(&mut ring, Match::fd(types::Fd(fa)), 1).0, 0);
    let (count, seen) = cancel(&mut ring, Match::fd(types::Fd(fa)).all(), 2);
    assert_eq!((count, seen.contains(&4)), (2, false));
    assert_eq!(cancel(&mut ring, Match::any(), 1), (1, vec![4]));
    assert_eq!(cancel(&mut ring, Match::any(), 0).0, 0);
}

#[test]
fn by_registered_slot() {
    if !needs("cancel::by_registered_slot", 6, 0) {
        return;
    }
    let (read, _write) = pipe();
    let mut ring = ring();
    ring.submitter().register_files(&[read.as_raw_fd()]).unwrap();
    let poll = opcode::PollAdd::new(types::Fixed(0), libc::POLLIN as u32).build().user_data(1);
    push(&mut ring, &[poll]);
    ring.submit().unwrap();
    assert_eq!(cancel(&mut ring, Match::fd(types::Fixed(0)), 1).1, [1]);
}

#[test]
fn by_operation() {
    if !needs("cancel::by_operation", 6, 6) {
        return;
    }
    let (read, _write) = pipe();
    let mut ring = waiting(&[read.as_raw_fd()]);
    let mut byte = 0u8;
    let fd = types::Fd(read.as_raw_fd());
    push(&mut ring, &[opcode::Read::new(fd, &raw mut byte, 1).build().user_data(2)]);
    ring.submit().unwrap();
    let (got, seen) = cancel(&mut ring, Match::opcode(opcode::Read::CODE), 1);
    assert_eq!((got, seen), (0, vec![2]));
    let both = Match::fd(fd).op(opcode::PollAdd::CODE).and_user_data(7);
    assert_eq!(cancel(&mut ring, both, 0).0, -libc::ENOENT);
    let both = Match::fd(fd).op(opcode::PollAdd::CODE).and_user_data(1).all();
    assert_eq!(cancel(&mut ring, both, 1), (1, vec![1]));
}

#[test]
fn user_data_still_counts_beside_an_operation() {
    if !needs("cancel::user_data_still_counts_beside_an_operation", 6, 6) {
        return;
    }
    let (read, _write) = pipe();
    let mut ring = waiting(&[read.as_raw_fd(), read.as_raw_fd()]);
    let one = Match::user_data(2).op(opcode::PollAdd::CODE);
    assert_eq!(cancel(&mut ring, one, 1).1, [2]);
    let wrong = Match::user_data(1).op(opcode::Read::CODE);
    assert_eq!(cancel(&mut ring, wrong, 0).0, -libc::ENOENT);
}

#[test]
fn any_with_a_criterion_takes_only_what_matches() {
    if !needs("cancel::any_with_a_criterion", 6, 6) {
        return;
    }
    let (read, _write) = pipe();
    let mut ring = waiting(&[read.as_raw_fd(), read.as_raw_fd(), read.as_raw_fd()]);
    let none = Match::any().op(opcode::Read::CODE);
    assert_eq!(cancel(&mut ring, none, 0).0, 0);
    assert_eq!(cancel(&mut ring, Match::any().and_user_data(2), 1), (1, vec![2]));
    let polls = Match::any().op(opcode::PollAdd::CODE);
    assert_eq!(cancel(&mut ring, polls, 2), (2, vec![1, 3]));
}
