//! How a ring is asked for: every setup flag, and the checks that the kernel cannot make.
//!
//! Owns the parameters until `io_uring_setup(2)`. Promises that the entry types fit the flags.
//! Never drops a flag silently: what the kernel refuses comes back as its error.
//! Proven by `tests/kernel/setup.rs`.

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
    /// with `O_DIRECT` on devices that can; most other operations are refused. Since Linux 5.1.
    setup_iopoll = IORING_SETUP_IOPOLL,
    /// Reduces sizes that are too large to the limits (32768 and 65536) instead of EINVAL.
    /// Since Linux 5.6.
    setup_clamp = IORING_SETUP_CLAMP,
    /// Makes the ring disabled: enter says EBADFD until
    /// [`register_enable_rings`](crate::Submitter::register_enable_rings). Since Linux 5.10.
    setup_r_disabled = IORING_SETUP_R_DISABLED,
    /// Goes on with the rest of a batch after an entry that could not be submitted; its error
    /// comes as a completion either way. Since Linux 5.18.
    setup_submit_all = IORING_SETUP_SUBMIT_ALL,
    /// Does not interrupt this thread for task work; it runs when the thread enters the kernel
    /// anyway. Not with SQPOLL. Since Linux 5.19.
    setup_coop_taskrun = IORING_SETUP_COOP_TASKRUN,
    /// Shows pending task work as `IORING_SQ_TASKRUN`. Needs one of the two `taskrun` modes.
    /// Since Linux 5.19.
    setup_taskrun_flag = IORING_SETUP_TASKRUN_FLAG,
    /// Promises that one thread submits; any other gets EEXIST. Since Linux 6.0.
    setup_single_issuer = IORING_SETUP_SINGLE_ISSUER,
    /// Runs task work only in an enter that asks for events. Needs
    /// [`setup_single_issuer`](Self::setup_single_issuer), not with SQPOLL. Since Linux 6.1.
    setup_defer_taskrun = IORING_SETUP_DEFER_TASKRUN,
    /// Gives the ring no descriptor, only an index of the calling thread: the ring then belongs to
    /// that thread. Only with [`build_no_mmap`](Self::build_no_mmap) and its like. Since Linux 6.5.
    setup_registered_fd_only = IORING_SETUP_REGISTERED_FD_ONLY,
    /// Goes without the submission queue's index array. Since Linux 6.6.
    setup_no_sqarray = IORING_SETUP_NO_SQARRAY,
    /// Sleeps for part of the expected time before it polls. Needs
    /// [`setup_iopoll`](Self::setup_iopoll). Since Linux 6.13.
    setup_hybrid_iopoll = IORING_SETUP_HYBRID_IOPOLL,
    /// Lets 16- and 32-byte completions share the queue; not with `Entry32`. Since Linux 6.18.
    setup_cqe_mixed = IORING_SETUP_CQE_MIXED,
    /// Lets 64- and 128-byte entries share the queue; not with `Entry128`. Since Linux 6.19.
    setup_sqe_mixed = IORING_SETUP_SQE_MIXED,
    /// Reads every batch from slot 0 on; needs
    /// [`setup_no_sqarray`](Self::setup_no_sqarray), not with SQPOLL. One submit at a time: a
    /// second thread gets EBUSY, for the kernel would take the same entries again. Since Linux 7.0.
    setup_sq_rewind = IORING_SETUP_SQ_REWIND,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Builder<S, C> {
    /// Keeps the ring from forked children (`MADV_DONTFORK`). Without this a child inherits the ring
    /// as it inherits other shared memory, and what it queues mixes with what the parent queues.
    ///
    /// In a child the ring can be dropped as always. Its queues are empty and take nothing, and
    /// what enters the kernel or registers says EBADF. Views of the queues that exist at the fork
    /// must not be used in the child.
    pub fn dontfork(&mut self) -> &mut Self {
        self.dontfork = true;
        self
    }

    /// The process to keep the ring in, if it is to be kept.
    pub(crate) fn only_in(&self) -> io::Result<Option<Origin>> {
        self.dontfork.then(Origin::here).transpose()
    }

    /// Lets a kernel thread poll the submission queue; it sleeps after `idle` milliseconds without
    /// work (0 = one second) and is then woken by submit. Since Linux 5.1; without privileges and
    /// with any file since Linux 5.11 to 5.13.
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

    /// Sets the size of the completion queue, else twice the submission queue's. EINVAL for 0 and
    /// for less than the submission queue has. Since Linux 5.5.
    ///
    /// `IORING_SETUP_CQSIZE`
    pub fn setup_cqsize(&mut self, entries: u32) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_CQSIZE;
        self.params.cq_entries = entries;
        self
    }

    /// Shares the workers, and the polling thread, of another ring. ENXIO for a descriptor that is
    /// not open, EINVAL for one that is no ring. Since Linux 5.6.
    ///
    /// `IORING_SETUP_ATTACH_WQ`
    pub fn setup_attach_wq(&mut self, fd: RawFd) -> &mut Self {
        self.params.flags |= sys::IORING_SETUP_ATTACH_WQ;
        self.params.wq_fd = fd as u32;
        self
    }

    /// Adds setup flags by their numbers, for bits that have no method here.
    ///
    /// Bits that change the size of entries must fit the entry types, or
    /// [`build`](Self::build) says EINVAL.
    pub fn setup_raw_flags(&mut self, flags: u32) -> &mut Self {
        self.params.flags |= flags;
        self
    }

    /// Makes the ring. `entries` is rounded up to a power of two.
    ///
    /// # Errors
    ///
    /// EINVAL for a size of 0 or above 32768, for flags that this kernel lacks or that exclude
    /// each other, and for entry types that do not fit the flags; EPERM where the
    /// administrator has disabled io_uring; ENOSYS where the kernel has none; ENOMEM, EMFILE,
    /// ENFILE.
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

    /// The kernel cannot know what this process believes the slots to hold.
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
