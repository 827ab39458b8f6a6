//! An eventfd that is signalled for completions.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, types};

#[test]
fn completions_are_counted() {
    let (mut ring, fd) = (ring(), eventfd());
    ring.submitter().register_eventfd(fd.as_raw_fd()).unwrap();
    assert_eq!(errno(ring.submitter().register_eventfd(fd.as_raw_fd())), libc::EBUSY);
    run(&mut ring, opcode::Nop::new().build());
    assert_eq!(eventfd_count(&fd), 1);
    ring.completion().disable_eventfd();
    assert!(ring.completion().eventfd_disabled());
    run(&mut ring, opcode::Nop::new().build());
    assert_eq!(eventfd_count(&fd), 0);
    ring.completion().enable_eventfd();
    run(&mut ring, opcode::Nop::new().build());
    assert_eq!(eventfd_count(&fd), 1);
    ring.submitter().unregister_eventfd().unwrap();
    assert_eq!(errno(ring.submitter().unregister_eventfd()), libc::ENXIO);
    run(&mut ring, opcode::Nop::new().build());
    assert_eq!(eventfd_count(&fd), 0);
}

#[test]
fn inline_completions_can_be_left_out() {
    let (mut ring, fd, place) = (ring(), eventfd(), Place::new());
    ring.submitter().register_eventfd_async(fd.as_raw_fd()).unwrap();
    run(&mut ring, opcode::Nop::new().build());
    assert_eq!(eventfd_count(&fd), 0);
    // A worker runs this one.
    let file = place.file("f", b"data");
    let sync = opcode::Fsync::new(types::Fd(file.as_raw_fd())).build();
    assert_eq!(result(&mut ring, sync), 0);
    // The worker posts the completion before it signals.
    let mut poll = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure is there.
    unsafe { libc::poll(&raw mut poll, 1, 5_000) };
    assert_eq!(eventfd_count(&fd), 1);
}

#[test]
fn only_an_eventfd_will_do() {
    let (file, _other) = pipe();
    assert_eq!(errno(ring().submitter().register_eventfd(file.as_raw_fd())), libc::EINVAL);
}
