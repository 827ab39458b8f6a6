//! Driver commands: sockets, block devices, and files without commands.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::{cqueue, opcode, squeue, sys, types, IoUring};

#[test]
fn how_much_waits_to_be_read_and_sent() {
    if !needs("commands::how_much_waits_to_be_read_and_sent", 6, 6) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    (&a).write_all(b"12345").unwrap();
    // The loopback delivers the bytes immediately. The first reader makes sure of that.
    std::net::TcpStream::peek(&b, &mut [0; 5]).unwrap();
    let got = result(&mut ring, opcode::SocketInq::new(types::Fd(b.as_raw_fd())).build());
    if got == -libc::EOPNOTSUPP {
        return skip("commands::siocinq", "needs Linux 6.6");
    }
    assert_eq!(got, 5);
    let outq = opcode::SocketOutq::new(types::Fd(a.as_raw_fd())).build();
    assert_eq!(result(&mut ring, outq.clone()), 0);
    // Nothing reads, so bytes for which the other side has no room stay on this side.
    a.set_nonblocking(true).unwrap();
    while (&a).write(&[0; 1 << 16]).is_ok() {}
    assert!(result(&mut ring, outq) > 0);
    let (unix, _other) = socket_pair();
    let refused = opcode::SocketInq::new(types::Fd(unix.as_raw_fd())).build();
    assert_eq!(result(&mut ring, refused), -libc::EOPNOTSUPP);
}

#[test]
fn options_are_set_and_read() {
    if !needs("commands::options_are_set_and_read", 6, 7) {
        return;
    }
    let (mut ring, (a, _b)) = (ring(), tcp_pair());
    let fd = types::Fd(a.as_raw_fd());
    let (level, name) = (libc::SOL_SOCKET as u32, libc::SO_KEEPALIVE as u32);
    let on = 1i32;
    let set = opcode::SetSockOpt::new(fd, level, name, (&raw const on).cast(), 4).build();
    let got = result(&mut ring, set);
    if got == -libc::EOPNOTSUPP {
        return skip("commands::sockopt", "needs Linux 6.7");
    }
    assert_eq!(got, 0);
    let mut value = 0i32;
    let get = opcode::GetSockOpt::new(fd, level, name, (&raw mut value).cast(), 4).build();
    assert_eq!(result(&mut ring, get), 4);
    // SAFETY: the kernel has written it behind the compiler's back.
    assert_eq!(unsafe { (&raw const value).read_volatile() }, 1);
    let tcp = libc::IPPROTO_TCP as u32;
    let get = opcode::GetSockOpt::new(fd, tcp, 1, (&raw mut value).cast(), 4).build();
    assert_eq!(result(&mut ring, get), -libc::EOPNOTSUPP);
    let bad = opcode::SetSockOpt::new(fd, level, 9999, (&raw const on).cast(), 4).build();
    assert_eq!(result(&mut ring, bad), -libc::ENOPROTOOPT);
}

#[test]
fn a_socket_names_itself_and_its_peer() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    // SAFETY: zeroes are a valid address.
    let mut name: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    let mut len = size_of::<libc::sockaddr_in>() as u32;
    let ask =
        opcode::GetSockName::new(types::Fd(a.as_raw_fd()), (&raw mut name).cast(), &raw mut len);
    for (peer, expected) in [(false, a.local_addr()), (true, b.local_addr())] {
        let got = result(&mut ring, ask.peer(peer).build());
        if got == -libc::EOPNOTSUPP || got == -libc::EINVAL {
            return skip("commands::getsockname", "needs Linux 6.19");
        }
        assert_eq!(got, 0);
        // SAFETY: the kernel has written it behind the compiler's back.
        let port = u16::from_be(unsafe { (&raw const name.sin_port).read_volatile() });
        assert_eq!(port, expected.unwrap().port());
    }
}

#[test]
fn transmit_timestamps_arrive() {
    if !needs("commands::transmit_timestamps_arrive", 6, 17) {
        return;
    }
    let mut ring = IoUring::<squeue::Entry, cqueue::Entry32>::builder().build(8).unwrap();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.connect(udp.local_addr().unwrap()).unwrap();
    // SOFTWARE | TX_SOFTWARE | OPT_ID | OPT_TSONLY
    let flags: u32 = (1 << 4) | (1 << 1) | (1 << 7) | (1 << 11);
    // SAFETY: four bytes are there.
    let set = unsafe {
        let value = (&raw const flags).cast();
        libc::setsockopt(udp.as_raw_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPING, value, 4)
    };
    assert_eq!(set, 0);
    udp.send(b"stamp me").unwrap();
    let ask = opcode::SocketTxTimestamp::new(types::Fd(udp.as_raw_fd())).build();
    // SAFETY: the entry points at nothing.
    unsafe { ring.submission().push(&ask) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    let done = ring.completion().next().unwrap();
    if done.result() == -libc::EOPNOTSUPP {
        return skip("commands::tx_timestamp", "needs Linux 6.17");
    }
    let stamp = types::TxTimestamp::parse(&done).unwrap_or_else(|| panic!("{done:?}"));
    assert_eq!((stamp.key, stamp.hardware), (0, false));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(now.as_secs() - stamp.time.tv_sec < 60, "{stamp:?}");
}

#[test]
fn timestamps_are_refused_by_a_ring_of_small_completions() {
    if !needs("commands::timestamps_are_refused_by_a_ring_of_small_completions", 5, 19) {
        return;
    }
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let ask = opcode::SocketTxTimestamp::new(types::Fd(udp.as_raw_fd())).build();
    let got = result(&mut ring(), ask);
    assert!([-libc::EINVAL, -libc::EOPNOTSUPP].contains(&got), "{got}");
}

#[test]
fn a_file_without_commands_refuses_them() {
    if !needs("commands::a_file_without_commands_refuses_them", 5, 19) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"");
    let fd = types::Fd(file.as_raw_fd());
    let command = opcode::UringCmd16::new(fd, 1).cmd([1; 16]).build();
    assert_eq!(result(&mut ring, command), -libc::EOPNOTSUPP);
    let discard = opcode::BlockDiscard::new(fd, 0, 4096).build();
    assert_eq!(result(&mut ring, discard), -libc::EOPNOTSUPP);
    let reset = opcode::BlockZoneResetAll::new(fd).build();
    assert_eq!(result(&mut ring, reset), -libc::EOPNOTSUPP);
    skip("commands::zone_reset_all_effect", "needs Linux 7.3 and a zoned block device");
}

#[test]
fn big_commands_reach_the_driver() {
    if !needs("commands::big", 6, 6) {
        return;
    }
    let mut ring = IoUring::<squeue::Entry128>::builder().build(4).unwrap();
    let (a, _b) = tcp_pair();
    let fd = types::Fd(a.as_raw_fd());
    let command = opcode::UringCmd80::new(fd, sys::SOCKET_URING_OP_SIOCOUTQ).build();
    // SAFETY: the entry points at nothing.
    unsafe { ring.submission().push(&command) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    assert_eq!(ring.completion().next().unwrap().result(), 0);
    if !has_op("commands::uring_cmd128", opcode::UringCmd128::CODE) {
        return;
    }
    let command = opcode::UringCmd128::new(fd, sys::SOCKET_URING_OP_SIOCOUTQ).build();
    // SAFETY: the entry points at nothing.
    unsafe { ring.submission().push(&command) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    assert_eq!(ring.completion().next().unwrap().result(), 0);
}

#[test]
fn an_unknown_command_flag_is_refused() {
    let (mut ring, (a, _b)) = (ring(), tcp_pair());
    let mut raw = *opcode::SocketInq::new(types::Fd(a.as_raw_fd())).build().as_raw();
    raw.op_flags = 1 << 20;
    assert_eq!(result(&mut ring, squeue::Entry::from_raw(raw)), -libc::EINVAL);
}

/// A driver without multishot commands answers such a command as usual. The socket refuses an
/// option of an unknown level itself, so that no request stays armed.
#[test]
fn repeated_commands_reach_the_driver_with_their_group() {
    if !needs("commands::repeated_commands_reach_the_driver_with_their_group", 6, 18) {
        return;
    }
    let (mut ring, (a, _b)) = (ring(), tcp_pair());
    let fd = types::Fd(a.as_raw_fd());
    let command = opcode::UringCmd16::new(fd, sys::SOCKET_URING_OP_SETSOCKOPT).addr(Some(9999));
    assert_eq!(result(&mut ring, command.build()), -libc::ENOPROTOOPT);
    let repeated = command.multishot_group(Some(1)).build();
    assert_eq!(result(&mut ring, repeated.clone()), -libc::ENOPROTOOPT);
    assert_eq!(result(&mut ring, repeated.clear_flags()), -libc::EINVAL, "without a group");
    let both = command.multishot_group(Some(1)).buf_index(Some(1)).build();
    assert_eq!(result(&mut ring, both), -libc::EINVAL, "a registered buffer and a group");
}
