//! The flags of a submission entry.

use bitflags::bitflags;

use crate::sys;

bitflags! {
    /// The flags of a submission entry (`IOSQE_*`), man page `io_uring_enter(2)`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Flags: u8 {
        /// `fd` is a slot of the registered files. The builders set it for
        /// [`types::Fixed`](crate::types::Fixed).
        const FIXED_FILE = sys::IOSQE_FIXED_FILE as u8;

        /// Start only when everything submitted before has completed, and hold back everything
        /// submitted later until this one has. Since Linux 5.2. EOPNOTSUPP while a request with
        /// [`SKIP_SUCCESS`](Self::SKIP_SUCCESS) is in flight.
        const IO_DRAIN = sys::IOSQE_IO_DRAIN as u8;

        /// The next entry starts only when this one has succeeded; any failure, and any short
        /// transfer, cancels the rest of the chain with ECANCELED. Since Linux 5.3.
        const IO_LINK = sys::IOSQE_IO_LINK as u8;

        /// The next entry starts when this one has completed, whatever its result.
        /// Since Linux 5.5.
        const IO_HARDLINK = sys::IOSQE_IO_HARDLINK as u8;

        /// Hand the request to a worker thread at once, without trying it inline.
        /// Since Linux 5.6.
        const ASYNC = sys::IOSQE_ASYNC as u8;

        /// Take the buffer from the group that the entry names, when data is there. The completion
        /// carries the buffer's id, see [`buffer_select`](crate::cqueue::buffer_select). ENOBUFS
        /// when the group is empty, EOPNOTSUPP for operations that cannot. Since Linux 5.7.
        const BUFFER_SELECT = sys::IOSQE_BUFFER_SELECT as u8;

        /// Post no completion when the request succeeds. Refused for multishot polls and zero-copy
        /// sends. Since Linux 5.17.
        const SKIP_SUCCESS = sys::IOSQE_CQE_SKIP_SUCCESS as u8;
    }
}
