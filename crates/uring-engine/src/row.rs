//! What the embedder receives: one row for every completion of an operation.
//!
//! Most operations have one row. A multishot operation has a row for each of its completions. A
//! zero-copy send has two: the row of its result, with `IORING_CQE_F_MORE` set in its flags, and
//! the row of the kernel's notification that the memory is free again. Exactly one row of every
//! operation carries [`Extra::LAST`]; the slot is free from then on.

use crate::Payload;

/// What a row says beside the kernel's words. Bits are combined with `|`; those that are not
/// listed here belong to the embedder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extra(pub u32);

impl Extra {
    /// Further rows of the operation follow.
    pub const NONE: Extra = Extra(0);
    /// The operation's last row: its slot is free, its memory no longer used by the kernel.
    pub const LAST: Extra = Extra(1);
    /// The result was decided without the kernel, which never saw the operation.
    pub const REFUSED: Extra = Extra(2);
    /// The notification of a zero-copy send reported that the kernel copied the data
    /// (`IORING_NOTIF_USAGE_ZC_COPIED`).
    pub const COPIED: Extra = Extra(8);

    /// Returns true when any bit of `other` is set.
    #[inline]
    pub fn has(self, other: Extra) -> bool {
        self.0 & other.0 != 0
    }
}

impl std::ops::BitOr for Extra {
    type Output = Extra;
    fn bitor(self, other: Extra) -> Extra {
        Extra(self.0 | other.0)
    }
}

/// One row.
pub struct Settled {
    /// The slot of the operation.
    pub slot: u32,
    /// The kernel's result, or a negative errno. The last row of a zero-copy send repeats the
    /// result of the first. The last row of an operation that its time limit stopped has
    /// `-ETIMEDOUT`.
    pub result: i32,
    /// `IORING_CQE_F_*` of the completion, untouched: the id of a provided buffer is in bits 16-31.
    /// 0 when [`Extra::REFUSED`] is set.
    pub flags: u32,
    /// What else is to be said about the row.
    pub extra: Extra,
    /// The operation's memory, returned with the last row.
    pub payload: Option<Box<dyn Payload>>,
}

impl Settled {
    /// Returns true when the slot is free after this row.
    #[inline]
    pub fn is_last(&self) -> bool {
        self.extra.has(Extra::LAST)
    }
}
