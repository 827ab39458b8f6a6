//! Completion entries of 16 and of 32 bytes.
//!
//! Owns a copy of one completion. Promises to show the kernel's own words. Never interprets a
//! result. Proven by `tests/completion_parsing.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;

use crate::sys::{self, io_uring_cqe};
use crate::util::Sealed;

/// What the completion queue can hold: [`Entry`] or [`Entry32`].
pub trait EntryMarker: Clone + Debug + Into<Entry> + Sealed {
    /// The setup flag that makes a ring of such entries.
    const BUILD_FLAGS: u32;

    /// The value that the request carried.
    fn user_data(&self) -> u64;

    /// Replaces the value that the request carried.
    fn set_user_data(&mut self, user_data: u64);
}

/// A completion queue entry of 16 bytes.
#[derive(Clone, PartialEq, Eq)]
#[repr(transparent)]
pub struct Entry(pub(crate) io_uring_cqe);

/// A completion queue entry of 32 bytes, from rings with `IORING_SETUP_CQE32` and, where the
/// kernel has more to say, from rings with `IORING_SETUP_CQE_MIXED`.
#[derive(Clone, PartialEq, Eq)]
#[repr(C)]
pub struct Entry32(pub(crate) Entry, pub(crate) [u64; 2]);

const _: () = assert!(size_of::<Entry>() == 16 && size_of::<Entry32>() == 32);

impl Entry {
    /// What the operation returned: a count or a descriptor, or a negative errno.
    #[inline]
    pub fn result(&self) -> i32 {
        self.0.res
    }

    /// The result as a count or a descriptor, or as the error that a negative one names.
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

    /// The value that the request carried.
    #[inline]
    pub fn user_data(&self) -> u64 {
        self.0.user_data
    }

    /// Replaces the value that the request carried.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.user_data = user_data;
    }

    /// The `IORING_CQE_F_*` word; the functions of [`cqueue`](crate::cqueue) read it.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.0.flags
    }

    /// An entry from the kernel's structure, for tests and for kernels that are not there.
    #[inline]
    pub fn from_raw(cqe: io_uring_cqe) -> Entry {
        Entry(cqe)
    }
}

impl Entry32 {
    /// What the operation returned.
    #[inline]
    pub fn result(&self) -> i32 {
        self.0.result()
    }

    /// The result as a count or a descriptor, or as the error that a negative one names: see
    /// [`Entry::ok`].
    #[inline]
    pub fn ok(&self) -> io::Result<u32> {
        self.0.ok()
    }

    /// The value that the request carried.
    #[inline]
    pub fn user_data(&self) -> u64 {
        self.0.user_data()
    }

    /// Replaces the value that the request carried.
    #[inline]
    pub fn set_user_data(&mut self, user_data: u64) {
        self.0.set_user_data(user_data);
    }

    /// The `IORING_CQE_F_*` word.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.0.flags()
    }

    /// The 16 bytes behind the entry: the second result of a passthrough command, a timestamp, or
    /// the place of zero-copy data.
    #[inline]
    pub fn big_cqe(&self) -> &[u64; 2] {
        &self.1
    }

    /// An entry from its halves, for tests.
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
