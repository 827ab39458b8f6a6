//! Polling a file: once, multishot, updated, removed.

use super::common::*;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use uring::{cqueue, opcode, sys, types};

const IN: u32 = libc::POLLIN as u32;

#[test]
fn it_completes_with_the_events() {
    let (mut ring, (read, write)) = (ring(), pipe());
    let poll = opcode::PollAdd::new(types::Fd(read.as_raw_fd()), IN).build();
    push(&mut ring, &[poll]);
    ring.submit().unwrap();
    assert!(ring.completion().is_empty());
    (&write).write_all(b"x").unwrap();
    assert_eq!(wait(&mut ring, 1)[0].result() & libc::POLLIN as i32, libc::POLLIN as i32);
}

#[test]
fn it_repeats() {
    let (mut ring, (read, write)) = (ring(), pipe());
    let poll = opcode::PollAdd::new(types::Fd(read.as_raw_fd()), IN).multi(true).build();
    push(&mut ring, &[poll.user_data(1)]);
    ring.submit().unwrap();
    for _ in 0..3 {
        (&write).write_all(b"x").unwrap();
        let done = wait(&mut ring, 1).remove(0);
        assert!(cqueue::more(done.flags()));
        (&read).read_exact(&mut [0]).unwrap();
    }
    push(&mut ring, &[opcode::PollRemove::new(1).build().user_data(2)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::ECANCELED, 0]);
    assert_eq!(result(&mut ring, opcode::PollRemove::new(1).build()), -libc::ENOENT);
}

#[test]
fn events_and_user_data_can_change() {
    let (mut ring, (_read, write)) = (ring(), pipe());
    let fd = types::Fd(write.as_raw_fd());
    push(&mut ring, &[opcode::PollAdd::new(fd, libc::POLLPRI as u32).build().user_data(1)]);
    ring.submit().unwrap();
    let update = opcode::PollUpdate::new(1).new_user_data(Some(11)).build().user_data(2);
    assert_eq!(result(&mut ring, update), 0);
    let update = opcode::PollUpdate::new(11).events(Some(libc::POLLOUT as u32)).build();
    push(&mut ring, &[update.user_data(3)]);
    let all = wait(&mut ring, 2);
    assert_eq!((all[0].user_data(), all[0].result()), (3, 0));
    assert_eq!((all[1].user_data(), all[1].result()), (11, libc::POLLOUT as i32));
    let gone = opcode::PollUpdate::new(11).new_user_data(Some(1)).build();
    assert_eq!(result(&mut ring, gone), -libc::ENOENT);
}

/// An update does not change whether a poll is multishot.
#[test]
fn new_events_do_not_change_whether_it_repeats() {
    for repeats in [false, true] {
        for multi in [false, true] {
            let (mut ring, (read, write)) = (ring(), pipe());
            let none = opcode::PollAdd::new(types::Fd(read.as_raw_fd()), libc::POLLPRI as u32);
            push(&mut ring, &[none.multi(repeats).build().user_data(1)]);
            ring.submit().unwrap();
            let update = opcode::PollUpdate::new(1).events(Some(IN)).multi(multi).build();
            assert_eq!(result(&mut ring, update.user_data(2)), 0);
            (&write).write_all(b"x").unwrap();
            let done = wait(&mut ring, 1).remove(0);
            assert_eq!((done.user_data(), cqueue::more(done.flags())), (1, repeats));
        }
    }
    let alone = opcode::PollUpdate::new(1).multi(true).build();
    assert_eq!(result(&mut ring(), alone), -libc::EINVAL);
}

/// `IORING_POLL_ADD_LEVEL` is defined, but every kernel refuses it.
#[test]
fn level_triggering_is_refused() {
    let (mut ring, (read, _write)) = (ring(), pipe());
    let poll = opcode::PollAdd::new(types::Fd(read.as_raw_fd()), IN).build();
    let mut raw = *poll.as_raw();
    raw.len = sys::IORING_POLL_ADD_LEVEL;
    assert_eq!(result(&mut ring, uring::squeue::Entry::from_raw(raw)), -libc::EINVAL);
}
