//! The values that operations and registrations are made of.
//!
//! Owns plain data only. Promises the layout that the kernel reads. Never follows a pointer that
//! it carries. Proven by the layout assertions and `tests/encoding.rs`.

mod buf_ring_entry;
mod cancel;
mod clock;
mod file;
mod flags;
mod futex;
mod napi;
mod recvmsg_out;
pub(crate) mod sealed;
mod submit_args;
mod timespec;
mod timestamp;

pub use buf_ring_entry::BufRingEntry;
pub use cancel::CancelBuilder;
pub use clock::ClockId;
pub use file::{epoll_event, statx, DestinationSlot, Fd, Fixed, OpenHow};
pub(crate) use flags::AsyncCancelFlags;
pub use flags::{CloneBuffersFlags, FsyncFlags, TimeoutFlags};
pub use futex::FutexWaitV;
pub use napi::{Napi, NapiTracking};
pub use recvmsg_out::RecvMsgOut;
pub use submit_args::SubmitArgs;
pub use timespec::Timespec;
pub use timestamp::TxTimestamp;

pub use crate::sys::{
    io_uring_region_desc, io_uring_zcrx_area_reg, io_uring_zcrx_cqe, io_uring_zcrx_ifq_reg,
    io_uring_zcrx_rqe, IORING_MEM_REGION_TYPE_USER, IORING_ZCRX_AREA_MASK, IORING_ZCRX_AREA_SHIFT,
    IOU_PBUF_RING_INC, IOU_PBUF_RING_MMAP,
};

/// The per-call flags of reads and writes, see `preadv2(2)`; the builders take an `i32`.
#[deprecated = "the builders take an i32"]
pub type RwFlags = u32;
