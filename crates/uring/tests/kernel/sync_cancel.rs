//! Synchronous cancellation.

use super::common::*;
use std::os::fd::AsRawFd;
use types::CancelBuilder as Match;
use uring::{opcode, types};

#[test]
fn it_counts_cancels_and_refuses() {
    if !needs("sync_cancel::counts", 6, 6) {
        return;
    }
    let (mut ring, (read, _write)) = (ring(), pipe());
    let fd = types::Fd(read.as_raw_fd());
    let poll = |data| opcode::PollAdd::new(fd, libc::POLLIN as u32).build().user_data(data);
    push(&mut ring, &[poll(1), poll(2), poll(3), poll(4)]);
    ring.submit().unwrap();
    let submitter = ring.submitter();
    submitter.register_sync_cancel(None, Match::user_data(2)).unwrap();
    let soon = Some(types::Timespec::new().sec(1));
    assert_eq!(submitter.sync_cancel(soon, Match::opcode(opcode::PollAdd::CODE).all()).unwrap(), 3);
    assert_eq!(submitter.sync_cancel(None, Match::any()).unwrap(), 0);
    assert_eq!(errno(submitter.sync_cancel(None, Match::user_data(2))), libc::ENOENT);
    let all = wait(&mut ring, 4);
    assert!(all.iter().all(|done| done.result() == -libc::ECANCELED));
}

/// "Any" is no longer in effect when a criterion is added, although the kernel would prefer it.
#[test]
fn any_with_a_criterion_takes_only_what_matches() {
    if !needs("sync_cancel::any_with_a_criterion", 6, 6) {
        return;
    }
    let (mut ring, (read, _write)) = (ring(), pipe());
    let fd = types::Fd(read.as_raw_fd());
    let poll = |data| opcode::PollAdd::new(fd, libc::POLLIN as u32).build().user_data(data);
    let timeout = types::Timespec::new().sec(1000);
    let timeout = opcode::Timeout::new(&raw const timeout).build().user_data(4);
    push(&mut ring, &[poll(1), poll(2), poll(3), timeout]);
    ring.submit().unwrap();
    let submitter = ring.submitter();
    assert_eq!(submitter.sync_cancel(None, Match::any().and_user_data(2)).unwrap(), 1);
    let polls = Match::any().op(opcode::PollAdd::CODE);
    assert_eq!(submitter.sync_cancel(None, polls.and_user_data(3)).unwrap(), 1);
    assert_eq!(submitter.sync_cancel(None, polls).unwrap(), 1);
    let timeouts = Match::any().and_user_data(4).op(opcode::Timeout::CODE);
    assert_eq!(submitter.sync_cancel(None, timeouts).unwrap(), 1);
    let all = wait(&mut ring, 4);
    assert!(all.iter().all(|done| done.result() == -libc::ECANCELED), "{all:?}");
}
