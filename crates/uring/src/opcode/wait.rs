//! Waiting for processes and for words in memory.

use std::ptr;

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Waits for a child process to change state, as `waitid(2)` does.
    ///
    /// `idtype` and `id` name the children (`P_PID`, `P_PGID`, `P_PIDFD`, `P_ALL`), `options` the
    /// changes (`WEXITED` and so on).
    ///
    /// - Result: 0.
    /// - Errors: ECHILD if there is no such child, EINVAL.
    /// - Since Linux 6.7. Man page `io_uring_prep_waitid(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let child = std::process::Command::new("true").spawn()?;
    /// let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    /// let wait = opcode::WaitId::new(libc::P_PID, child.id(), libc::WEXITED).infop(&raw mut info);
    /// unsafe { run(wait.build()) }?;
    /// assert_eq!((info.si_code, unsafe { info.si_status() }), (libc::CLD_EXITED, 0));
    /// # Ok::<(), io::Error>(())
    /// ```
    WaitId = IORING_OP_WAITID -> Entry;
    new { idtype: [libc::idtype_t], id: [libc::id_t], options: [libc::c_int] }
    set {
        /// The memory for a description of the child. The kernel writes to it, although the pointer
        /// is const.
        infop: *const libc::siginfo_t = ptr::null(),
        /// Reserved by the kernel: must be 0.
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
    /// Waits while the word at `futex` has the value `val`, as `FUTEX_WAIT_BITSET` of `futex(2)`
    /// does.
    ///
    /// `mask` selects who can wake it. `futex_flags` are those of futex2: `FUTEX2_SIZE_U32` (2),
    /// and `FUTEX2_PRIVATE` (128) for a word of this process alone.
    ///
    /// - Result: 0 once woken.
    /// - Errors: EAGAIN if the word has another value, EINVAL, EFAULT.
    /// - Since Linux 6.7. Man page `io_uring_prep_futex_wait(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let word = std::sync::atomic::AtomicU32::new(5);
    /// let wait = opcode::FutexWait::new(word.as_ptr(), 4, u32::MAX.into(), 2 | 128);
    /// let error = unsafe { run(wait.build()) }.unwrap_err();
    /// assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
    /// # Ok::<(), io::Error>(())
    /// ```
    FutexWait = IORING_OP_FUTEX_WAIT -> Entry;
    new { futex: [*const u32], val: [u64], mask: [u64], futex_flags: [u32] }
    set {
        /// Reserved by the kernel: must be 0.
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
    /// Wakes up to `val` waiters of the word at `futex`, as `FUTEX_WAKE_BITSET` of `futex(2)` does.
    ///
    /// Only waiters whose mask shares a bit with `mask` are woken. `futex_flags` as for
    /// [`FutexWait`].
    ///
    /// - Result: the number of waiters woken.
    /// - Errors: EINVAL, EFAULT.
    /// - Since Linux 6.7. Man page `io_uring_prep_futex_wake(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let word = std::sync::atomic::AtomicU32::new(5);
    /// let wake = opcode::FutexWake::new(word.as_ptr(), 1, u32::MAX.into(), 2 | 128);
    /// assert_eq!(unsafe { run(wake.build()) }?, 0, "nobody waits");
    /// # Ok::<(), io::Error>(())
    /// ```
    FutexWake = IORING_OP_FUTEX_WAKE -> Entry;
    new { futex: [*const u32], val: [u64], mask: [u64], futex_flags: [u32] }
    set {
        /// Reserved by the kernel: must be 0.
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
    /// Waits for one of several words, as `futex_waitv(2)` does.
    ///
    /// `futexv` points at `nr_futex` words, at most 128.
    ///
    /// - Result: the index of a word that was woken.
    /// - Errors: EAGAIN if a word has another value, EINVAL, EFAULT.
    /// - Since Linux 6.7. Man page `io_uring_prep_futex_waitv(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let words = [5, 6].map(std::sync::atomic::AtomicU32::new);
    /// let waits = words.each_ref().map(|word| {
    ///     types::FutexWaitV::new().val(5).uaddr(word.as_ptr() as u64).flags(2 | 128)
    /// });
    /// let wait = opcode::FutexWaitV::new(waits.as_ptr(), 2);
    /// let error = unsafe { run(wait.build()) }.unwrap_err();
    /// assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
    /// # Ok::<(), io::Error>(())
    /// ```
    FutexWaitV = IORING_OP_FUTEX_WAITV -> Entry;
    new { futexv: [*const types::FutexWaitV], nr_futex: [u32] }
    set {
        /// Reserved by the kernel: must be 0.
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.addr = op.futexv as u64;
        sqe.len = op.nr_futex;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}
