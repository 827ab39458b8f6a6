//! What is special about an operation, as a set of bits. Most operations have none, and the hot
//! paths of `engine` and `reap` are for those.

/// Marks of an operation. They are combined with `|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub u16);

impl Marks {
    /// Nothing special.
    pub const NONE: Marks = Marks(0);
    /// The next staged operation is linked to this one (`IOSQE_IO_LINK`).
    pub const LINK: Marks = Marks(1);
    /// As `LINK`, but the chain survives a failure (`IOSQE_IO_HARDLINK`).
    pub const HARDLINK: Marks = Marks(2);
    /// The operation has a time limit: the encoder is asked for it ([`Encode::limit`]).
    ///
    /// [`Encode::limit`]: crate::Encode::limit
    pub const TIMED: Marks = Marks(4);
    /// The operation is a member of a batch: single operations and chains do not wait behind it.
    pub const BULK: Marks = Marks(8);
    /// The operation is a barrier, as with `IOSQE_IO_DRAIN`: it starts when everything staged
    /// earlier is over, and nothing staged later starts before it is over. A chain with such a
    /// member is a barrier as a whole. The entry must not carry the kernel's flag.
    pub const DRAIN: Marks = Marks(16);

    /// The operation is to be cancelled.
    pub(crate) const CANCELLED: Marks = Marks(1 << 8);
    /// Its time limit has passed.
    pub(crate) const EXPIRED: Marks = Marks(1 << 9);
    /// Its predecessor in the chain is not over: the kernel has not started it.
    pub(crate) const FOLLOWS: Marks = Marks(1 << 10);
    /// It waits at a barrier, and its time limit is counted from there.
    pub(crate) const DATED: Marks = Marks(1 << 11);
    /// It has had a row, and the result of that row is kept.
    pub(crate) const KEPT: Marks = Marks(1 << 12);
    /// Its notification said that the kernel copied the data.
    pub(crate) const COPIED: Marks = Marks(1 << 13);

    pub(crate) const CHAINED: Marks = Marks(1 | 2);
    /// What an embedder may set.
    const PUBLIC: Marks = Marks(31);
    /// What a request's number may set.
    const REQUEST: Marks = Marks(7);

    /// Returns the marks in a request's number: `LINK`, `HARDLINK`, `TIMED` and `BULK`. Other bits are
    /// dropped; `DRAIN` is for the embedder to add.
    #[inline]
    pub fn from_request(bits: u32) -> Marks {
        Marks(bits as u16 & Marks::REQUEST.0)
    }

    /// Returns true when any bit of `other` is set.
    #[inline]
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the marks without those that are the engine's own.
    #[inline]
    pub(crate) fn public(self) -> Marks {
        Marks(self.0 & Marks::PUBLIC.0)
    }

    /// Returns true for an operation that is one entry, tied to nothing. A batch's members are plain.
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        self.0 & !Marks::BULK.0 == 0
    }

    #[inline]
    pub(crate) fn set(&mut self, other: Marks) {
        self.0 |= other.0;
    }

    #[inline]
    pub(crate) fn clear(&mut self, other: Marks) {
        self.0 &= !other.0;
    }
}

impl std::ops::BitOr for Marks {
    type Output = Marks;
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}
