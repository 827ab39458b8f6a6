//! The plain values.

use io_uring::{opcode, types};

#[test]
fn values_are_built_the_same_way() {
    let how = types::OpenHow::new().flags(1).mode(2).resolve(3);
    let word = types::FutexWaitV::new().val(1).uaddr(2).flags(3);
    let time = types::Timespec::new().sec(1).nsec(2);
    let flags = [
        types::TimeoutFlags::ABS,
        types::TimeoutFlags::BOOTTIME,
        types::TimeoutFlags::REALTIME,
        types::TimeoutFlags::LINK_TIMEOUT_UPDATE,
        types::TimeoutFlags::ETIME_SUCCESS,
        types::TimeoutFlags::MULTISHOT,
    ];
    assert_eq!(flags.map(|flag| flag.bits().trailing_zeros()), [0, 2, 3, 4, 5, 6]);
    assert!(types::FsyncFlags::DATASYNC.bits() == 1 && types::FsyncFlags::empty().is_empty());
    assert!(!format!("{how:?} {word:?} {time:?}").is_empty());
    let cancels = [types::CancelBuilder::any(), types::CancelBuilder::user_data(1).all()];
    assert!(!format!("{cancels:?}").is_empty());
}

#[test]
fn zero_copy_structures_have_the_same_fields() {
    let area = types::io_uring_zcrx_area_reg { addr: 1, len: 2, ..Default::default() };
    let region = types::io_uring_region_desc {
        user_addr: 3,
        size: 4,
        flags: types::IORING_MEM_REGION_TYPE_USER as _,
        ..Default::default()
    };
    let queue = types::io_uring_zcrx_ifq_reg {
        if_idx: 1,
        if_rxq: 2,
        rq_entries: 4,
        area_ptr: &raw const area as u64,
        region_ptr: &raw const region as u64,
        ..Default::default()
    };
    let refill = types::io_uring_zcrx_rqe {
        off: 1 << types::IORING_ZCRX_AREA_SHIFT,
        len: 1,
        ..Default::default()
    };
    let place = types::io_uring_zcrx_cqe { off: 5, ..Default::default() };
    assert_eq!(refill.off & types::IORING_ZCRX_AREA_MASK, refill.off);
    assert_eq!((queue.zcrx_id, queue.offsets.head, place.off), (0, 0, 5));
}

#[test]
fn a_received_message_is_taken_apart() {
    // SAFETY: zeroes are a valid message.
    let msg: libc::msghdr = unsafe { std::mem::zeroed() };
    let mut buffer = vec![0u8; 16];
    buffer[8] = 3;
    buffer.extend(b"abc");
    let out = types::RecvMsgOut::parse(&buffer, &msg).unwrap();
    assert_eq!(out.payload_data(), b"abc");
    assert!(out.name_data().is_empty() && out.control_data().is_empty());
    assert!(!out.is_name_data_truncated() && !out.is_control_data_truncated());
    assert!(!out.is_payload_truncated() && out.flags() == 0);
    let lens = (out.incoming_name_len(), out.incoming_control_len(), out.incoming_payload_len());
    assert_eq!(lens, (0, 0, 3));
}

/// Items that are used only as types: a pointer's target, an argument's bound, an old name.
#[test]
#[allow(deprecated)]
fn names_that_programs_spell_out() {
    let flags: types::RwFlags = 0;
    let stat: *mut types::statx = std::ptr::null_mut::<libc::statx>().cast();
    let event: *mut types::epoll_event = std::ptr::null_mut::<libc::epoll_event>().cast();
    let name = c"f".as_ptr();
    let entries = [
        opcode::Statx::new(types::Fd(libc::AT_FDCWD), name, stat).flags(flags as i32).build(),
        opcode::EpollWait::new(types::Fd(0), event, 1).build(),
        opcode::EpollCtl::new(types::Fd(0), types::Fd(1), libc::EPOLL_CTL_DEL, event).build(),
    ];
    assert!(entries.iter().all(|entry| entry.get_opcode() > 0));
}

/// Functions that are `const` in the other crate must be `const` here as well.
#[test]
fn values_can_be_constants() {
    const SOON: types::Timespec = types::Timespec::new().sec(1).nsec(2);
    const HOW: types::OpenHow = types::OpenHow::new().flags(1).mode(2).resolve(3);
    const WORD: types::FutexWaitV = types::FutexWaitV::new().val(1).uaddr(2).flags(3);
    const ANY: types::CancelBuilder = types::CancelBuilder::any();
    const SLOT: types::DestinationSlot = types::DestinationSlot::auto_target();
    const ARGS: types::SubmitArgs<'static, 'static> = types::SubmitArgs::new();
    const NAPI: types::Napi = types::Napi::new().set_busy_poll_timeout(5);
    assert_eq!(NAPI.busy_poll_timeout(), 5);
    assert!(!format!("{SOON:?} {HOW:?} {WORD:?} {ANY:?} {SLOT:?} {ARGS:?}").is_empty());
}
