//! Taking requests back.

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Cancels the first request with this user data. Since Linux 5.5.
    ///
    /// The result is 0, -ENOENT when nothing matched, or -EALREADY when the request runs and
    /// cannot be stopped; the request itself completes with -ECANCELED, or with its own result
    /// where it was faster. Man page `io_uring_prep_cancel(3)`.
    AsyncCancel = IORING_OP_ASYNC_CANCEL -> Entry;
    new { user_data: [u64] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.done()
    }
}

opcode! {
    /// Cancels what a [`CancelBuilder`](types::CancelBuilder) describes. Since Linux 5.19.
    ///
    /// The result is the number of requests for `all` and `any`, else as for [`AsyncCancel`].
    AsyncCancel2 = IORING_OP_ASYNC_CANCEL -> Entry;
    new { builder: [types::CancelBuilder] }
    set {}
    encode |op, sqe| {
        sqe.fd = op.builder.to_fd();
        sqe.addr = op.builder.user_data.unwrap_or(0);
        sqe.len = op.builder.opcode.map_or(0, u32::from);
        sqe.op_flags = op.builder.flags.bits();
        sqe.done()
    }
}
