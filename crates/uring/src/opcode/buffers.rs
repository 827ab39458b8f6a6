//! Memory: buffers handed over one by one, and advice about pages.

use crate::squeue::Entry;

opcode! {
    /// Hands `nbufs` buffers of `len` bytes each, one behind the other, to a group. Since Linux
    /// 5.7. The kernel writes to them whenever a request of the group wants one.
    ///
    /// This is the old form: [`BufRing`](crate::register::BufRing) is faster and needs no request
    /// per buffer. A group is one or the other (EINVAL here, EEXIST there).
    ProvideBuffers = IORING_OP_PROVIDE_BUFFERS -> Entry;
    new { addr: [*mut u8], len: [i32], nbufs: [u16], bgid: [u16], bid: [u16] }
    set {}
    encode |op, sqe| {
        sqe.fd = op.nbufs.into();
        sqe.addr = op.addr as u64;
        sqe.len = op.len as u32;
        sqe.off = op.bid.into();
        sqe.buf_index = op.bgid;
        sqe.done()
    }
}

opcode! {
    /// Takes up to `nbufs` buffers out of a group. Since Linux 5.7. The result is their number,
    /// -ENOENT for an unknown group, -EINVAL for a buffer ring.
    RemoveBuffers = IORING_OP_REMOVE_BUFFERS -> Entry;
    new { nbufs: [u16], bgid: [u16] }
    set {}
    encode |op, sqe| {
        sqe.fd = op.nbufs.into();
        sqe.buf_index = op.bgid;
        sqe.done()
    }
}

opcode! {
    /// Says how memory will be used, see `madvise(2)`. Since Linux 5.6.
    ///
    /// `len` is cut to 32 bits, as every kernel takes it; [`Madvise64`] has no such limit.
    Madvise = IORING_OP_MADVISE -> Entry;
    new { addr: [*const libc::c_void], len: [libc::off_t], advice: [i32] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.addr as u64;
        sqe.len = op.len as u32;
        sqe.op_flags = op.advice as u32;
        sqe.done()
    }
}

opcode! {
    /// [`Madvise`] with a length of 64 bits. Since Linux 6.10.
    Madvise64 = IORING_OP_MADVISE -> Entry;
    new { addr: [*const libc::c_void], len: [u64], advice: [i32] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.addr as u64;
        sqe.off = op.len;
        sqe.op_flags = op.advice as u32;
        sqe.done()
    }
}
