//! The ring: two queues, their memory and the descriptor.
//!
//! Owns all of them, and drops them in the order mappings, then descriptor. Promises that the
//! queues' pointers stay valid for as long as it lives, and that ring memory is not accessed in a
//! forked child that does not have it. Never waits for requests when it is dropped: the caller
//! keeps the memory that the kernel may still write to. Proven by `tests/kernel/setup.rs`,
//! `tests/kernel/queue.rs` and `tests/kernel/fork.rs`.

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
/// Dropping the value closes the ring. The kernel cancels requests in flight *later*, so the memory
/// that they use must remain valid for longer than this value.
pub struct IoUring<S = squeue::Entry, C = cqueue::Entry>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    /// Read through [`sq`](Self::sq), which checks that this process has the memory.
    pub(crate) sq: squeue::Inner,
    /// Read through [`cq`](Self::cq).
    pub(crate) cq: cqueue::Inner,
    pub(crate) params: Parameters,
    // Declared before `fd`, so that it is dropped first.
    pub(crate) memory: RingMemory,
    pub(crate) fd: RingFd,
    pub(crate) entry: std::marker::PhantomData<(S, C)>,
}

// SAFETY: the pointers refer to memory that the ring owns, and nothing in it is bound to a thread.
unsafe impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Send for IoUring<S, C> {}
// SAFETY: a shared reference allows only atomic accesses and system calls, and one submit at a time
// moves a rewinding queue. The views that write need `&mut` or an unsafe call.
unsafe impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Sync for IoUring<S, C> {}

impl IoUring {
    /// Creates a ring with `entries` submission slots, rounded up to a power of two, and twice as
    /// many completion slots. [`builder`](Self::builder) has all other options.
    ///
    /// # Errors
    ///
    /// As for [`Builder::build`].
    pub fn new(entries: u32) -> io::Result<Self> {
        Self::builder().build(entries)
    }

    /// Creates an `IoUring` from the descriptor of a ring that was set up elsewhere, which it takes
    /// over.
    ///
    /// # Safety
    ///
    /// `fd` must be the descriptor of a ring that nothing else closes, and `params` must be what
    /// the kernel filled in at its setup.
    ///
    /// # Errors
    ///
    /// EINVAL for rings with larger entries and for rings in memory that a process provided. The
    /// descriptor is closed in this case.
    pub unsafe fn from_fd(fd: RawFd, params: Parameters) -> io::Result<Self> {
        // SAFETY: the caller transfers ownership of the descriptor.
        let fd = unsafe { RingFd::owned(fd, params.0.features)? };
        if params.0.flags & (sys::IORING_SETUP_SQE128 | sys::IORING_SETUP_CQE32) != 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let memory = RingMemory::map(fd.raw(), &params.0)?;
        Self::assemble(fd, memory, params.0, None)
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> IoUring<S, C> {
    /// Returns a builder with the default options.
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
        // SAFETY: the kernel has just created this descriptor for this call.
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

    /// Returns the submission queue, or one without slots in a forked child that does not have the
    /// ring.
    #[inline]
    pub(crate) fn sq(&self) -> &squeue::Inner {
        if self.memory.is_here() {
            &self.sq
        } else {
            squeue::Inner::none()
        }
    }

    /// Returns the completion queue, or an empty one in a forked child that does not have the ring.
    #[inline]
    pub(crate) fn cq(&self) -> &cqueue::Inner {
        if self.memory.is_here() {
            &self.cq
        } else {
            cqueue::Inner::none()
        }
    }

    /// Returns the part of the ring that submits, waits and registers.
    #[inline]
    pub fn submitter(&self) -> Submitter<'_> {
        Submitter::new(&self.fd, &self.params, self.sq())
    }

    /// Returns the parameters of the ring.
    #[inline]
    pub fn params(&self) -> &Parameters {
        &self.params
    }

    /// Submits the published entries, see [`Submitter::submit`].
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

    /// Moves completions into `entries` and returns the filled part. If the queue is empty, enters
    /// the kernel and waits until it holds `wait_nr` completions. Submits nothing.
    ///
    /// ```
    /// use std::mem::MaybeUninit;
    /// use uring::{cqueue, opcode, IoUring};
    ///
    /// let mut ring = IoUring::new(4)?;
    /// // SAFETY: a NOP points at nothing.
    /// unsafe { ring.submission().push(&opcode::Nop::new().build()) }.expect("the queue is empty");
    /// ring.submit()?;
    /// let mut room = [const { MaybeUninit::<cqueue::Entry>::uninit() }; 4];
    /// assert_eq!(ring.copy_cqes(&mut room, 1)?.len(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
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

    /// Returns the submitter and both queues, for use side by side. Sync the submission queue
    /// before a submit and the completion queue after it.
    ///
    /// ```
    /// use uring::{opcode, IoUring};
    ///
    /// let mut ring = IoUring::new(4)?;
    /// let (submitter, mut sq, mut cq) = ring.split();
    /// // SAFETY: a NOP points at nothing.
    /// unsafe { sq.push(&opcode::Nop::new().build().user_data(1)) }.expect("the queue is empty");
    /// sq.sync();
    /// submitter.submit_and_wait(1)?;
    /// cq.sync();
    /// assert_eq!(cq.next().map(|done| done.user_data()), Some(1));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[inline]
    pub fn split(&mut self) -> (Submitter<'_>, SubmissionQueue<'_, S>, CompletionQueue<'_, C>) {
        (self.submitter(), SubmissionQueue::new(self.sq()), CompletionQueue::new(self.cq()))
    }

    /// Returns the submission queue.
    #[inline]
    pub fn submission(&mut self) -> SubmissionQueue<'_, S> {
        SubmissionQueue::new(self.sq())
    }

    /// Returns the submission queue, from a shared reference.
    ///
    /// # Safety
    ///
    /// While the view exists, there must be no other [`SubmissionQueue`] of this ring, and no other
    /// thread may submit on a ring created with [`setup_sq_rewind`](Builder::setup_sq_rewind),
    /// whose submit moves entries.
    #[inline]
    pub unsafe fn submission_shared(&self) -> SubmissionQueue<'_, S> {
        SubmissionQueue::new(self.sq())
    }

    /// Returns the completion queue.
    #[inline]
    pub fn completion(&mut self) -> CompletionQueue<'_, C> {
        CompletionQueue::new(self.cq())
    }

    /// Returns the completion queue, from a shared reference.
    ///
    /// # Safety
    ///
    /// While the view exists, there must be no other [`CompletionQueue`] of this ring.
    #[inline]
    pub unsafe fn completion_shared(&self) -> CompletionQueue<'_, C> {
        CompletionQueue::new(self.cq())
    }

    /// Returns whether a setup flag is set.
    #[inline]
    pub(crate) fn has(&self, flag: u32) -> bool {
        self.params.0.flags & flag != 0
    }

    /// Returns the index under which the ring's descriptor is registered, if any.
    pub fn registered_index(&self) -> Option<u32> {
        self.fd.index()
    }

    /// Closes the descriptor of a ring that is registered with
    /// [`register_ring_fd`](Submitter::register_ring_fd). The ring remains usable on this thread,
    /// by its index.
    ///
    /// ```no_run
    /// let mut ring = uring::IoUring::new(4)?;
    /// ring.submitter().register_ring_fd()?;
    /// ring.close_ring_fd()?;
    /// ring.submit()?; // by the index
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// EINVAL without `IORING_FEAT_REG_REG_RING` (Linux 6.3) and without a registration.
    pub fn close_ring_fd(&mut self) -> io::Result<()> {
        self.fd.close_plain()
    }

    /// Returns whether the ring polls for completions and has no kernel thread that does so.
    #[inline]
    pub(crate) fn must_poll(&self) -> bool {
        self.has(sys::IORING_SETUP_IOPOLL) && !self.has(sys::IORING_SETUP_SQPOLL)
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> AsRawFd for IoUring<S, C> {
    /// Returns the ring's descriptor, or -1 if the ring has only a registered index.
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
    /// Returns the ring's descriptor.
    ///
    /// # Panics
    ///
    /// If the ring has only a registered index, after [`close_ring_fd`](IoUring::close_ring_fd) or
    /// with [`setup_registered_fd_only`](Builder::setup_registered_fd_only).
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.fd.plain().expect("the ring has no descriptor, only a registered index")
    }
}
