//! Sends, with and without zero copy.

use super::common::*;
use std::io::Read;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use uring::register::{BufGroup, BufRingOptions};
use uring::{cqueue, opcode, squeue, sys, types};

#[test]
fn send_reaches_the_peer() {
    if !needs("send::send_reaches_the_peer", 5, 19) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let fd = types::Fd(a.as_raw_fd());
    let send = opcode::Send::new(fd, b"hello".as_ptr(), 5);
    assert_eq!(result(&mut ring, send.build()), 5);
    let first = send.ioprio(sys::IORING_RECVSEND_POLL_FIRST as u16).build();
    assert_eq!(result(&mut ring, first), 5);
    let mut got = [0; 10];
    (&b).read_exact(&mut got).unwrap();
    assert_eq!(&got, b"hellohello");
    let event = eventfd();
    let none = opcode::Send::new(types::Fd(event.as_raw_fd()), b"x".as_ptr(), 1).build();
    assert_eq!(result(&mut ring, none), -libc::ENOTSOCK);
}

#[test]
fn send_to_an_address() {
    if !needs("send::send_to_an_address", 6, 0) {
        return;
    }
    let mut ring = ring();
    let (a, b) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    // SAFETY: zeroes are a valid address.
    let mut to: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    to.sin_family = libc::AF_INET as u16;
    to.sin_port = b.local_addr().unwrap().port().to_be();
    to.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    let len = size_of::<libc::sockaddr_in>() as u32;
    let fd = types::Fd(a.as_raw_fd());
    let send = opcode::Send::new(fd, b"dgram".as_ptr(), 5).dest_addr((&raw const to).cast());
    assert_eq!(result(&mut ring, send.dest_addr_len(len).build()), 5);
    let mut got = [0; 16];
    assert_eq!(b.recv(&mut got).unwrap(), 5);
    assert_eq!(
        result(&mut ring, opcode::Send::new(fd, b"x".as_ptr(), 1).build()),
        -libc::EDESTADDRREQ
    );

    let zc = opcode::SendZc::new(fd, b"zc".as_ptr(), 2).dest_addr((&raw const to).cast());
    assert_eq!(result(&mut ring, zc.dest_addr_len(len).build()), 2);
    assert!(cqueue::notif(wait(&mut ring, 1)[0].flags()));
    assert_eq!(b.recv(&mut got).unwrap(), 2);
}

#[test]
fn a_vector_goes_out_in_one_send() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let iov = [
        libc::iovec { iov_base: b"ab".as_ptr().cast_mut().cast(), iov_len: 2 },
        libc::iovec { iov_base: b"cd".as_ptr().cast_mut().cast(), iov_len: 2 },
    ];
    let send = opcode::Send::new(types::Fd(a.as_raw_fd()), iov.as_ptr().cast(), 2)
        .ioprio(sys::IORING_SEND_VECTORIZED as u16)
        .build();
    let got = result(&mut ring, send);
    if got == -libc::EINVAL {
        return skip("send::vectorized", "needs Linux 6.17");
    }
    assert_eq!(got, 4);
    let mut text = [0; 4];
    (&b).read_exact(&mut text).unwrap();
    assert_eq!(&text, b"abcd");
}

#[test]
fn a_registered_buffer_in_a_plain_send() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let memory = vec![7u8; 4096];
    let iov = libc::iovec { iov_base: memory.as_ptr().cast_mut().cast(), iov_len: 4096 };
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iov]) }.unwrap();
    let send = opcode::Send::new(types::Fd(a.as_raw_fd()), memory.as_ptr(), 64).buf_index(Some(0));
    let got = result(&mut ring, send.build());
    if got == -libc::EINVAL {
        return skip("send::fixed_buf", "needs Linux 7.2");
    }
    assert_eq!(got, 64);
    (&b).read_exact(&mut [0; 64]).unwrap();
}

#[test]
fn zero_copy_completes_twice() {
    if !needs("send::zero_copy_completes_twice", 6, 2) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let fd = types::Fd(a.as_raw_fd());
    let memory = vec![9u8; 8192];
    let iov = libc::iovec { iov_base: memory.as_ptr().cast_mut().cast(), iov_len: 8192 };
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iov]) }.unwrap();
    let report = sys::IORING_SEND_ZC_REPORT_USAGE as u16;
    let zc = opcode::SendZc::new(fd, memory.as_ptr(), 8192).buf_index(Some(0)).zc_flags(report);
    push(&mut ring, &[zc.build().user_data(5)]);
    let mut all: Vec<cqueue::Entry> = Vec::new();
    ring.submit_and_wait(1).unwrap();
    all.extend(ring.completion());
    (&b).read_exact(&mut vec![0; 8192]).unwrap();
    while all.len() < 2 {
        ring.submit_and_wait(1).unwrap();
        all.extend(ring.completion());
    }
    assert_eq!((all[0].result(), cqueue::more(all[0].flags())), (8192, true));
    assert!(cqueue::notif(all[1].flags()) && !cqueue::more(all[1].flags()));
    assert!(cqueue::zero_copy_copied(all[1].result()), "loopback copies");
    assert!(all.iter().all(|done| done.user_data() == 5));
}

#[test]
fn a_failed_zero_copy_send_notifies_too() {
    if !needs("send::a_failed_zero_copy_send_notifies_too", 6, 0) {
        return;
    }
    let mut ring = ring();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let zc = opcode::SendZc::new(types::Fd(udp.as_raw_fd()), b"x".as_ptr(), 1).build();
    let done = run(&mut ring, zc);
    assert_eq!(done.result(), -libc::EDESTADDRREQ);
    assert!(cqueue::more(done.flags()));
    assert!(cqueue::notif(wait(&mut ring, 1)[0].flags()));
}

#[test]
fn zero_copy_cannot_go_without_completions() {
    let (mut ring, (a, _b)) = (ring(), tcp_pair());
    let zc = opcode::SendZc::new(types::Fd(a.as_raw_fd()), b"x".as_ptr(), 1).build();
    assert_eq!(result(&mut ring, zc.flags(squeue::Flags::SKIP_SUCCESS)), -libc::EINVAL);
}

#[test]
fn notifications_can_have_their_own_user_data() {
    let (mut ring, (a, _b)) = (ring(), tcp_pair());
    let zc = opcode::SendZc::new(types::Fd(a.as_raw_fd()), b"x".as_ptr(), 1).notif_user_data(44);
    let first = run(&mut ring, zc.build().user_data(4));
    if first.result() == -libc::EINVAL {
        return skip("send::notif_user_data", "needs Linux 7.1");
    }
    assert_eq!(first.user_data(), 4);
    assert_eq!(wait(&mut ring, 1)[0].user_data(), 44);
}

#[test]
fn messages_plain_and_zero_copy() {
    if !needs("send::messages_plain_and_zero_copy", 6, 1) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let fd = types::Fd(a.as_raw_fd());
    let mut iov = libc::iovec { iov_base: b"msg".as_ptr().cast_mut().cast(), iov_len: 3 };
    // SAFETY: zeroes are a valid message.
    let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
    assert_eq!(result(&mut ring, opcode::SendMsg::new(fd, &raw const msg).build()), 3);
    let zc = opcode::SendMsgZc::new(fd, &raw const msg).build();
    assert_eq!(result(&mut ring, zc), 3);
    let mut text = [0; 6];
    (&b).read_exact(&mut text).unwrap();
    assert_eq!(&text, b"msgmsg");
    assert!(cqueue::notif(wait(&mut ring, 1)[0].flags()));
    let event = eventfd();
    let none = opcode::SendMsg::new(types::Fd(event.as_raw_fd()), &raw const msg).build();
    assert_eq!(result(&mut ring, none), -libc::ENOTSOCK);
}

#[test]
fn a_zero_copy_message_out_of_a_registered_buffer() {
    if !needs("send::a_zero_copy_message_out_of_a_registered_buffer", 6, 15) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let memory = vec![5u8; 4096];
    let whole = libc::iovec { iov_base: memory.as_ptr().cast_mut().cast(), iov_len: 4096 };
    let none = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[none, whole]) }.unwrap();
    let elsewhere = [0u8; 3];
    let part = |at: *const u8| libc::iovec { iov_base: at.cast_mut().cast(), iov_len: 3 };
    for (at, expected) in [(&raw const memory[100], 3), (elsewhere.as_ptr(), -libc::EFAULT)] {
        let mut iov = part(at);
        // SAFETY: zeroes are a valid message.
        let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
        (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
        let send = opcode::SendMsgZc::new(types::Fd(a.as_raw_fd()), &raw const msg);
        let done = run(&mut ring, send.buf_index(Some(1)).build().user_data(1));
        assert_eq!(done.result(), expected);
        if cqueue::more(done.flags()) {
            assert!(cqueue::notif(wait(&mut ring, 1)[0].flags()));
        }
    }
    let mut text = [0; 3];
    (&b).read_exact(&mut text).unwrap();
    assert_eq!(text, [5; 3]);
}

#[test]
fn a_bundle_sends_what_the_group_has() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    if !ring.params().is_feature_recvsend_bundle() {
        return skip("send::bundle", "needs Linux 6.10");
    }
    let group = BufGroup::register(&ring.submitter(), 4, 16, 3, BufRingOptions::new()).unwrap();
    let send = opcode::SendBundle::new(types::Fd(a.as_raw_fd()), 3).build();
    assert_eq!(result(&mut ring, send), 64);
    (&b).read_exact(&mut [0; 64]).unwrap();
    let empty = opcode::SendBundle::new(types::Fd(a.as_raw_fd()), 3).build();
    assert_eq!(result(&mut ring, empty), -libc::ENOBUFS);
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}
