//! The limits of the engine. Each has a test that reaches it.

use std::time::Duration;

/// Submission queue entries when the caller names none.
pub const ENTRIES_DEFAULT: u32 = 256;

/// The kernel's maximum of submission queue entries (`IORING_MAX_ENTRIES`).
pub const ENTRIES_MAX: u32 = 32_768;

/// The kernel's maximum of completion queue entries (`IORING_MAX_CQ_ENTRIES`).
pub const CQ_ENTRIES_MAX: u32 = 65_536;

/// Submission queue entries of the smallest ring: an operation with a time limit needs two.
pub const ENTRIES_MIN: u32 = 2;

/// Slots of the largest table. A token has room for 2^32 of them; a million operations in flight
/// is more than a ring is used for.
pub const SLOTS_MAX: u32 = 1 << 20;

/// Bytes that the operations of one turn may copy inside `io_uring_enter`, in each of the two lanes:
/// a millisecond's worth, or a few where memory is slow. The last operation may exceed it by
/// [`INLINE_BYTES`]. Chosen by tests/real_fair.rs.
pub const TURN_BYTES: u32 = 4 << 20;

/// Bytes of the largest operation that is copied inside `io_uring_enter`. A larger one is submitted
/// with `IOSQE_ASYNC`: the kernel's workers copy it, on other cores. Chosen by tests/real_fair.rs.
pub const INLINE_BYTES: u32 = 512 << 10;

/// How long a turn goes on submitting. The kernel may need much longer for an entry than its bytes say: it
/// looks for the target of a cancel one by one, and imports each buffer of a vectored transfer. A turn is
/// only measured when one submit was not enough.
pub const TURN_TIME: Duration = Duration::from_millis(1);

/// How often one `io_uring_enter` is repeated after EINTR before the turn ends.
pub const INTERRUPTS_MAX: u32 = 64;

/// The most cancels in one submit. The kernel may have to pass everything that is in flight to find the target of
/// one.
pub const CANCELS_MAX: usize = 32;

/// How often a cancel is repeated whose target the kernel did not find, though the target has not
/// completed: once immediately, then after pauses that add up to a quarter of a second.
pub const CANCEL_MISSES_MAX: u8 = 9;
