//! Completion entries of 16 and of 32 bytes.
//!
//! Owns a copy of one completion. Promises to return the kernel's own words. Never interprets them,
//! except in `ok`. Proven by `tests/completion_parsing.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;

use crate::sys::{self, io_uring_cqe};
use crate::util::Sealed;

/// A type of completion queue entries: [`Entry`] or [`Entry32`].
pub trait EntryMarker: Clone + Debug + Into<Entry> + Sealed {
    /// The setup flag for a ring with such entries.
    const BUILD_FLAGS: u32;

    /// Returns the user data of the request.
    fn user_data(&self) -> u64;

    /// Replaces the user data.
    fn set_user_data(&mut self, user_data: u64);
}

/// A completion queue entry of 16 bytes.
#[derive(Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Entry(pub(crate) io_uring_cqe);

/// A completion queue entry of 32 bytes, from rings with `IORING_SETUP_CQE32` and, for operations
/// that need it, from rings with `IORING_SETUP_CQE_MIXED`.
#[derive(Clone, PartialEq, Eq)]
#[repr(C)]
pub struct Entry32(pub(crate) Entry, pub(crate) [u64; 2]);

const _: () = assert!(size_of::<Entry>() == 16 && size_of::<Entry32>() == 32);

impl Entry {
    /// Returns the result of the operation: a count or a descriptor, or a negative errno.
    #[inline]
    pub fn result(&self) -> i32 {
        self.0.res
    }

    /// Returns the result as a count or a descriptor, or as an error if it is negative.
    ///
    /// ```
    /// # let cqe = uring::sys::io_uring_cqe { user_data: 1, res: -libc::ENOENT, flags: 0 };
    /// # let done = uring::cqueue::Entry::from_raw(cqe);
    /// match done.ok() {
    ///     Ok(count) => println!("{count} bytes"),
    ///     Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    /// }
    /// ```
    #[inline]
    pub fn ok(&self) -> io::Result<u32> {
        let errno = self.result().wrapping_neg();
        u32::try_from(self.result()).map_err(|_| io::Error::from_raw_os_error(errno))
    }

    /// Returns the user data of the request.
    #[inline]
    pub fn user_data(&self) -> u64 {
        self.0.user_data
    }

    /// Replaces the user data.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.user_data = user_data;
    }

    /// Returns the `IORING_CQE_F_*` word, which the functions of [`cqueue`](crate::cqueue) decode.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.0.flags
    }

    /// Creates an entry from the kernel's structure, for tests and simulated kernels.
    #[inline]
    pub fn from_raw(cqe: io_uring_cqe) -> Entry {
        Entry(cqe)
    }
}

impl Entry32 {
    /// Returns the result of the operation.
    #[inline]
    pub fn result(&self) -> i32 {
        self.0.result()
    }

    /// Returns the result as a count or a descriptor, or as an error if it is negative. See
    /// [`Entry::ok`].
    #[inline]
    pub fn ok(&self) -> io::Result<u32> {
        self.0.ok()
    }

    /// Returns the user data of the request.
    #[inline]
    pub fn user_data(&self) -> u64 {
        self.0.user_data()
    }

    /// Replaces the user data.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.set_user_data(user_data);
    }

    /// Returns the `IORING_CQE_F_*` word.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.0.flags()
    }

    /// Returns the second 16 bytes: the second result of a passthrough command, a timestamp, or the
    /// position of zero-copy data.
    #[inline]
    pub fn big_cqe(&self) -> &[u64; 2] {
        &self.1
    }

    /// Creates an entry from its halves, for tests.
    #[inline]
    pub fn from_raw(cqe: io_uring_cqe, big: [u64; 2]) -> Entry32 {
        Entry32(Entry(cqe), big)
    }
}

impl Sealed for Entry {}
impl Sealed for Entry32 {}

impl EntryMarker for Entry {
    const BUILD_FLAGS: u32 = 0;

    #[inline]
    fn user_data(&self) -> u64 {
        self.0.user_data
    }

    #[inline]
    fn set_user_data(&mut self, user_data: u64) {
        self.0.user_data = user_data;
    }
}

impl EntryMarker for Entry32 {
    const BUILD_FLAGS: u32 = sys::IORING_SETUP_CQE32;

    #[inline]
    fn user_data(&self) -> u64 {
        self.0 .0.user_data
    }

    #[inline]
    fn set_user_data(&mut self, user_data: u64) {
        self.0 .0.user_data = user_data;
    }
}

impl From<Entry32> for Entry {
    fn from(entry: Entry32) -> Entry {
        entry.0
    }
}

impl Debug for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("result", &self.result())
            .field("user_data", &self.user_data())
            .field("flags", &self.flags())
            .finish()
    }
}

impl Debug for Entry32 {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry32")
            .field("result", &self.result())
            .field("user_data", &self.user_data())
            .field("flags", &self.flags())
            .field("big_cqe", &self.big_cqe())
            .finish()
    }
}
