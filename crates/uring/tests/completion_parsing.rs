//! Parsing of completions and received messages: for any bytes, reading is defined, stays inside
//! the buffer and loses nothing.

#![allow(missing_docs)]

use proptest::prelude::*;
use uring::types::{RecvMsgOut, TxTimestamp};
use uring::{cqueue, sys};

fn msghdr(name: u32, control: usize) -> libc::msghdr {
    // SAFETY: zeroes are a valid message.
    let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    msg.msg_namelen = name;
    msg.msg_controllen = control as _;
    msg
}

proptest! {
    #[test]
    fn flags_say_what_their_bits_say(flags: u32) {
        let bit = |flag: u32| flags & flag != 0;
        let id = bit(sys::IORING_CQE_F_BUFFER).then_some((flags >> 16) as u16);
        prop_assert_eq!(cqueue::buffer_select(flags), id);
        prop_assert_eq!(cqueue::more(flags), bit(2));
        prop_assert_eq!(cqueue::sock_nonempty(flags), bit(4));
        prop_assert_eq!(cqueue::notif(flags), bit(8));
        prop_assert_eq!(cqueue::buffer_more(flags), bit(16));
        prop_assert_eq!(cqueue::skip(flags), bit(32));
        prop_assert_eq!(cqueue::is_32(flags), bit(1 << 15));
        prop_assert_eq!(cqueue::timestamp_hw(flags), bit(1 << sys::IORING_TIMESTAMP_HW_SHIFT));
        prop_assert_eq!(cqueue::timestamp_type(flags), flags >> 17);
    }

    #[test]
    fn an_entry_gives_back_its_words(user_data: u64, res: i32, flags: u32, big: [u64; 2]) {
        let cqe = sys::io_uring_cqe { user_data, res, flags };
        let entry = cqueue::Entry32::from_raw(cqe, big);
        let seen = (entry.user_data(), entry.result(), entry.flags());
        prop_assert_eq!(seen, (user_data, res, flags));
        prop_assert_eq!(*entry.big_cqe(), big);
        match entry.ok() {
            Ok(count) => prop_assert_eq!(i64::from(count), i64::from(res)),
            Err(error) => prop_assert_eq!(error.raw_os_error(), Some(res.wrapping_neg())),
        }
        prop_assert_eq!(cqueue::zero_copy_copied(res), res < 0);
        prop_assert_eq!(TxTimestamp::parse(&entry).is_some(), res >= 0);
        let small: cqueue::Entry = entry.into();
        prop_assert_eq!((small.user_data(), small.result()), (user_data, res));
    }

    #[test]
    fn a_message_is_taken_apart_inside_its_buffer(
        buffer in proptest::collection::vec(any::<u8>(), 0..200),
        name in 0u32..100,
        control in 0usize..100,
    ) {
        let rooms = 16 + name as usize + control;
        match RecvMsgOut::parse(&buffer, &msghdr(name, control)) {
            Err(()) => prop_assert!(buffer.len() < rooms),
            Ok(out) => {
                prop_assert!(buffer.len() >= rooms);
                prop_assert!(out.name_data().len() <= name as usize);
                prop_assert!(out.control_data().len() <= control);
                prop_assert!(out.payload_data().len() <= buffer.len() - rooms);
                prop_assert!(buffer[rooms..].starts_with(out.payload_data()));
                let cut = out.incoming_name_len() > name;
                prop_assert_eq!(out.is_name_data_truncated(), cut);
            }
        }
    }

    #[test]
    fn rooms_of_any_size_are_refused_rather_than_wrapped(name: u32, control: usize) {
        let buffer = [0u8; 64];
        let fits = (name as usize).checked_add(control).is_some_and(|rooms| rooms <= 48);
        prop_assert_eq!(RecvMsgOut::parse(&buffer, &msghdr(name, control)).is_ok(), fits);
    }

    /// The other crate parses the same buffer to the same parts.
    #[test]
    fn parsing_agrees_with_the_io_uring_crate(
        buffer in proptest::collection::vec(any::<u8>(), 0..200),
        name in 0u32..100,
        control in 0usize..100,
    ) {
        let msg = msghdr(name, control);
        let ours = RecvMsgOut::parse(&buffer, &msg);
        let theirs = io_uring::types::RecvMsgOut::parse(&buffer, &msg);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.name_data(), theirs.name_data());
            prop_assert_eq!(ours.control_data(), theirs.control_data());
            prop_assert_eq!(ours.payload_data(), theirs.payload_data());
            prop_assert_eq!(ours.flags(), theirs.flags());
        }
    }
}
