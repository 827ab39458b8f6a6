//! The ring: two queues, their memory and the descriptor.
//!
//! Owns all of them, and drops them in the order mappings, then descriptor. Promises that the
//! queues' pointers stay valid as long as it lives, and looks at no memory that a forked child does
//! not have. Never waits for requests when it is dropped: memory that the kernel may still write
//! to is the caller's to keep.
//! Proven by `tests/kernel/setup.rs`, `tests/kernel/queue.rs` and `tests/kernel/fork.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, RawFd};

use crate::fd::RingFd;
use crate::fork::Origin;
use crate::memory::RingMemory;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, submit, syscall};
use crate::{Builder, CompletionQueue, Parameters, SubmissionQueue, Submitter};

/// An io_uring instance.
///
/// `S` is the type of submission entries ([`squeue::Entry`] or [`squeue::Entry128`]), `C` that of
/// completions ([`cqueue::Entry`] or [`cqueue::Entry32`]).
///
/// Dropping it closes the ring; requests in flight are cancelled by the kernel *later*, so the
/// memory that they use must outlive that, not just this value.
pub struct IoUring<S = squeue::Entry, C = cqueue::Entry>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    /// Only to be used where the memory is: see [`sq`](Self::sq).
    pub(crate) sq: squeue::Inner,
    /// See [`cq`](Self::cq).
    pub(crate) cq: cqueue::Inner,
    pub(crate) params: Parameters,
    // Declared before `fd`, so that it is dropped first.
    pub(crate) memory: RingMemory,
    pub(crate) fd: RingFd,
    pub(crate) entry: std::marker::PhantomData<(S, C)>,
}

// SAFETY: the pointers lead into memory that the ring owns; nothing in it belongs to a thread.
unsafe impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Send for IoUring<S, C> {}
// SAFETY: through a shared reference only atomics are touched and system calls made, and a
// rewinding queue is moved by one submit at a time; the views that write need `&mut` or an unsafe
// call.
unsafe impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Sync for IoUring<S, C> {}

impl IoUring {
    /// Makes a ring with `entries` slots for submissions, rounded up to a power of two, and twice
    /// as many for completions. [`builder`](Self::builder) offers the rest.
    ///
    /// # Errors
    ///
    /// As for [`Builder::build`].
    pub fn new(entries: u32) -> io::Result<Self> {
        Self::builder().build(entries)
    }

    /// Takes over a ring that somebody else has set up.
    ///
    /// # Safety
    ///
    /// `fd` must be a ring that nobody else closes, and `params` what the kernel filled in when it
    /// was made.
    ///
    /// # Errors
    ///
    /// EINVAL for rings of bigger entries and for rings in memory of a process's own. The
    /// descriptor is closed then.
    pub unsafe fn from_fd(fd: RawFd, params: Parameters) -> io::Result<Self> {
        // SAFETY: the caller hands the descriptor over.
        let fd = unsafe { RingFd::owned(fd, params.0.features)? };
        if params.0.flags & (sys::IORING_SETUP_SQE128 | sys::IORING_SETUP_CQE32) != 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let memory = RingMemory::map(fd.raw(), &params.0)?;
        Self::assemble(fd, memory, params.0, None)
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> IoUring<S, C> {
    /// Starts to set up a ring.
    #[must_use]
    pub fn builder() -> Builder<S, C> {
        Builder::default()
    }

    pub(crate) fn with_params(
        entries: u32,
        mut params: io_uring_params,
        only_in: Option<Origin>,
    ) -> io::Result<Self> {
        let fd = syscall::setup(entries, &mut params)?;
        // SAFETY: the kernel has just made this descriptor for us.
        let fd = unsafe { RingFd::owned(fd, params.features)? };
        let memory = RingMemory::map(fd.raw(), &params)?;
        Self::assemble(fd, memory, params, only_in)
    }

    pub(crate) fn assemble(
        mut fd: RingFd,
        mut memory: RingMemory,
        params: io_uring_params,
        only_in: Option<Origin>,
    ) -> io::Result<Self> {
        if let Some(process) = only_in {
            memory.confine(process)?;
            fd.confine();
        }
        if params.flags & submit::SPECIAL != 0 {
            fd.always_special();
        }
        Ok(IoUring {
            sq: squeue::Inner::new(&memory, &params)?,
            cq: cqueue::Inner::new(&memory, &params)?,
            params: Parameters(params),
            memory,
            fd,
            entry: std::marker::PhantomData,
        })
    }

    /// The submission queue, or one without slots in a child that has no part in the ring.
    #[inline]
    pub(crate) fn sq(&self) -> &squeue::Inner {
        if self.memory.is_here() {
            &self.sq
        } else {
            squeue::Inner::none()
        }
    }

    /// The completion queue, or an empty one in a child that has no part in the ring.
    #[inline]
    pub(crate) fn cq(&self) -> &cqueue::Inner {
        if self.memory.is_here() {
            &self.cq
        } else {
            cqueue::Inner::none()
        }
    }

    /// What submits, waits and registers.
    #[inline]
    pub fn submitter(&self) -> Submitter<'_> {
        Submitter::new(&self.fd, &self.params, self.sq())
    }

    /// What the ring was made with.
    #[inline]
    pub fn params(&self) -> &Parameters {
        &self.params
    }

    /// Hands published entries to the kernel, see [`Submitter::submit`].
    #[inline]
    pub fn submit(&self) -> io::Result<usize> {
        self.submitter().submit()
    }

    /// Submits and waits, see [`Submitter::submit_and_wait`].
    #[inline]
    pub fn submit_and_wait(&self, want: usize) -> io::Result<usize> {
        self.submitter().submit_and_wait(want)
    }

    /// Waits without submitting, see [`Submitter::wait`].
    #[inline]
    pub fn wait(&self, want: usize) -> io::Result<()> {
        self.submitter().wait(want)
    }

    /// Moves completions into `entries` and returns the part that was filled. Enters the kernel only
    /// where none is there yet, submits nothing, and waits until `wait_nr` completions are there.
    ///
    /// # Errors
    ///
    /// Those of [`Submitter::wait`].
    pub fn copy_cqes<'b>(
        &mut self,
        entries: &'b mut [MaybeUninit<C>],
        wait_nr: usize,
    ) -> io::Result<&'b mut [C]> {
        if self.completion().is_empty() {
            self.wait(wait_nr)?;
        }
        Ok(self.completion().fill(entries))
    }

    /// The three parts, to be used side by side. Sync the submission queue before a submit, and
    /// the completion queue after it.
    #[inline]
    pub fn split(&mut self) -> (Submitter<'_>, SubmissionQueue<'_, S>, CompletionQueue<'_, C>) {
        (self.submitter(), SubmissionQueue::new(self.sq()), CompletionQueue::new(self.cq()))
    }

    /// The submission queue.
    #[inline]
    pub fn submission(&mut self) -> SubmissionQueue<'_, S> {
        SubmissionQueue::new(self.sq())
    }

    /// The submission queue, from a shared reference.
    ///
    /// # Safety
    ///
    /// No other [`SubmissionQueue`] of this ring may exist meanwhile, and no other thread may
    /// submit on a ring made with [`setup_sq_rewind`](Builder::setup_sq_rewind), whose submit moves
    /// entries.
    #[inline]
    pub unsafe fn submission_shared(&self) -> SubmissionQueue<'_, S> {
        SubmissionQueue::new(self.sq())
    }

    /// The completion queue.
    #[inline]
    pub fn completion(&mut self) -> CompletionQueue<'_, C> {
        CompletionQueue::new(self.cq())
    }

    /// The completion queue, from a shared reference.
    ///
    /// # Safety
    ///
    /// No other [`CompletionQueue`] of this ring may exist meanwhile.
    #[inline]
    pub unsafe fn completion_shared(&self) -> CompletionQueue<'_, C> {
        CompletionQueue::new(self.cq())
    }

    /// The setup flags, for code that is generic over rings.
    #[inline]
    pub(crate) fn has(&self, flag: u32) -> bool {
        self.params.0.flags & flag != 0
    }

    /// The index under which the ring's descriptor is registered, if it is.
    pub fn registered_index(&self) -> Option<u32> {
        self.fd.index()
    }

    /// Closes the descriptor of a ring that is registered with
    /// [`register_ring_fd`](Submitter::register_ring_fd), which then lives on as an index of this
    /// thread. EINVAL without `IORING_FEAT_REG_REG_RING` (Linux 6.3) or without a registration.
    pub fn close_ring_fd(&mut self) -> io::Result<()> {
        self.fd.close_plain()
    }

    /// Whether the ring polls for completions without a polling thread of its own.
    #[inline]
    pub(crate) fn must_poll(&self) -> bool {
        self.has(sys::IORING_SETUP_IOPOLL) && !self.has(sys::IORING_SETUP_SQPOLL)
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> AsRawFd for IoUring<S, C> {
    /// The ring's descriptor, or -1 where it only has a registered index.
    fn as_raw_fd(&self) -> RawFd {
        self.fd.raw()
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Debug for IoUring<S, C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoUring")
            .field("fd", &self.as_raw_fd())
            .field("registered_index", &self.registered_index())
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "io_safety")]
impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> std::os::fd::AsFd for IoUring<S, C> {
    /// The ring's descriptor.
    ///
    /// # Panics
    ///
    /// Where the ring only has a registered index, after
    /// [`close_ring_fd`](IoUring::close_ring_fd) or with
    /// [`setup_registered_fd_only`](Builder::setup_registered_fd_only): there is nothing to lend.
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.fd.plain().expect("the ring has no descriptor, only a registered index")
    }
}
