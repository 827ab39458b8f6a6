//! The methods of entries.

use io_uring::squeue::{Entry, Entry128, Flags};
use io_uring::{cqueue, opcode, types};

#[test]
fn setters_chain() {
    let entry: Entry = opcode::Nop::new()
        .build()
        .flags(Flags::IO_LINK | Flags::ASYNC)
        .user_data(7)
        .personality(3)
        .clear_flags()
        .flags(Flags::IO_DRAIN | Flags::IO_HARDLINK | Flags::BUFFER_SELECT | Flags::SKIP_SUCCESS);
    assert_eq!((entry.get_user_data(), entry.get_opcode()), (7, u32::from(opcode::Nop::CODE)));
    let mut big: Entry128 = entry.clone().into();
    big.set_user_data(8);
    let big = big.flags(Flags::FIXED_FILE).clear_flags().personality(1).user_data(9);
    assert_eq!((big.get_user_data(), big.get_opcode()), (9, entry.get_opcode()));
    assert!(format!("{entry:?} {big:?}").contains("user_data: 9"));
}

#[test]
fn builders_take_their_arguments_in_this_order() {
    let fd = types::Fd(1);
    let slot = types::DestinationSlot::auto_target();
    let chosen = types::DestinationSlot::try_from_slot_target(1).unwrap();
    assert_eq!(types::DestinationSlot::try_from_slot_target(u32::MAX).unwrap_err(), u32::MAX);
    let null = std::ptr::null_mut::<u8>();
    let entries = [
        opcode::Read::new(fd, null, 1).offset(2).ioprio(3).rw_flags(4).buf_group(5).build(),
        opcode::OpenAt::new(fd, null.cast()).file_index(Some(slot)).flags(1).mode(2).build(),
        opcode::Accept::new(fd, null.cast(), null.cast()).file_index(Some(chosen)).build(),
        opcode::Splice::new(fd, -1, types::Fixed(2), -1, 3).flags(4).build(),
        opcode::AsyncCancel2::new(types::CancelBuilder::fd(fd).all()).build(),
    ];
    assert!(entries.iter().all(|entry| entry.get_opcode() > 0));
}

#[test]
fn completion_flags_are_read_by_functions() {
    assert_eq!(cqueue::buffer_select((5 << 16) | 1), Some(5));
    assert_eq!(cqueue::buffer_select(5 << 16), None);
    assert!(cqueue::more(2) && cqueue::sock_nonempty(4) && cqueue::notif(8));
    assert!(cqueue::buffer_more(16));
}
