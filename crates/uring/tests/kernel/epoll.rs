//! Epoll instances, controlled through the ring.

use super::common::*;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use uring::{opcode, types};

#[test]
fn add_and_wait() {
    let (mut ring, event) = (ring(), eventfd());
    // SAFETY: the descriptor is new and ours.
    let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
    let interest = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 77 };
    let (ep, ev) = (types::Fd(epoll.as_raw_fd()), types::Fd(event.as_raw_fd()));
    let add = || opcode::EpollCtl::new(ep, ev, libc::EPOLL_CTL_ADD, (&raw const interest).cast());
    assert_eq!(result(&mut ring, add().build()), 0);
    assert_eq!(result(&mut ring, add().build()), -libc::EEXIST);
    if !has_op("epoll::wait", opcode::EpollWait::CODE) {
        return;
    }
    let mut events = [libc::epoll_event { events: 0, u64: 0 }; 4];
    let wait_one = opcode::EpollWait::new(ep, events.as_mut_ptr().cast(), 4).build();
    push(&mut ring, &[wait_one]);
    ring.submit().unwrap();
    assert!(ring.completion().is_empty());
    // SAFETY: eight bytes are there.
    unsafe { libc::write(event.as_raw_fd(), std::ptr::from_ref(&1u64).cast(), 8) };
    assert_eq!(wait(&mut ring, 1)[0].result(), 1);
    // SAFETY: the kernel has written the event behind the compiler's back.
    let seen = unsafe { events.as_ptr().read_volatile() };
    assert_eq!({ seen.u64 }, 77);
    let refused = opcode::EpollWait::new(ep, events.as_mut_ptr().cast(), 0).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
    let _ = events;
}
