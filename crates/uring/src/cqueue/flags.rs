//! Decoding the flag word of a completion.

use crate::sys;

/// Returns the id of the provided buffer that holds the data (`IORING_CQE_F_BUFFER`). Since Linux
/// 5.7.
///
/// ```
/// use uring::{cqueue, sys};
///
/// let flags = sys::IORING_CQE_F_BUFFER | 7 << sys::IORING_CQE_BUFFER_SHIFT;
/// assert_eq!(cqueue::buffer_select(flags), Some(7));
/// ```
#[inline]
pub const fn buffer_select(flags: u32) -> Option<u16> {
    if flags & sys::IORING_CQE_F_BUFFER == 0 {
        return None;
    }
    Some((flags >> sys::IORING_CQE_BUFFER_SHIFT) as u16)
}

/// Returns whether more completions of the same request follow (`IORING_CQE_F_MORE`). Since Linux
/// 5.13.
#[inline]
pub const fn more(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_MORE != 0
}

/// Returns whether the socket has more data to read (`IORING_CQE_F_SOCK_NONEMPTY`). Since Linux
/// 5.19.
#[inline]
pub const fn sock_nonempty(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_SOCK_NONEMPTY != 0
}

/// Returns whether this is the notification of a zero-copy send, after which the kernel no longer
/// uses the buffer (`IORING_CQE_F_NOTIF`). Since Linux 6.0.
#[inline]
pub const fn notif(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_NOTIF != 0
}

/// Returns whether the kernel will write more data to the same provided buffer
/// (`IORING_CQE_F_BUF_MORE`). Only for buffer rings with `IOU_PBUF_RING_INC`. Since Linux 6.12.
#[inline]
pub const fn buffer_more(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_BUF_MORE != 0
}

/// Returns whether this slot is a filler without a completion (`IORING_CQE_F_SKIP`). The iterators
/// of this crate skip fillers. Since Linux 6.18.
#[inline]
pub const fn skip(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_SKIP != 0
}

/// Returns whether this entry of a mixed ring takes 32 bytes (`IORING_CQE_F_32`). Since Linux 6.18.
#[inline]
pub const fn is_32(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_32 != 0
}

/// Returns whether the network card took this transmit timestamp (`IORING_CQE_F_TSTAMP_HW`). Since
/// Linux 6.17.
#[inline]
pub const fn timestamp_hw(flags: u32) -> bool {
    flags & sys::IORING_CQE_F_TSTAMP_HW != 0
}

/// Returns the kind of a transmit timestamp, one of `SCM_TSTAMP_*`. Since Linux 6.17.
#[inline]
pub const fn timestamp_type(flags: u32) -> u32 {
    flags >> sys::IORING_TIMESTAMP_TYPE_SHIFT
}

/// Returns whether the kernel had to copy the data of a zero-copy send. `result` is the *result* of
/// the notification of a request with `IORING_SEND_ZC_REPORT_USAGE`. Since Linux 6.2.
#[inline]
pub const fn zero_copy_copied(result: i32) -> bool {
    result as u32 & sys::IORING_NOTIF_USAGE_ZC_COPIED != 0
}
