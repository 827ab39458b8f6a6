//! Waiting for processes and for words in memory.

use std::ptr;

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Waits for a child process, see `waitid(2)`. Since Linux 6.7.
    WaitId = IORING_OP_WAITID -> Entry;
    new { idtype: [libc::idtype_t], id: [libc::id_t], options: [libc::c_int] }
    set {
        /// Where the kernel describes the child; it writes there, whatever the type of the pointer.
        infop: *const libc::siginfo_t = ptr::null(),
        /// Must be 0 so far.
        flags: libc::c_uint = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.id as i32;
        #[allow(clippy::unnecessary_cast)] // a signed type in Android's C library
        let idtype = op.idtype as u32;
        sqe.len = idtype;
        sqe.op_flags = op.flags;
        sqe.file_index = op.options as u32;
        sqe.off = op.infop as u64;
        sqe.done()
    }
}

opcode! {
    /// Waits while a word has the value `val`, as `FUTEX_WAIT_BITSET` does, see `futex(2)`. Since
    /// Linux 6.7. `futex_flags` are those of futex2 (`FUTEX2_SIZE_U32`, `FUTEX2_PRIVATE`). The
    /// result is 0 when woken, -EAGAIN when the word had another value.
    FutexWait = IORING_OP_FUTEX_WAIT -> Entry;
    new { futex: [*const u32], val: [u64], mask: [u64], futex_flags: [u32] }
    set {
        /// Must be 0 so far.
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.futex_flags as i32;
        sqe.addr = op.futex as u64;
        sqe.off = op.val;
        sqe.addr3 = op.mask;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}

opcode! {
    /// Wakes up to `val` waiters whose mask shares a bit with `mask`, as `FUTEX_WAKE_BITSET` does.
    /// Since Linux 6.7. The result is their number.
    FutexWake = IORING_OP_FUTEX_WAKE -> Entry;
    new { futex: [*const u32], val: [u64], mask: [u64], futex_flags: [u32] }
    set {
        /// Must be 0 so far.
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.futex_flags as i32;
        sqe.addr = op.futex as u64;
        sqe.off = op.val;
        sqe.addr3 = op.mask;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}

opcode! {
    /// Waits on up to 128 words at once, see `futex_waitv(2)`. Since Linux 6.7. The result is the
    /// index of one that was woken.
    FutexWaitV = IORING_OP_FUTEX_WAITV -> Entry;
    new { futexv: [*const types::FutexWaitV], nr_futex: [u32] }
    set {
        /// Must be 0 so far.
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.addr = op.futexv as u64;
        sqe.len = op.nr_futex;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}
