//! Messages to other rings.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::register::send_msg_ring;
use uring::{opcode, sys, types, IoUring};

#[test]
fn data_arrives_as_a_completion() {
    if !needs("msg_ring::data_arrives_as_a_completion", 5, 18) {
        return;
    }
    let (mut from, mut to) = (ring(), ring());
    let fd = types::Fd(to.as_raw_fd());
    let msg = opcode::MsgRingData::new(fd, -5, 99, None).build();
    assert_eq!(result(&mut from, msg), 0);
    let done = wait(&mut to, 1).remove(0);
    assert_eq!((done.user_data(), done.result(), done.flags()), (99, -5, 0));
    let msg = opcode::MsgRingData::new(fd, 1, 2, Some(0x10)).build();
    let got = result(&mut from, msg);
    if got == -libc::EINVAL {
        return skip("msg_ring::flags_pass", "needs Linux 6.3");
    }
    assert_eq!(wait(&mut to, 1)[0].flags(), 0x10);
}

#[test]
fn only_enabled_rings_are_told() {
    if !needs("msg_ring::only_enabled_rings_are_told", 5, 18) {
        return;
    }
    let mut from = ring();
    let disabled: IoUring = IoUring::builder().setup_r_disabled().build(4).unwrap();
    let msg = opcode::MsgRingData::new(types::Fd(disabled.as_raw_fd()), 0, 0, None).build();
    assert_eq!(result(&mut from, msg), -libc::EBADFD);
    let (file, _other) = pipe();
    let msg = opcode::MsgRingData::new(types::Fd(file.as_raw_fd()), 0, 0, None).build();
    assert_eq!(result(&mut from, msg), -libc::EBADFD);
}

#[test]
fn a_file_goes_into_the_other_rings_table() {
    if !needs("msg_ring::a_file_goes_into_the_other_rings_table", 6, 0) {
        return;
    }
    let (mut from, mut to) = (ring(), ring());
    let (read, write) = pipe();
    from.submitter().register_files(&[write.as_raw_fd()]).unwrap();
    to.submitter().register_files_sparse(4).unwrap();
    let fd = types::Fd(to.as_raw_fd());
    let slot = types::DestinationSlot::try_from_slot_target(3).unwrap();
    let send = opcode::MsgRingSendFd::new(fd, types::Fixed(0), slot, 55);
    assert_eq!(result(&mut from, send.build()), 0);
    assert_eq!(wait(&mut to, 1)[0].user_data(), 55);
    let entry = opcode::Write::new(types::Fixed(3), b"w".as_ptr(), 1).build();
    assert_eq!(result(&mut to, entry), 1);
    std::io::Read::read_exact(&mut &read, &mut [0]).unwrap();
    let quiet = send.opcode_flags(sys::IORING_MSG_RING_CQE_SKIP).build();
    assert_eq!(result(&mut from, quiet), 0);
    assert!(to.completion().is_empty());
    let bad = opcode::MsgRingSendFd::new(fd, types::Fixed(9), slot, 0).build();
    assert_eq!(result(&mut from, bad), -libc::EBADF);
    let own = types::Fd(from.as_raw_fd());
    let bad = opcode::MsgRingSendFd::new(own, types::Fixed(0), slot, 0).build();
    assert_eq!(result(&mut from, bad), -libc::EINVAL);
    let any = types::DestinationSlot::auto_target();
    for slot in 0..3 {
        let send = opcode::MsgRingSendFd::new(fd, types::Fixed(0), any, 56).build();
        assert_eq!(result(&mut from, send), slot);
        assert_eq!(wait(&mut to, 1)[0].result(), slot);
    }
}

#[test]
fn no_ring_is_needed_to_send() {
    let mut to = ring();
    match send_msg_ring(to.as_raw_fd(), 7, 8, None) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            skip("msg_ring::without_a_ring", "needs Linux 6.13");
        }
        sent => {
            sent.unwrap();
            let done = wait(&mut to, 1).remove(0);
            assert_eq!((done.result(), done.user_data()), (7, 8));
            assert_eq!(errno(send_msg_ring(99_999, 0, 0, None)), libc::EBADF);
        }
    }
}
