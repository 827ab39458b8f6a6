//! Creating and connecting sockets.

use super::common::*;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use uring::{cqueue, opcode, sys, types};

const ADDRESS_LEN: u32 = size_of::<libc::sockaddr_in>() as u32;

fn address(port: u16) -> libc::sockaddr_in {
    // SAFETY: zeroes are a valid address.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    address.sin_family = libc::AF_INET as u16;
    address.sin_port = port.to_be();
    address.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    address
}

fn owned(fd: i32) -> OwnedFd {
    assert!(fd > 2, "{fd}");
    // SAFETY: the descriptor is new and ours.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[test]
fn a_server_from_the_first_step_to_the_last() {
    if !has_op("sockets::server", opcode::Bind::CODE) {
        return;
    }
    let mut ring = ring();
    let socket = opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
    let listener = owned(result(&mut ring, socket.build()));
    let fd = types::Fd(listener.as_raw_fd());
    let any = address(0);
    let bind = opcode::Bind::new(fd, (&raw const any).cast(), ADDRESS_LEN).build();
    assert_eq!(result(&mut ring, bind.clone()), 0);
    assert_eq!(result(&mut ring, bind), -libc::EINVAL);
    assert_eq!(result(&mut ring, opcode::Listen::new(fd, 8).build()), 0);
    let event = eventfd();
    let not_a_socket = opcode::Listen::new(types::Fd(event.as_raw_fd()), 8).build();
    assert_eq!(result(&mut ring, not_a_socket), -libc::ENOTSOCK);

    let listener = TcpListener::from(listener);
    let to = address(listener.local_addr().unwrap().port());
    let client = owned(result(&mut ring, socket.build()));
    let cfd = types::Fd(client.as_raw_fd());
    let mut peer = address(0);
    let mut len = ADDRESS_LEN;
    let accept = opcode::Accept::new(fd, (&raw mut peer).cast(), &raw mut len)
        .flags(libc::SOCK_CLOEXEC)
        .build();
    let connect = opcode::Connect::new(cfd, (&raw const to).cast(), ADDRESS_LEN).build();
    push(&mut ring, &[accept.user_data(1), connect.user_data(2)]);
    let done = wait(&mut ring, 2);
    assert_eq!(done[1].result(), 0);
    let server = TcpStream::from(owned(done[0].result()));
    // SAFETY: the kernel has written the address behind the compiler's back.
    let port = u16::from_be(unsafe { (&raw const peer.sin_port).read_volatile() });
    let SocketAddr::V4(expected) = server.peer_addr().unwrap() else { panic!("not IPv4") };
    assert_eq!(port, expected.port());

    let how = libc::SHUT_WR;
    assert_eq!(result(&mut ring, opcode::Shutdown::new(cfd, how).build()), 0);
    assert_eq!(std::io::Read::read(&mut &server, &mut [0; 1]).unwrap(), 0);
    assert_eq!(result(&mut ring, opcode::Shutdown::new(cfd, 9).build()), -libc::EINVAL);
}

#[test]
fn a_refused_connection() {
    if !needs("sockets::a_refused_connection", 5, 19) {
        return;
    }
    let mut ring = ring();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let socket = opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
    let client = owned(result(&mut ring, socket.build()));
    let to = address(free);
    let connect =
        opcode::Connect::new(types::Fd(client.as_raw_fd()), (&raw const to).cast(), ADDRESS_LEN);
    assert_eq!(result(&mut ring, connect.build()), -libc::ECONNREFUSED);
}

#[test]
fn an_unknown_family_is_refused() {
    if !needs("sockets::an_unknown_family_is_refused", 5, 19) {
        return;
    }
    let socket = opcode::Socket::new(99, libc::SOCK_STREAM, 0).build();
    assert_eq!(result(&mut ring(), socket), -libc::EAFNOSUPPORT);
}

#[test]
fn sockets_and_connections_go_into_slots() {
    if !needs("sockets::sockets_and_connections_go_into_slots", 5, 19) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_files_sparse(4).unwrap();
    let slot = types::DestinationSlot::auto_target();
    let socket = opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM, 0).file_index(Some(slot));
    assert_eq!(result(&mut ring, socket.build()), 0);
    let cloexec = opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
    assert_eq!(result(&mut ring, cloexec.file_index(Some(slot)).build()), -libc::EINVAL);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let none = std::ptr::null_mut();
    let accept = opcode::Accept::new(types::Fd(listener.as_raw_fd()), none, std::ptr::null_mut());
    assert_eq!(result(&mut ring, accept.file_index(Some(slot)).build()), 1);
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let both = accept.file_index(Some(slot)).flags(libc::SOCK_CLOEXEC).build();
    assert_eq!(result(&mut ring, both), -libc::EINVAL);
}

#[test]
fn accept_repeats() {
    if !needs("sockets::accept_repeats", 5, 19) {
        return;
    }
    let mut ring = ring();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let accept = opcode::AcceptMulti::new(types::Fd(listener.as_raw_fd())).build();
    push(&mut ring, &[accept.user_data(1)]);
    for _ in 0..3 {
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let done = wait(&mut ring, 1).remove(0);
        assert!(cqueue::more(done.flags()));
        drop(owned(done.result()));
    }
    push(&mut ring, &[opcode::AsyncCancel::new(1).build().user_data(2)]);
    let last = wait(&mut ring, 2).remove(0);
    assert_eq!((last.result(), cqueue::more(last.flags())), (-libc::ECANCELED, false));
}

#[test]
fn accept_repeats_into_free_slots() {
    if !needs("sockets::accept_repeats_into_free_slots", 5, 19) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_files_sparse(2).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let accept = opcode::AcceptMulti::new(types::Fd(listener.as_raw_fd()));
    push(&mut ring, &[accept.allocate_file_index(true).build().user_data(1)]);
    for slot in [0, 1, -libc::ENFILE] {
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let done = wait(&mut ring, 1).remove(0);
        assert_eq!((done.result(), cqueue::more(done.flags())), (slot, slot >= 0));
    }
}

#[test]
fn accept_can_go_without_waiting() {
    let mut ring = ring();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let accept = opcode::Accept::new(
        types::Fd(listener.as_raw_fd()),
        std::ptr::null_mut(),
        std::ptr::null_mut(),
    );
    let dontwait = accept.ioprio(sys::IORING_ACCEPT_DONTWAIT as u16).build();
    let got = result(&mut ring, dontwait);
    if got == -libc::EINVAL {
        return skip("sockets::accept_dontwait", "needs Linux 6.10");
    }
    assert_eq!(got, -libc::EAGAIN);
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let poll_first = accept.ioprio(sys::IORING_ACCEPT_POLL_FIRST as u16).build();
    drop(owned(result(&mut ring, poll_first)));
}
