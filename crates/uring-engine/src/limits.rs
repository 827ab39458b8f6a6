//! Every limit of the engine, named. Each has a test that reaches it.

/// Submission queue entries when the caller names none.
pub const ENTRIES_DEFAULT: u32 = 256;

/// The kernel's own ceiling for submission queue entries (`IORING_MAX_ENTRIES`).
pub const ENTRIES_MAX: u32 = 32_768;

/// The kernel's own ceiling for completion queue entries (`IORING_MAX_CQ_ENTRIES`).
pub const CQ_ENTRIES_MAX: u32 = 65_536;

/// An operation with a timeout needs two entries side by side, so no queue is smaller.
pub const ENTRIES_MIN: u32 = 2;

/// Slots a table can hold: the slot's part of a completion's `user_data` is 32 bits wide, but a
/// million operations in flight is already more than any ring is given work for.
pub const SLOTS_MAX: u32 = 1 << 20;

/// Bytes that the operations of one turn may copy inside `io_uring_enter`, for each lane.
pub const TURN_BYTES: u32 = 4 << 20;

/// An operation of more bytes than this is handed to the kernel's workers (`IOSQE_ASYNC`).
pub const INLINE_BYTES: u32 = 512 << 10;

/// How often one `enter` is repeated after EINTR before the turn gives the thread back.
pub const INTERRUPTS_MAX: u32 = 64;

/// How often a cancel is repeated that the kernel had no target for, though the target has not
/// completed: at once, then after pauses that add up to a quarter of a second.
pub const CANCEL_MISSES_MAX: u8 = 9;
