//! Receiving: once, multishot, in bundles, as messages.

use super::common::*;
use std::io::Write;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use uring::register::{BufGroup, BufRingOptions};
use uring::{cqueue, opcode, squeue, sys, types, IoUring};

fn group(ring: &IoUring, entries: u16, size: u32) -> BufGroup {
    BufGroup::register(&ring.submitter(), entries, size, 1, BufRingOptions::new()).unwrap()
}

#[test]
fn recv_gets_what_was_sent() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let mut buf = [0u8; 16];
    (&a).write_all(b"data").unwrap();
    let recv = opcode::Recv::new(types::Fd(b.as_raw_fd()), buf.as_mut_ptr(), 16).build();
    assert_eq!(result(&mut ring, recv.clone()), 4);
    assert_eq!(&buf[..4], b"data");
    drop(a);
    assert_eq!(result(&mut ring, recv), 0);
    let event = eventfd();
    let none = opcode::Recv::new(types::Fd(event.as_raw_fd()), buf.as_mut_ptr(), 1).build();
    assert_eq!(result(&mut ring, none), -libc::ENOTSOCK);
}

#[test]
fn recv_takes_a_buffer_from_a_group() {
    if !needs("recv::recv_takes_a_buffer_from_a_group", 5, 19) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let mut group = group(&ring, 2, 16);
    (&a).write_all(b"data").unwrap();
    let recv = opcode::Recv::new(types::Fd(b.as_raw_fd()), std::ptr::null_mut(), 16).buf_group(1);
    let done = run(&mut ring, recv.build().flags(squeue::Flags::BUFFER_SELECT));
    // SAFETY: the completion is one of this group's.
    let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
    assert_eq!(bytes, b"data");
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn recv_repeats_until_the_group_is_empty() {
    if !needs("recv::recv_repeats_until_the_group_is_empty", 6, 0) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let mut group = group(&ring, 2, 16);
    let recv = opcode::RecvMulti::new(types::Fd(b.as_raw_fd()), 1).build();
    if !needs("recv::repeats", 6, 4) {
        return;
    }
    push(&mut ring, &[recv]);
    for text in [b"one", b"two"] {
        (&a).write_all(text).unwrap();
        let done = wait(&mut ring, 1).remove(0);
        assert!(cqueue::more(done.flags()));
        // SAFETY: the completion is one of this group's.
        assert_eq!(unsafe { group.take(done.result(), done.flags()) }.unwrap().1, text);
    }
    (&a).write_all(b"end").unwrap();
    let last = wait(&mut ring, 1).remove(0);
    assert_eq!((last.result(), cqueue::more(last.flags())), (-libc::ENOBUFS, false));
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn a_repeated_recv_refuses_waitall() {
    let (mut ring, (_a, b)) = (ring(), tcp_pair());
    let recv = opcode::RecvMulti::new(types::Fd(b.as_raw_fd()), 1).flags(libc::MSG_WAITALL);
    assert_eq!(result(&mut ring, recv.build()), -libc::EINVAL);
}

#[test]
fn a_repeated_recv_can_have_a_byte_limit() {
    if !needs("recv::a_repeated_recv_can_have_a_byte_limit", 6, 0) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let group = group(&ring, 8, 4);
    (&a).write_all(&[1; 32]).unwrap();
    let recv = opcode::RecvMulti::new(types::Fd(b.as_raw_fd()), 1).total(8).build();
    push(&mut ring, &[recv]);
    let mut bytes = 0;
    loop {
        let done = wait_one(&mut ring);
        if done.result() == -libc::EINVAL {
            return skip("recv::byte_limit", "needs Linux 6.17");
        }
        bytes += done.result();
        if !cqueue::more(done.flags()) {
            break;
        }
    }
    assert!((8..32).contains(&bytes), "{bytes}");
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

fn wait_one(ring: &mut IoUring) -> cqueue::Entry {
    loop {
        if let Some(done) = ring.completion().next() {
            return done;
        }
        ring.submit_and_wait(1).unwrap();
    }
}

#[test]
fn a_bundle_fills_several_buffers() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    if !ring.params().is_feature_recvsend_bundle() {
        return skip("recv::bundle", "needs Linux 6.10");
    }
    let mut group = group(&ring, 8, 8);
    (&a).write_all(&[1; 30]).unwrap();
    let recv = opcode::RecvBundle::new(types::Fd(b.as_raw_fd()), 1).build();
    let done = run(&mut ring, recv);
    // The kernel decides how much it receives at once. It must fill several buffers.
    assert!(done.result() > 8, "{done:?}");
    // SAFETY: the completion is one of this group's.
    let buffers = unsafe { group.take_bundle(done.result(), done.flags()) };
    assert_eq!(buffers.len() as i32, (done.result() + 7) / 8);
    let bytes: Vec<u8> = buffers.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
    assert_eq!(bytes, vec![1; done.result() as usize]);
    let mut rest = 30 - done.result();
    push(&mut ring, &[opcode::RecvMultiBundle::new(types::Fd(b.as_raw_fd()), 1).build()]);
    (&a).write_all(&[2; 2]).unwrap();
    rest += 2;
    while rest > 0 {
        let done = wait_one(&mut ring);
        assert!(cqueue::more(done.flags()), "{done:?}");
        rest -= done.result();
    }
    drop(a);
    let last = wait_one(&mut ring);
    assert!(!cqueue::more(last.flags()));
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

/// `RecvMultiBundle` has the limits of `RecvMulti`.
#[test]
fn repeated_bundles_can_have_limits() {
    if !needs("recv::repeated_bundles_can_have_limits", 6, 17) {
        return;
    }
    // (limit of one completion, limit of all, lengths for 40 bytes)
    for (len, total, expected) in [(0, 8, vec![8]), (4, 0, vec![4; 10]), (4, 8, vec![4; 2])] {
        let (mut ring, (a, b)) = (ring(), tcp_pair());
        let group = group(&ring, 16, 4);
        (&a).write_all(&[1; 40]).unwrap();
        let recv = opcode::RecvMultiBundle::new(types::Fd(b.as_raw_fd()), 1).len(len).total(total);
        push(&mut ring, &[recv.build()]);
        let done = wait(&mut ring, expected.len());
        assert_eq!(done.iter().map(|done| done.result()).collect::<Vec<_>>(), expected);
        let ended = !cqueue::more(done.last().unwrap().flags());
        assert_eq!(ended, total > 0, "only the limit of them all ends it");
        if !ended {
            drop(a);
            assert!(!cqueue::more(wait_one(&mut ring).flags()));
        }
        // SAFETY: nothing is in flight.
        unsafe { group.unregister(&ring.submitter()) }.unwrap();
    }
}

/// Builders that set `ioprio` accept further flags in it.
#[test]
fn every_form_can_wait_before_the_first_try() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    if !ring.params().is_feature_recvsend_bundle() {
        return skip("recv::poll_first", "needs Linux 6.10");
    }
    let group = group(&ring, 8, 16);
    let fd = types::Fd(b.as_raw_fd());
    let first = sys::IORING_RECVSEND_POLL_FIRST as u16;
    // Data is available, so the result does not show whether the kernel polled first.
    // tests/newer_arguments.rs checks that the flag is set.
    (&a).write_all(b"data").unwrap();
    assert_eq!(result(&mut ring, opcode::RecvBundle::new(fd, 1).ioprio(first).build()), 4);
    let unknown = 1 << 14;
    let refused = [
        opcode::RecvBundle::new(fd, 1).ioprio(unknown).build(),
        opcode::RecvMulti::new(fd, 1).ioprio(unknown).build(),
        opcode::RecvMultiBundle::new(fd, 1).ioprio(unknown).build(),
        opcode::SendBundle::new(fd, 1).ioprio(unknown).build(),
    ];
    for entry in refused {
        assert_eq!(result(&mut ring, entry), -libc::EINVAL);
    }
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn messages_carry_their_sender() {
    let mut ring = ring();
    let (a, b) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    a.send_to(b"dgram", b.local_addr().unwrap()).unwrap();
    let mut buf = [0u8; 16];
    // SAFETY: zeroes are a valid address and a valid message.
    let (mut from, mut msg): (libc::sockaddr_in, libc::msghdr) = unsafe { std::mem::zeroed() };
    let mut iov = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: 16 };
    (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
    msg.msg_name = (&raw mut from).cast();
    msg.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
    let fd = types::Fd(b.as_raw_fd());
    assert_eq!(result(&mut ring, opcode::RecvMsg::new(fd, &raw mut msg).build()), 5);
    // SAFETY: the kernel has written the address behind the compiler's back.
    let port = u16::from_be(unsafe { (&raw const from.sin_port).read_volatile() });
    assert_eq!(port, a.local_addr().unwrap().port());
}

#[test]
fn repeated_messages_are_taken_apart() {
    if !needs("recv::repeated_messages_are_taken_apart", 6, 0) {
        return;
    }
    let mut ring = ring();
    let (a, b) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let mut group = group(&ring, 4, 64);
    // SAFETY: zeroes are a valid message.
    let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    msg.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
    let recv = opcode::RecvMsgMulti::new(types::Fd(b.as_raw_fd()), &raw const msg, 1).build();
    push(&mut ring, &[recv.user_data(1)]);
    ring.submit().unwrap();
    for text in [&b"short"[..], &[3; 60]] {
        a.send_to(text, b.local_addr().unwrap()).unwrap();
        let done = wait_one(&mut ring);
        assert!(cqueue::more(done.flags()));
        // SAFETY: the completion is one of this group's.
        let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
        let out = types::RecvMsgOut::parse(bytes, &msg).unwrap();
        let fits = text.len().min(64 - 16 - 16);
        assert_eq!(out.payload_data(), &text[..fits]);
        assert_eq!(out.is_payload_truncated(), fits < text.len());
        assert_eq!(out.name_data().len(), 16);
        assert_eq!(out.control_data().len(), 0);
        group.put(done.result(), done.flags());
    }
    push(&mut ring, &[opcode::AsyncCancel::new(1).build().user_data(2)]);
    wait(&mut ring, 2);
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn a_registered_buffer_in_a_plain_recv() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let mut memory = vec![0u8; 4096];
    let iov = libc::iovec { iov_base: memory.as_mut_ptr().cast(), iov_len: 4096 };
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iov]) }.unwrap();
    (&a).write_all(b"fixed").unwrap();
    let recv = opcode::Recv::new(types::Fd(b.as_raw_fd()), memory.as_mut_ptr(), 64);
    let got = result(&mut ring, recv.buf_index(Some(0)).build());
    if got == -libc::EINVAL {
        return skip("recv::fixed_buf", "needs Linux 7.2");
    }
    assert_eq!((got, &memory[..5]), (5, &b"fixed"[..]));
}

#[test]
fn zero_copy_receive_needs_its_queue() {
    if !has_op("recv::zero_copy", opcode::RecvZc::CODE) {
        return;
    }
    let (mut ring, (_a, b)) = (ring(), tcp_pair());
    let recv = opcode::RecvZc::new(types::Fd(b.as_raw_fd()), 0).build();
    assert_eq!(result(&mut ring, recv), -libc::EINVAL);
}
