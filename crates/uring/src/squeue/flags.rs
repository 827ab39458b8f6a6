//! The flags of a submission entry.

use bitflags::bitflags;

use crate::sys;

bitflags! {
    /// The flags of a submission entry (`IOSQE_*`), man page `io_uring_enter(2)`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Flags: u8 {
        /// `fd` is an index into the registered files. The builders set this flag for
        /// [`types::Fixed`](crate::types::Fixed).
        const FIXED_FILE = sys::IOSQE_FIXED_FILE as u8;

        /// The request starts after all earlier ones have completed, and later ones start after it
        /// has. It fails with EOPNOTSUPP while a request with [`SKIP_SUCCESS`](Self::SKIP_SUCCESS)
        /// is in flight. Since Linux 5.2.
        const IO_DRAIN = sys::IOSQE_IO_DRAIN as u8;

        /// The next entry starts after this one has succeeded. A failure or a short transfer
        /// cancels the rest of the chain with ECANCELED. Since Linux 5.3.
        const IO_LINK = sys::IOSQE_IO_LINK as u8;

        /// The next entry starts after this one has completed, with any result. Since Linux 5.5.
        const IO_HARDLINK = sys::IOSQE_IO_HARDLINK as u8;

        /// A worker thread runs the request. The submit does not try it inline first. Since Linux
        /// 5.6.
        const ASYNC = sys::IOSQE_ASYNC as u8;

        /// The kernel chooses a buffer of the entry's group when the data is available. The
        /// completion carries the buffer's id, see [`buffer_select`](crate::cqueue::buffer_select).
        /// The request fails with ENOBUFS if the group is empty and with EOPNOTSUPP if the
        /// operation does not support this. Since Linux 5.7.
        const BUFFER_SELECT = sys::IOSQE_BUFFER_SELECT as u8;

        /// The kernel posts no completion if the request succeeds. Multishot polls and zero-copy
        /// sends refuse this flag. Since Linux 5.17.
        const SKIP_SUCCESS = sys::IOSQE_CQE_SKIP_SUCCESS as u8;
    }
}
