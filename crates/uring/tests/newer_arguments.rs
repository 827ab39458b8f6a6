//! The encoding of arguments and operations that the `io-uring` crate does not have.
//!
//! `encoding.rs` compares what both crates have. This file compares entries with the kernel's
//! header, and builders that express the same request with each other.

#![allow(missing_docs)]

/// The encoding of arguments that the other crate does not have.
#[test]
fn newer_arguments_lie_where_the_kernel_looks() {
    use uring::{opcode, sys, types};
    let fd = types::Fd(1);
    let null = std::ptr::null_mut::<u8>();
    let raw = *opcode::Send::new(fd, null, 1).buf_index(Some(9)).build().as_raw();
    assert_eq!((raw.buf_index, raw.ioprio), (9, sys::IORING_RECVSEND_FIXED_BUF as u16));
    let raw = *opcode::SendZc::new(fd, null, 1).notif_user_data(7).build().as_raw();
    assert_eq!(raw.addr3, 7);
    let message = opcode::SendMsgZc::new(fd, std::ptr::null()).buf_index(Some(9));
    let raw = *message.notif_user_data(7).build().as_raw();
    assert_eq!((raw.buf_index, raw.addr3), (9, 7));
    let raw = *opcode::Send::new(fd, null, 1).buf_group(4).build().as_raw();
    assert_eq!((raw.buf_index, raw.ioprio), (4, 0));
    let raw = *opcode::Fadvise64::new(fd, 1 << 33, 2).offset(3).build().as_raw();
    assert_eq!((raw.fd, raw.addr, raw.len, raw.off, raw.op_flags), (1, 1 << 33, 0, 3, 2));
    let raw = *opcode::GetSockOpt::new(fd, 1, 2, null.cast(), 4).flags(1).build().as_raw();
    assert_eq!((raw.op_flags, raw.file_index), (1, 4));
    let raw = *opcode::RecvMulti::new(fd, 1).total(77).build().as_raw();
    assert_eq!(raw.file_index, 77);
    let raw = *opcode::RecvMultiBundle::new(fd, 1).len(3).total(77).build().as_raw();
    assert_eq!((raw.len, raw.file_index), (3, 77));
    let pi = sys::io_uring_attr_pi::default();
    let raw = *opcode::Read::new(fd, null, 1).pi(&raw const pi).build().as_raw();
    assert_eq!((raw.addr3, raw.pad2), (&raw const pi as u64, 1));
    let raw = *opcode::PollUpdate::new(5).events(Some(1)).new_user_data(Some(6)).build().as_raw();
    let bits = sys::IORING_POLL_UPDATE_EVENTS | sys::IORING_POLL_UPDATE_USER_DATA;
    assert_eq!((raw.addr, raw.off, raw.len), (5, 6, bits));
    let raw = *opcode::AsyncCancel2::new(types::CancelBuilder::opcode(22)).build().as_raw();
    assert_eq!((raw.len, raw.op_flags), (22, sys::IORING_ASYNC_CANCEL_OP));
    let raw = *opcode::UringCmd16::new(fd, 1).multishot_group(Some(3)).build().as_raw();
    assert_eq!((raw.buf_index, raw.op_flags), (3, sys::IORING_URING_CMD_MULTISHOT));
    let raw = *opcode::BlockDiscard::new(fd, 4096, 8192).build().as_raw();
    let discard = u64::from(sys::BLOCK_URING_CMD_DISCARD);
    assert_eq!((raw.fd, raw.off, raw.addr, raw.addr3), (1, discard, 4096, 8192));
    let raw = *opcode::BlockZoneResetAll::new(fd).build().as_raw();
    assert_eq!((raw.fd, raw.off), (1, u64::from(sys::BLOCK_URING_CMD_ZONE_RESET_ALL)));
    let raw = *opcode::TimeoutImmediate::new(1000).build().as_raw();
    assert_eq!((raw.addr, raw.op_flags), (1000, sys::IORING_TIMEOUT_IMMEDIATE_ARG));
    let raw = *opcode::LinkTimeoutImmediate::new(1000).build().as_raw();
    assert_eq!((raw.addr, raw.len, raw.op_flags), (1000, 1, sys::IORING_TIMEOUT_IMMEDIATE_ARG));
    let raw = *opcode::TimeoutUpdateImmediate::new(5, 1000).build().as_raw();
    let bits = sys::IORING_TIMEOUT_UPDATE | sys::IORING_TIMEOUT_IMMEDIATE_ARG;
    assert_eq!((raw.addr, raw.off, raw.op_flags), (5, 1000, bits));
    let raw = *opcode::GetSockName::new(fd, 8 as *mut _, 16 as *mut _).peer(true).build().as_raw();
    assert_eq!((raw.addr, raw.addr3, raw.file_index), (8, 16, 1));
    let big = opcode::UringCmd128::new(fd, 5).cmd([7; 80]).build();
    assert_eq!(
        (big.as_entry().as_raw().addr3, big.second_half()),
        (0x0707_0707_0707_0707, &[7; 64])
    );
}

/// The 128-byte NOP equals the small one, with another number.
#[test]
fn both_forms_of_a_nop_are_encoded_alike() {
    use uring::opcode::{Nop, Nop128};
    let small = Nop::new().nop_flags(1).result(2).fd(3).buf_index(4).big_cqe([5, 6]).build();
    let big = Nop128::new().nop_flags(1).result(2).fd(3).buf_index(4).big_cqe([5, 6]).build();
    let mut raw = *big.as_entry().as_raw();
    raw.opcode = Nop::CODE;
    assert_eq!((raw, big.second_half()), (*small.as_raw(), &[0; 64]));
}

/// Builders that set flags in `ioprio` keep them when others are added.
#[test]
fn flags_of_receives_and_sends_add_up() {
    use uring::sys::*;
    use uring::{opcode, types};
    let fd = types::Fd(1);
    let first = IORING_RECVSEND_POLL_FIRST as u16;
    let (multi, bundle) = (IORING_RECV_MULTISHOT as u16, IORING_RECVSEND_BUNDLE as u16);
    let entries = [
        (opcode::RecvMulti::new(fd, 1).ioprio(first).build(), multi),
        (opcode::RecvBundle::new(fd, 1).ioprio(first).build(), bundle),
        (opcode::RecvMultiBundle::new(fd, 1).ioprio(first).build(), multi | bundle),
        (opcode::RecvMsgMulti::new(fd, std::ptr::null(), 1).ioprio(first).build(), multi),
        (opcode::RecvZc::new(fd, 0).ioprio(first).build(), multi),
        (opcode::SendBundle::new(fd, 1).ioprio(first).build(), bundle),
    ];
    for (entry, own) in entries {
        assert_eq!(entry.as_raw().ioprio, first | own);
    }
}

/// Commands of all sizes have the same encoding.
#[test]
fn commands_of_every_size_are_encoded_alike() {
    use uring::opcode::{UringCmd128, UringCmd16, UringCmd80};
    let (fd, big): (_, [u8; 80]) = (uring::types::Fixed(9), std::array::from_fn(|n| n as u8));
    macro_rules! command {
        ($name:ident, $cmd:expr) => {
            $name::new(fd, 7).cmd($cmd).addr(Some(11)).len(12).multishot_group(Some(13)).build()
        };
    }
    let small = command!(UringCmd16, std::array::from_fn(|n| n as u8));
    let old = command!(UringCmd80, big);
    let new = command!(UringCmd128, big);
    let raw = small.as_raw();
    assert_eq!((raw.off, raw.addr, raw.len, raw.buf_index), (7, 11, 12, 13));
    assert_eq!(old.as_entry(), &small);
    assert_eq!(old.second_half().as_slice(), &big[16..]);
    assert_eq!(new.second_half(), old.second_half());
    let mut raw = *new.as_entry().as_raw();
    raw.opcode = UringCmd80::CODE;
    assert_eq!(&raw, old.as_entry().as_raw());
}

/// An immediate time is a number in place of the address, with one more flag.
#[test]
fn times_in_the_entry_are_encoded_like_addresses() {
    use uring::opcode::*;
    use uring::types::{TimeoutFlags as Flags, Timespec};
    let at = 1000 as *const Timespec;
    let clock = Flags::BOOTTIME | Flags::ETIME_SUCCESS;
    let pairs = [
        (
            TimeoutImmediate::new(1000).count(3).flags(clock).build(),
            Timeout::new(at).count(3).flags(clock | Flags::IMMEDIATE_ARG).build(),
        ),
        (
            LinkTimeoutImmediate::new(1000).flags(clock).build(),
            LinkTimeout::new(at).flags(clock | Flags::IMMEDIATE_ARG).build(),
        ),
        (
            TimeoutUpdateImmediate::new(5, 1000).flags(Flags::LINK_TIMEOUT_UPDATE).build(),
            TimeoutUpdate::new(5, at)
                .flags(Flags::LINK_TIMEOUT_UPDATE | Flags::IMMEDIATE_ARG)
                .build(),
        ),
    ];
    for (number, address) in pairs {
        assert_eq!(number, address);
    }
}
