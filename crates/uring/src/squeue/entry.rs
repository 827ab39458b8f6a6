//! Submission entries of 64 and of 128 bytes.
//!
//! Owns the bytes of one request. Promises that an entry is exactly what the kernel reads, and that
//! every byte that the operation does not use is zero. Never dereferences the addresses in it.
//! Proven by `tests/encoding.rs`.

use std::fmt::{self, Debug, Formatter};

use super::Flags;
use crate::sys::{self, io_uring_sqe};
use crate::util::Sealed;

/// A type of submission queue entries: [`Entry`] or [`Entry128`].
pub trait EntryMarker: Clone + Debug + From<Entry> + Sealed {
    /// The setup flag for a ring with such entries.
    const BUILD_FLAGS: u32;

    /// Sets the value that the completion carries.
    fn set_user_data(&mut self, user_data: u64);

    /// Returns the value that the completion carries.
    fn get_user_data(&self) -> u64;
}

/// A submission queue entry of 64 bytes: one request, created by a builder of
/// [`opcode`](crate::opcode).
///
/// ```
/// use uring::{opcode, types};
///
/// let entry = opcode::Close::new(types::Fd(3)).build().user_data(42);
/// assert_eq!(entry.get_opcode(), u32::from(opcode::Close::CODE));
/// assert_eq!(entry.get_user_data(), 42);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Entry(pub(crate) io_uring_sqe);

/// A submission queue entry of 128 bytes, for rings with `IORING_SETUP_SQE128` and, as two slots,
/// for rings with `IORING_SETUP_SQE_MIXED`.
///
/// ```
/// use uring::{opcode, squeue};
///
/// let entry: squeue::Entry128 = opcode::Nop128::new().build().user_data(42);
/// assert_eq!(entry.as_entry().get_user_data(), 42);
/// assert_eq!(entry.second_half(), &[0; 64]);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[repr(C)]
pub struct Entry128(pub(crate) Entry, pub(crate) [u8; 64]);

/// The place of `flags` in the first 64-bit word of an entry.
const FLAGS_SHIFT: u32 = if cfg!(target_endian = "little") { 8 } else { 48 };

const _: () = assert!(align_of::<Entry>() == 8 && std::mem::offset_of!(io_uring_sqe, flags) == 1);
const _: () = assert!(size_of::<Entry>() == 64 && size_of::<Entry128>() == 128);

impl Entry {
    /// Adds flags to those that the builder has set.
    #[inline]
    #[must_use]
    pub fn flags(mut self, flags: Flags) -> Entry {
        let words = self.words_mut();
        words[0] |= u64::from(flags.bits()) << FLAGS_SHIFT;
        self
    }

    /// Clears all flags, including `FIXED_FILE` and `BUFFER_SELECT`, which a builder may have set.
    #[inline]
    #[must_use]
    pub fn clear_flags(mut self) -> Entry {
        self.0.flags = 0;
        self
    }

    /// Sets the value that every completion of this request carries.
    #[inline]
    #[must_use]
    pub fn user_data(mut self, user_data: u64) -> Entry {
        self.0.user_data = user_data;
        self
    }

    /// Sets the value that every completion of this request carries, in place.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.user_data = user_data;
    }

    /// Returns the value that every completion of this request carries.
    #[inline]
    pub fn get_user_data(&self) -> u64 {
        self.0.user_data
    }

    /// Returns the number of the operation, one of `IORING_OP_*`.
    #[inline]
    pub fn get_opcode(&self) -> u32 {
        self.0.opcode.into()
    }

    /// Returns the flags, including bits that have no name here.
    #[inline]
    pub fn get_flags(&self) -> Flags {
        Flags::from_bits_retain((self.words()[0] >> FLAGS_SHIFT) as u8)
    }

    /// Sets the credentials of the request: an id from
    /// [`register_personality`](crate::Submitter::register_personality). The request fails with
    /// EINVAL if the id is not registered. Since Linux 5.6.
    #[inline]
    #[must_use]
    pub fn personality(mut self, personality: u16) -> Entry {
        self.0.personality = personality;
        self
    }

    /// Sets the I/O priority. The socket operations have flags in this field.
    #[inline]
    #[must_use]
    pub fn ioprio(mut self, ioprio: u16) -> Entry {
        self.0.ioprio = ioprio;
        self
    }

    /// Returns the entry as the kernel's structure.
    #[inline]
    pub fn as_raw(&self) -> &io_uring_sqe {
        &self.0
    }

    /// Creates an entry from the kernel's structure, for operations that have no builder here.
    #[inline]
    pub fn from_raw(sqe: io_uring_sqe) -> Entry {
        Entry(sqe)
    }

    /// Creates an entry from its eight 64-bit words in native byte order, for code that assembles
    /// entries itself. Writing whole words avoids the store-forwarding stalls of small fields.
    #[inline(always)]
    pub fn from_words(words: [u64; 8]) -> Entry {
        // SAFETY: struct io_uring_sqe is 64 bytes of plain integers, any of which may have any
        // value.
        Entry(unsafe { std::mem::transmute::<[u64; 8], io_uring_sqe>(words) })
    }

    // What is asked and added on the way of every entry is asked of whole words and added to them:
    // a narrower access makes the compiler take the words apart, and keep them in memory.

    #[inline(always)]
    fn words(&self) -> &[u64; 8] {
        // SAFETY: as in `from_words`; the structure is aligned for u64.
        unsafe { &*(&raw const self.0).cast() }
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u64; 8] {
        // SAFETY: as in `words`.
        unsafe { &mut *(&raw mut self.0).cast() }
    }
}

impl Entry128 {
    /// Adds flags to those that the builder has set.
    #[inline]
    #[must_use]
    pub fn flags(self, flags: Flags) -> Entry128 {
        Entry128(self.0.flags(flags), self.1)
    }

    /// Clears all flags.
    #[inline]
    #[must_use]
    pub fn clear_flags(self) -> Entry128 {
        Entry128(self.0.clear_flags(), self.1)
    }

    /// Sets the value that every completion of this request carries.
    #[inline]
    #[must_use]
    pub fn user_data(self, user_data: u64) -> Entry128 {
        Entry128(self.0.user_data(user_data), self.1)
    }

    /// Sets the value that every completion of this request carries, in place.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.set_user_data(user_data);
    }

    /// Returns the value that every completion of this request carries.
    #[inline]
    pub fn get_user_data(&self) -> u64 {
        self.0.get_user_data()
    }

    /// Sets the credentials of the request, see [`Entry::personality`].
    #[inline]
    #[must_use]
    pub fn personality(self, personality: u16) -> Entry128 {
        Entry128(self.0.personality(personality), self.1)
    }

    /// Returns the number of the operation.
    #[inline]
    pub fn get_opcode(&self) -> u32 {
        self.0.get_opcode()
    }

    /// Returns the flags.
    #[inline]
    pub fn get_flags(&self) -> Flags {
        self.0.get_flags()
    }

    /// Returns the first 64 bytes.
    #[inline]
    pub fn as_entry(&self) -> &Entry {
        &self.0
    }

    /// Returns the second 64 bytes.
    #[inline]
    pub fn second_half(&self) -> &[u8; 64] {
        &self.1
    }
}

impl Sealed for Entry {}
impl Sealed for Entry128 {}

impl EntryMarker for Entry {
    const BUILD_FLAGS: u32 = 0;

    #[inline]
    fn set_user_data(&mut self, user_data: u64) {
        self.0.user_data = user_data;
    }

    #[inline]
    fn get_user_data(&self) -> u64 {
        self.0.user_data
    }
}

impl EntryMarker for Entry128 {
    const BUILD_FLAGS: u32 = sys::IORING_SETUP_SQE128;

    #[inline]
    fn set_user_data(&mut self, user_data: u64) {
        self.0.set_user_data(user_data);
    }

    #[inline]
    fn get_user_data(&self) -> u64 {
        self.0.get_user_data()
    }
}

impl From<Entry> for Entry128 {
    fn from(entry: Entry) -> Entry128 {
        Entry128(entry, [0; 64])
    }
}

impl Debug for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("op_code", &self.0.opcode)
            .field("flags", &self.0.flags)
            .field("user_data", &self.0.user_data)
            .finish()
    }
}

impl Debug for Entry128 {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry128")
            .field("op_code", &self.0 .0.opcode)
            .field("flags", &self.0 .0.flags)
            .field("user_data", &self.0 .0.user_data)
            .finish()
    }
}
