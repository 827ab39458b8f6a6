//! What the flag word of a completion says.

use crate::sys;

/// The id of the provided buffer that holds the data (`IORING_CQE_F_BUFFER`, Linux 5.7).
#[inline]
pub const fn buffer_select(flags: u32) -> Option<u16> {
    if flags & sys::IORING_CQE_F_BUFFER == 0 {
        return None;
    }
    Some((flags >> sys::IORING_CQE_BUFFER_SHIFT) as u16)
}

/// Whether more completions follow for the same request (`IORING_CQE_F_MORE`, Linux 5.13).
#[inline]
pub const fn more(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_MORE != 0
}

/// Whether the socket has more to read (`IORING_CQE_F_SOCK_NONEMPTY`, Linux 5.19).
#[inline]
pub const fn sock_nonempty(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_SOCK_NONEMPTY != 0
}

/// Whether this is the notification of a zero-copy send: the kernel no longer uses the buffer
/// (`IORING_CQE_F_NOTIF`, Linux 6.0).
#[inline]
pub const fn notif(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_NOTIF != 0
}

/// Whether the same provided buffer will be filled further (`IORING_CQE_F_BUF_MORE`, Linux 6.12,
/// buffer rings with `IOU_PBUF_RING_INC`).
#[inline]
pub const fn buffer_more(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_BUF_MORE != 0
}

/// Whether this slot is a filler that carries nothing (`IORING_CQE_F_SKIP`, Linux 6.18). The
/// iterators of this crate consume fillers by themselves.
#[inline]
pub const fn skip(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_SKIP != 0
}

/// Whether this entry of a mixed ring takes 32 bytes (`IORING_CQE_F_32`, Linux 6.18).
#[inline]
pub const fn is_32(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_32 != 0
}

/// Whether the network card took this transmit timestamp (`IORING_CQE_F_TSTAMP_HW`, Linux 6.17).
#[inline]
pub const fn timestamp_hw(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_TSTAMP_HW != 0
}

/// Which moment a transmit timestamp names: one of `SCM_TSTAMP_*` (Linux 6.17).
#[inline]
pub const fn timestamp_type(flags: u32) -> u32 {
    flags >> sys::IORING_TIMESTAMP_TYPE_SHIFT
}

/// Whether a zero-copy send had to copy after all. Reads the *result* of a notification, of a
/// request with `IORING_SEND_ZC_REPORT_USAGE` (Linux 6.2).
#[inline]
pub const fn zero_copy_copied(result: i32) -> bool {
    result as u32 & sys::IORING_NOTIF_USAGE_ZC_COPIED != 0
}
