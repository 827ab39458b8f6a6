//! Ring setup: every setup flag, and the checks that the kernel cannot make.
//!
//! Owns the parameters until `io_uring_setup(2)`. Promises that the entry types fit the flags.
//! Never drops a flag silently: a refusal of the kernel is returned as its error. Proven by
//! `tests/kernel/setup.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::marker::PhantomData;
use std::os::fd::RawFd;

use crate::fork::Origin;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, IoUring};

/// Sets up a ring, see `io_uring_setup(2)`.
///
/// ```no_run
/// let ring = uring::IoUring::builder()
///     .setup_single_issuer()
///     .setup_coop_taskrun()
///     .setup_cqsize(4096)
///     .build(256)?;
/// # let _: uring::IoUring = ring;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Builder<S = squeue::Entry, C = cqueue::Entry>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    pub(crate) params: io_uring_params,
    dontfork: bool,
    entry: PhantomData<(S, C)>,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Default for Builder<S, C> {
    fn default() -> Self {
        let flags = S::BUILD_FLAGS | C::BUILD_FLAGS;
        let params = io_uring_params { flags, ..Default::default() };
        Builder { params, dontfork: false, entry: PhantomData }
    }
}

macro_rules! setters {
    ($( $(#[$doc:meta])* $name:ident = $flag:ident, )*) => {
        impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Builder<S, C> {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\n`", stringify!($flag), "`")]
                pub fn $name(&mut self) -> &mut Self {
                    self.params.flags |= sys::$flag;
                    self
                }
            )*
        }
    };
}

setters! {
    /// Polls the device for completions instead of waiting for interrupts. Only for files opened
    /// with `O_DIRECT` on devices that support polling. The kernel refuses most other operations.
    /// Since Linux 5.1.
    setup_iopoll = IORING_SETUP_IOPOLL,
    /// Reduces sizes above the limits (32768 and 65536) to these instead of failing with EINVAL.
    /// Since Linux 5.6.
    setup_clamp = IORING_SETUP_CLAMP,
    /// Creates the ring disabled: enter fails with EBADFD until
    /// [`register_enable_rings`](crate::Submitter::register_enable_rings) is called. Since Linux
    /// 5.10.
    setup_r_disabled = IORING_SETUP_R_DISABLED,
    /// Continues with the rest of a batch after an entry that could not be submitted. The entry's
    /// error is posted as a completion in both cases. Since Linux 5.18.
    setup_submit_all = IORING_SETUP_SUBMIT_ALL,
    /// Does not interrupt this thread for task work, which runs the next time that the thread
    /// enters the kernel. Not with SQPOLL. Since Linux 5.19.
    setup_coop_taskrun = IORING_SETUP_COOP_TASKRUN,
    /// Shows pending task work as `IORING_SQ_TASKRUN`. Needs one of the two `taskrun` modes.
    /// Since Linux 5.19.
    setup_taskrun_flag = IORING_SETUP_TASKRUN_FLAG,
    /// States that only one thread submits. Any other thread gets EEXIST. Since Linux 6.0.
    setup_single_issuer = IORING_SETUP_SINGLE_ISSUER,
    /// Runs task work only in an enter that asks for events. Needs
    /// [`setup_single_issuer`](Self::setup_single_issuer), not with SQPOLL. Since Linux 6.1.
    setup_defer_taskrun = IORING_SETUP_DEFER_TASKRUN,
    /// Creates the ring without a descriptor, as a registered index of the calling thread, which
    /// alone can use it. Only with [`build_no_mmap`](Self::build_no_mmap),
    /// [`build_huge_pages`](Self::build_huge_pages) and
    /// [`build_with_memory`](Self::build_with_memory). Since Linux 6.5.
    setup_registered_fd_only = IORING_SETUP_REGISTERED_FD_ONLY,
    /// Omits the submission queue's index array. Since Linux 6.6.
    setup_no_sqarray = IORING_SETUP_NO_SQARRAY,
    /// Sleeps for part of the expected time before it polls. Needs
    /// [`setup_iopoll`](Self::setup_iopoll). Since Linux 6.13.
    setup_hybrid_iopoll = IORING_SETUP_HYBRID_IOPOLL,
    /// Allows completions of 16 and of 32 bytes in one queue. Not with `Entry32`. Since Linux 6.18.
    setup_cqe_mixed = IORING_SETUP_CQE_MIXED,
    /// Allows entries of 64 and of 128 bytes in one queue. Not with `Entry128`. Since Linux 6.19.
    setup_sqe_mixed = IORING_SETUP_SQE_MIXED,
    /// Makes the kernel read every batch from slot 0 on. Needs
    /// [`setup_no_sqarray`](Self::setup_no_sqarray). Not with SQPOLL. Only one thread may submit at
    /// a time, because the kernel would take the same entries twice: a second one gets EBUSY. Since
    /// Linux 7.0.
    setup_sq_rewind = IORING_SETUP_SQ_REWIND,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Builder<S, C> {
    /// Keeps the ring from forked children (`MADV_DONTFORK`). Without this, a child inherits the
    /// ring like other shared memory, and entries that it queues mix with the parent's.
    ///
    /// In a child, the ring can be dropped as usual. Its queues are empty and refuse entries, and
    /// functions that enter the kernel or register fail with EBADF. Views of the queues that exist
    /// at the fork must not be used in the child.
    pub fn dontfork(&mut self) -> &mut Self {
        self.dontfork = true;
        self
    }

    /// Returns the process to which the ring is confined, if any.
    pub(crate) fn only_in(&self) -> io::Result<Option<Origin>> {
        self.dontfork.then(Origin::here).transpose()
    }

    /// Makes a kernel thread poll the submission queue. It sleeps after `idle` milliseconds without
    /// work (0 means one second), and the next submit wakes it. Since Linux 5.1. Files need not be
    /// registered since Linux 5.11, and privileges are not needed since Linux 5.13.
    ///
    /// `IORING_SETUP_SQPOLL`
    pub fn setup_sqpoll(&mut self, idle: u32) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_SQPOLL;
        self.params.sq_thread_idle = idle;
        self
    }

    /// Binds the polling thread to a CPU, which must be online. Since Linux 5.1.
    ///
    /// `IORING_SETUP_SQ_AFF`
    pub fn setup_sqpoll_cpu(&mut self, cpu: u32) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_SQ_AFF;
        self.params.sq_thread_cpu = cpu;
        self
    }

    /// Sets the size of the completion queue. The default is twice the size of the submission
    /// queue. [`build`](Self::build) fails with EINVAL for 0 and for fewer slots than the
    /// submission queue has. Since Linux 5.5.
    ///
    /// `IORING_SETUP_CQSIZE`
    pub fn setup_cqsize(&mut self, entries: u32) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_CQSIZE;
        self.params.cq_entries = entries;
        self
    }

    /// Shares the workers, and the polling thread, of another ring. [`build`](Self::build) fails
    /// with ENXIO for a descriptor that is not open and with EINVAL for one that is not a ring.
    /// Since Linux 5.6.
    ///
    /// `IORING_SETUP_ATTACH_WQ`
    pub fn setup_attach_wq(&mut self, fd: RawFd) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_ATTACH_WQ;
        self.params.wq_fd = fd as u32;
        self
    }

    /// Adds setup flags by number, for bits that have no method here.
    ///
    /// Bits that change the size of entries must match the entry types, or [`build`](Self::build)
    /// fails with EINVAL.
    pub fn setup_raw_flags(&mut self, flags: u32) -> &mut Self {
        self.params.flags |= flags;
        self
    }

    /// Creates the ring. `entries` is rounded up to a power of two.
    ///
    /// # Errors
    ///
    /// EINVAL for a size of 0 or above 32768, for flags that this kernel lacks or that exclude each
    /// other, and for entry types that do not match the flags; EPERM if the administrator has
    /// disabled io_uring; ENOSYS if the kernel has no io_uring; ENOMEM, EMFILE, ENFILE.
    pub fn build(&self, entries: u32) -> io::Result<IoUring<S, C>> {
        self.check_entry_types()?;
        if self.params.flags & sys::IORING_SETUP_NO_MMAP != 0 {
            return self.build_no_mmap(entries);
        }
        if self.params.flags & sys::IORING_SETUP_REGISTERED_FD_ONLY != 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        IoUring::with_params(entries, self.params, self.only_in()?)
    }

    /// Checks that the entry types match the flags. The kernel does not know the types.
    pub(crate) fn check_entry_types(&self) -> io::Result<()> {
        let sized = sys::IORING_SETUP_SQE128 | sys::IORING_SETUP_CQE32;
        if self.params.flags & sized != S::BUILD_FLAGS | C::BUILD_FLAGS {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        Ok(())
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Debug for Builder<S, C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let params = crate::Parameters::from_raw(self.params);
        let mut builder = f.debug_struct("Builder");
        builder.field("params", &params).field("dontfork", &self.dontfork).finish()
    }
}
