//! The ring's descriptor: a plain one, one with a registered index beside it, or an index alone.
//!
//! Owns the descriptor and closes it once. Promises that a registered index is used and
//! unregistered only on the thread that registered it and in its process: the kernel keeps one
//! table per task, and in another task the same index means another ring. Never closes early: the
//! mappings are removed before this is dropped. Proven by `tests/kernel/ring_fd.rs` and
//! `tests/kernel/fork.rs`.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use crate::fork::Origin;
use crate::sys;

/// No index is registered.
const NONE: i32 = -1;
/// A thread is about to register one.
const CLAIMED: i32 = -2;

/// The number by which system calls name the ring.
pub(crate) struct RingFd {
    /// Absent for a ring created with `IORING_SETUP_REGISTERED_FD_ONLY`, and after
    /// [`close_plain`](Self::close_plain).
    fd: Option<OwnedFd>,
    /// The index in the registering thread's table, or [`NONE`] or [`CLAIMED`].
    index: AtomicI32,
    /// The thread that registered the index. Written before the index.
    owner: AtomicUsize,
    /// `IORING_FEAT_REG_REG_RING`: `io_uring_register(2)` accepts the index as well.
    can_register_by_index: bool,
    /// The process that created the ring. Needed beside `owner`, because the thread of a forked
    /// child has the number of the thread that forked.
    process: Origin,
    /// Whether only `process` may use the ring.
    confined: bool,
    /// Whether the ring's setup makes every enter special.
    special: bool,
    /// The descriptor, if an enter can use it without further checks; else -1.
    direct: AtomicI32,
}

/// Returns a number for the current thread. The C library and the kernel reuse their thread ids
/// once a thread has ended.
fn this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

impl RingFd {
    /// Takes over a ring's descriptor.
    ///
    /// # Safety
    ///
    /// `fd` must be an open ring descriptor that nothing else closes.
    pub(crate) unsafe fn owned(fd: RawFd, features: u32) -> io::Result<Self> {
        // SAFETY: the caller transfers ownership of the descriptor.
        let (number, fd) = (fd, unsafe { OwnedFd::from_raw_fd(fd) });
        Ok(RingFd {
            fd: Some(fd),
            index: AtomicI32::new(NONE),
            owner: AtomicUsize::new(0),
            can_register_by_index: features & sys::IORING_FEAT_REG_REG_RING != 0,
            process: Origin::here()?,
            confined: false,
            special: false,
            direct: AtomicI32::new(number),
        })
    }

    /// Creates the value for a ring that exists only as an index of this thread.
    pub(crate) fn registered_only(index: i32) -> io::Result<Self> {
        Ok(RingFd {
            fd: None,
            index: AtomicI32::new(index),
            owner: AtomicUsize::new(this_thread()),
            can_register_by_index: true,
            process: Origin::here()?,
            confined: false,
            special: true,
            direct: AtomicI32::new(-1),
        })
    }

    /// Confines the ring to the process that created it.
    pub(crate) fn confine(&mut self) {
        self.confined = true;
        self.direct = AtomicI32::new(-1);
    }

    /// Makes [`direct`](Self::direct) always negative.
    pub(crate) fn always_special(&mut self) {
        self.special = true;
        self.direct = AtomicI32::new(-1);
    }

    /// Returns the number for `io_uring_enter(2)` for the common case. Negative if something must
    /// be checked first: a registered index, the process, or the ring's setup.
    #[inline]
    pub(crate) fn direct(&self) -> i32 {
        self.direct.load(Ordering::Relaxed)
    }

    /// Returns the index, if this thread may use it.
    fn usable_index(&self) -> Option<i32> {
        // Acquire: the owner that is read next is at least as new as the index.
        let index = self.index.load(Ordering::Acquire);
        if index < 0 {
            return None;
        }
        let owned = self.owner.load(Ordering::Relaxed) == this_thread();
        (owned && self.process.is_here()).then_some(index)
    }

    /// Returns the descriptor, or -1 in a process that may not use it: the kernel answers -1 with
    /// EBADF.
    fn usable_raw(&self) -> RawFd {
        if self.confined && !self.process.is_here() {
            return -1;
        }
        self.raw()
    }

    /// Returns [`direct`](Self::direct) after a check of the process, for a ring that is kept from
    /// children.
    pub(crate) fn direct_here(&self) -> i32 {
        let common = !self.special && self.index.load(Ordering::Relaxed) == NONE;
        if common && self.process.is_here() {
            return self.raw();
        }
        -1
    }

    /// Returns the number for `io_uring_enter(2)`, and the flag that belongs to it.
    pub(crate) fn for_enter(&self) -> (i32, u32) {
        match self.usable_index() {
            Some(index) => (index, sys::IORING_ENTER_REGISTERED_RING),
            None => (self.usable_raw(), 0),
        }
    }

    /// Returns the number for `io_uring_register(2)`, and the bit to add to its opcode. EBADF if
    /// this thread or process has none: to the kernel, -1 would mean the calling task.
    pub(crate) fn for_register(&self) -> io::Result<(i32, u32)> {
        match (self.usable_index(), self.usable_raw()) {
            (Some(index), _) if self.can_register_by_index => {
                Ok((index, sys::IORING_REGISTER_USE_REGISTERED_RING))
            }
            (_, -1) => Err(io::Error::from_raw_os_error(libc::EBADF)),
            (_, fd) => Ok((fd, 0)),
        }
    }

    /// Returns the descriptor, or -1. `mmap(2)` accepts nothing else.
    pub(crate) fn raw(&self) -> RawFd {
        self.fd.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Returns the descriptor, if there is one.
    #[cfg(feature = "io_safety")]
    pub(crate) fn plain(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        self.fd.as_ref().map(std::os::fd::AsFd::as_fd)
    }

    /// Returns the index, on any thread.
    pub(crate) fn index(&self) -> Option<u32> {
        u32::try_from(self.index.load(Ordering::Relaxed)).ok()
    }

    /// Registers the ring on this thread with `register`, and stores the index that it returns.
    /// EEXIST if the ring is registered already, or another thread is registering it.
    pub(crate) fn remember(&self, register: impl FnOnce() -> io::Result<u32>) -> io::Result<()> {
        let order = (Ordering::Relaxed, Ordering::Relaxed);
        if self.index.compare_exchange(NONE, CLAIMED, order.0, order.1).is_err() {
            return Err(io::Error::from_raw_os_error(libc::EEXIST));
        }
        let registered = register();
        if registered.is_ok() {
            self.owner.store(this_thread(), Ordering::Relaxed);
            self.direct.store(-1, Ordering::Relaxed);
        }
        let index = registered.as_ref().map_or(NONE, |index| *index as i32);
        self.index.store(index, Ordering::Release);
        registered.map(drop)
    }

    /// Removes this thread's registration with `unregister`, and clears the index. EINVAL if this
    /// thread has none.
    pub(crate) fn forget(&self, unregister: impl FnOnce(u32) -> io::Result<()>) -> io::Result<()> {
        let Some(index) = self.usable_index() else {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        };
        unregister(index as u32)?;
        self.index.store(NONE, Ordering::Relaxed);
        if !self.special && !self.confined {
            self.direct.store(self.raw(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Closes the plain descriptor and keeps the index.
    pub(crate) fn close_plain(&mut self) -> io::Result<()> {
        if self.usable_index().is_none() || !self.can_register_by_index {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        self.fd = None;
        Ok(())
    }
}

impl Drop for RingFd {
    fn drop(&mut self) {
        let Some(index) = self.usable_index() else { return };
        let arg = sys::io_uring_rsrc_update { offset: index as u32, resv: 0, data: 0 };
        let (fd, bit) = match self.raw() {
            -1 => (index, sys::IORING_REGISTER_USE_REGISTERED_RING),
            fd => (fd, 0),
        };
        let opcode = sys::IORING_UNREGISTER_RING_FDS | bit;
        // SAFETY: `arg` outlives the call and is one entry long. If the call fails, the kernel
        // removes the index when the thread ends.
        let _ = unsafe { crate::syscall::register(fd, opcode, (&raw const arg).cast(), 1) };
    }
}
