//! Memory: buffers provided one by one, and advice about pages.

use crate::squeue::Entry;

opcode! {
    /// Adds buffers to a group, for requests with
    /// [`BUFFER_SELECT`](crate::squeue::Flags::BUFFER_SELECT).
    ///
    /// `addr` points at `nbufs` buffers of `len` bytes each, one behind the other. They get the ids
    /// from `bid` on in group `bgid`. The kernel may write to them until they were used or removed.
    ///
    /// This is the old form: [`BufRing`](crate::register::BufRing) is faster and needs no request
    /// per buffer. A group is one or the other.
    ///
    /// - Result: 0 or more.
    /// - Errors: E2BIG for no buffer or too many, EINVAL for a group that is a ring of buffers,
    ///   EFAULT, ENOMEM.
    /// - Since Linux 5.7. Man page `io_uring_prep_provide_buffers(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut a, b) = UnixStream::pair()?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![0; 4 * 64];
    /// let provide = opcode::ProvideBuffers::new(memory.as_mut_ptr(), 64, 4, 1, 0);
    /// unsafe { run_on(&mut ring, provide.build()) }?;
    /// a.write_all(b"hello")?;
    /// let recv = opcode::Recv::new(types::Fd(b.as_raw_fd()), ptr::null_mut(), 64).buf_group(1);
    /// let entry = recv.build().flags(squeue::Flags::BUFFER_SELECT);
    /// let done = unsafe { run_on(&mut ring, entry) }?;
    /// let at = 64 * usize::from(cqueue::buffer_select(done.flags()).expect("a buffer"));
    /// assert_eq!(&memory[at..at + 5], b"hello");
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Removes up to `nbufs` buffers from a group that [`ProvideBuffers`] filled.
    ///
    /// - Result: the number of buffers that were removed.
    /// - Errors: ENOENT for a group that does not exist, EINVAL for a ring of buffers.
    /// - Since Linux 5.7. Man page `io_uring_prep_remove_buffers(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![0; 4 * 64];
    /// let provide = opcode::ProvideBuffers::new(memory.as_mut_ptr(), 64, 4, 1, 0);
    /// unsafe { run_on(&mut ring, provide.build()) }?;
    /// let remove = opcode::RemoveBuffers::new(100, 1);
    /// assert_eq!(unsafe { run_on(&mut ring, remove.build()) }?.result(), 4);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Announces how memory will be used, as `madvise(2)` does.
    ///
    /// `len` is in bytes. Only its low 32 bits count: every kernel takes it so. [`Madvise64`] has
    /// no such limit. `advice` is one of `MADV_*`. Some, such as `MADV_DONTNEED`, change the
    /// content of the memory: the caller of the push must vouch that no code depends on the old
    /// content.
    ///
    /// - Result: 0.
    /// - Errors: EINVAL, ENOMEM for memory that is not mapped, EBADF.
    /// - Since Linux 5.6. Man page `io_uring_prep_madvise(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let memory = vec![0u8; 3 * 4096];
    /// let page = memory.as_ptr().wrapping_add(memory.as_ptr().align_offset(4096));
    /// let advise = opcode::Madvise::new(page.cast(), 4096, libc::MADV_WILLNEED);
    /// assert_eq!(unsafe { run(advise.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// [`Madvise`] with a length of 64 bits.
    ///
    /// - Result and errors: as for [`Madvise`].
    /// - Since Linux 6.10. Older kernels see a length of 0 and do nothing. Man page
    ///   `io_uring_prep_madvise64(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let memory = vec![0u8; 3 * 4096];
    /// let page = memory.as_ptr().wrapping_add(memory.as_ptr().align_offset(4096));
    /// let advise = opcode::Madvise64::new(page.cast(), 4096, libc::MADV_WILLNEED);
    /// assert_eq!(unsafe { run(advise.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
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
