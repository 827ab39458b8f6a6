//! Entering the kernel: submitting, waiting and, in the other files of this folder, registering.
//!
//! Owns only borrows of the ring. Promises what a correct submit needs: a full barrier before
//! NEED_WAKEUP is read, and an enter whenever completions or task work wait in the kernel. Never
//! retries by itself. Proven by `tests/kernel/submit.rs`.

mod args;
mod buf_ring;
mod buffers;
mod cancel;
mod credentials;
mod eventfd;
mod files;
mod life;
mod napi;
mod probe;
mod region;
mod ring_fd;
mod workers;
mod zcrx;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::ptr;

use crate::fd::RingFd;
use crate::sys;
use crate::types::SubmitArgs;
use crate::{squeue, syscall, Parameters};

pub use args::EnterFlags;

/// The flags that are set while completions or task work wait in the kernel.
pub(crate) const STUCK: u32 = sys::IORING_SQ_CQ_OVERFLOW | sys::IORING_SQ_TASKRUN;

/// The setup flags whose rings need more than a plain enter.
pub(crate) const SPECIAL: u32 =
    sys::IORING_SETUP_SQPOLL | sys::IORING_SETUP_IOPOLL | sys::IORING_SETUP_SQ_REWIND;

/// Submits entries, waits for completions and registers resources.
pub struct Submitter<'a> {
    fd: &'a RingFd,
    params: &'a Parameters,
    sq: &'a squeue::Inner,
}

impl<'a> Submitter<'a> {
    #[inline]
    pub(crate) fn new(fd: &'a RingFd, params: &'a Parameters, sq: &'a squeue::Inner) -> Self {
        Submitter { fd, params, sq }
    }

    /// Calls `io_uring_enter(2)` with these arguments.
    ///
    /// # Errors
    ///
    /// EAGAIN and EBUSY (consume completions, then try again), EINTR, EBADR (completions were
    /// lost), EBADFD (the ring is disabled), EEXIST (the wrong thread), EOWNERDEAD (the polling
    /// thread has exited), ETIME. EBUSY also while another thread submits on a ring created with
    /// [`setup_sq_rewind`](crate::Builder::setup_sq_rewind).
    ///
    /// # Safety
    ///
    /// `arg` must be of the type that `flag` announces.
    #[inline]
    pub unsafe fn enter<T: Sized>(
        &self,
        to_submit: u32,
        min_complete: u32,
        flag: u32,
        arg: Option<&T>,
    ) -> io::Result<usize> {
        let size = if arg.is_some() { size_of::<T>() } else { 0 };
        let arg = arg.map_or(ptr::null(), ptr::from_ref).cast();
        // SAFETY: the caller vouches for `arg`.
        unsafe { self.enter_raw(to_submit, min_complete, flag, arg, size) }
    }

    /// # Safety
    ///
    /// As for [`enter`](Self::enter).
    #[inline]
    unsafe fn enter_raw(
        &self,
        to_submit: u32,
        min_complete: u32,
        flags: u32,
        arg: *const libc::c_void,
        size: usize,
    ) -> io::Result<usize> {
        let fd = self.fd.direct();
        if fd < 0 {
            let request = (to_submit, min_complete, flags);
            // SAFETY: the caller vouches for `arg`.
            return unsafe { enter_special(self.sq, self.fd, request, arg, size) };
        }
        // SAFETY: the caller vouches for `arg`, and the entries were vouched for when they were
        // pushed.
        unsafe { syscall::enter(fd, to_submit, min_complete, flags, arg, size) }
    }

    /// Submits all published entries, and returns how many the kernel took.
    ///
    /// Without `setup_submit_all`, the kernel stops at an entry that it cannot submit. The rest
    /// stays in the queue for the next submit. With SQPOLL, this makes no system call while the
    /// polling thread is awake.
    #[inline]
    pub fn submit(&self) -> io::Result<usize> {
        self.submit_and_wait(0)
    }

    /// Submits, then waits until at least `want` completions are available.
    ///
    /// # Errors
    ///
    /// Those of [`enter`](Self::enter). If entries were submitted and the wait was interrupted, the
    /// kernel reports the number of entries and not the interruption.
    #[inline]
    pub fn submit_and_wait(&self, want: usize) -> io::Result<usize> {
        self.submit_counted(self.sq.len(), want)
    }

    /// Submits `to_submit` published entries, then waits.
    #[inline]
    pub(crate) fn submit_counted(&self, to_submit: u32, want: usize) -> io::Result<usize> {
        let fd = self.fd.direct();
        if fd < 0 {
            return submit_special(self.sq, self.fd, self.params.0.flags, want);
        }
        let flags = plan(self.sq, want);
        // SAFETY: no argument is passed, and the entries were vouched for when they were pushed.
        unsafe { syscall::enter(fd, to_submit, as_many(want), flags, ptr::null(), 0) }
    }

    /// Submits and waits with a timeout, a signal mask or a minimum wait. EINVAL without
    /// `IORING_FEAT_EXT_ARG` (Linux 5.11).
    ///
    /// ```
    /// use uring::types::{SubmitArgs, Timespec};
    ///
    /// let ring = uring::IoUring::new(4)?;
    /// let limit = Timespec::new().nsec(1_000_000);
    /// let args = SubmitArgs::new().timespec(&limit);
    /// if ring.params().is_feature_ext_arg() {
    ///     let error = ring.submitter().submit_with_args(1, &args).expect_err("nothing is in flight");
    ///     assert_eq!(error.raw_os_error(), Some(libc::ETIME));
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// ETIME if the timeout expires while no completion is available, else those of
    /// [`enter`](Self::enter).
    pub fn submit_with_args(&self, want: usize, args: &SubmitArgs<'_, '_>) -> io::Result<usize> {
        self.submit_with_args_and_flags(want, args, EnterFlags::empty())
    }

    /// Does the same as [`submit_with_args`](Self::submit_with_args), with additional flags. With
    /// [`ABS_TIMER`](EnterFlags::ABS_TIMER), the timeout is an absolute time on the ring's clock
    /// (Linux 6.12). With [`NO_IOWAIT`](EnterFlags::NO_IOWAIT), the wait does not count as iowait
    /// (Linux 6.15).
    ///
    /// # Errors
    ///
    /// As for that function; EINVAL for any other flag, before anything is submitted.
    pub fn submit_with_args_and_flags(
        &self,
        want: usize,
        args: &SubmitArgs<'_, '_>,
        flags: EnterFlags,
    ) -> io::Result<usize> {
        let extra = of_a_wait(flags)?;
        let to_submit = self.sq.len();
        let Some(flags) = self.plan(want) else { return Ok(to_submit as usize) };
        let flags = flags | sys::IORING_ENTER_EXT_ARG | extra;
        // SAFETY: the argument is the structure that EXT_ARG announces, and the borrows in `args`
        // keep everything that it points at alive.
        unsafe { self.enter(to_submit, as_many(want), flags, Some(&args.args)) }
    }

    /// Waits until at least `want` completions are available. Submits nothing.
    ///
    /// # Errors
    ///
    /// Those of [`enter`](Self::enter).
    pub fn wait(&self, want: usize) -> io::Result<()> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, as_many(want), sys::IORING_ENTER_GETEVENTS, None) }.map(drop)
    }

    /// Waits with a timeout, a signal mask or a minimum wait. Submits nothing. EINVAL without
    /// `IORING_FEAT_EXT_ARG` (Linux 5.11).
    ///
    /// # Errors
    ///
    /// ETIME if the timeout expires while no completion is available, else those of
    /// [`enter`](Self::enter).
    pub fn wait_with_args(&self, want: usize, args: &SubmitArgs<'_, '_>) -> io::Result<()> {
        let flags = sys::IORING_ENTER_GETEVENTS | sys::IORING_ENTER_EXT_ARG;
        // SAFETY: the argument is the structure that EXT_ARG announces, and the borrows in `args`
        // keep everything that it points at alive.
        unsafe { self.enter(0, as_many(want), flags, Some(&args.args)) }.map(drop)
    }

    /// Runs pending task work and fetches overflowed completions, without submitting or waiting.
    pub fn get_events(&self) -> io::Result<()> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, 0, sys::IORING_ENTER_GETEVENTS, None) }.map(drop)
    }

    /// Submits, runs pending task work and fetches overflowed completions, without waiting.
    pub fn submit_and_get_events(&self) -> io::Result<usize> {
        let flags = self.plan(0).unwrap_or(0) | sys::IORING_ENTER_GETEVENTS;
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(self.sq.len(), 0, flags, None) }
    }

    /// Waits until the polling thread has made room in the submission queue. Only with SQPOLL.
    /// Since Linux 5.10.
    pub fn squeue_wait(&self) -> io::Result<usize> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, 0, sys::IORING_ENTER_SQ_WAIT, None) }
    }

    /// Returns the flags of the enter that a submit needs, or `None` if it needs no enter.
    fn plan(&self, want: usize) -> Option<u32> {
        plan_special(self.sq, self.params.0.flags, want)
    }

    /// Returns the descriptor, for mappings.
    pub(crate) fn raw_fd(&self) -> i32 {
        self.fd.raw()
    }

    /// Calls `io_uring_register(2)`.
    ///
    /// # Safety
    ///
    /// `arg` must point at the structure that `opcode` expects, writable if the kernel writes to
    /// it.
    pub(crate) unsafe fn register<T>(
        &self,
        opcode: u32,
        arg: *const T,
        nr_args: u32,
    ) -> io::Result<i32> {
        let (fd, bit) = self.fd.for_register()?;
        // SAFETY: the caller vouches for `arg`.
        unsafe { syscall::register(fd, opcode | bit, arg.cast(), nr_args) }
    }

    /// Calls `io_uring_register(2)` without an argument.
    pub(crate) fn register_plain(&self, opcode: u32, nr_args: u32) -> io::Result<i32> {
        // SAFETY: the operations that callers pass read no memory.
        unsafe { self.register(opcode, ptr::null::<u8>(), nr_args) }
    }
}

impl Debug for Submitter<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut submitter = f.debug_struct("Submitter");
        submitter
            .field("fd", &self.fd.raw())
            .field("queued", &self.sq.len())
            .finish_non_exhaustive()
    }
}

// The rare cases are functions that take neither a `Submitter` nor a view, so that a caller's view
// can stay in registers.

/// Returns the flags of an enter, for a ring without polling.
#[inline]
fn plan(sq: &squeue::Inner, want: usize) -> u32 {
    let wait = want > 0 || sq.flags() & STUCK != 0;
    if wait {
        sys::IORING_ENTER_GETEVENTS
    } else {
        0
    }
}

/// Returns the flags of an enter, for any ring, or `None` if no enter is needed.
#[cold]
fn plan_special(sq: &squeue::Inner, setup: u32, want: usize) -> Option<u32> {
    let polled = setup & sys::IORING_SETUP_SQPOLL != 0;
    let sq_flags = if polled { sq.flags_after_barrier() } else { sq.flags() };
    let stuck = sq_flags & STUCK != 0;

    let mut flags = 0;
    if want > 0 || stuck || setup & sys::IORING_SETUP_IOPOLL != 0 {
        flags |= sys::IORING_ENTER_GETEVENTS;
    }
    if polled {
        if sq_flags & sys::IORING_SQ_NEED_WAKEUP != 0 {
            flags |= sys::IORING_ENTER_SQ_WAKEUP;
        } else if want == 0 && !stuck {
            return None;
        }
    }
    Some(flags)
}

/// Does the work of [`Submitter::submit_and_wait`], for any ring.
#[cold]
fn submit_special(sq: &squeue::Inner, fd: &RingFd, setup: u32, want: usize) -> io::Result<usize> {
    let to_submit = sq.len();
    let direct = fd.direct_here();
    if direct >= 0 {
        let flags = plan(sq, want);
        // SAFETY: no argument is passed, and the entries were vouched for when they were pushed.
        return unsafe { syscall::enter(direct, to_submit, as_many(want), flags, ptr::null(), 0) };
    }
    let Some(flags) = plan_special(sq, setup, want) else { return Ok(to_submit as usize) };
    // SAFETY: no argument is passed.
    unsafe { enter_special(sq, fd, (to_submit, as_many(want), flags), ptr::null(), 0) }
}

/// Does the work of [`Submitter::enter_raw`], for any ring: uses its registered index, and lets one
/// thread at a time submit on a rewinding ring.
///
/// # Safety
///
/// As for [`Submitter::enter`].
#[cold]
unsafe fn enter_special(
    sq: &squeue::Inner,
    fd: &RingFd,
    (to_submit, min_complete, flags): (u32, u32, u32),
    arg: *const libc::c_void,
    size: usize,
) -> io::Result<usize> {
    let turn = if sq.rewinds() { sq.turn(to_submit)? } else { None };
    let count = turn.as_ref().map_or(to_submit, squeue::Turn::count);
    let (fd, registered) = fd.for_enter();
    let flags = flags | registered;
    // SAFETY: the caller vouches for `arg`, and the entries were vouched for when they were pushed.
    let taken = unsafe { syscall::enter(fd, count, min_complete, flags, arg, size)? };
    if let Some(turn) = turn {
        turn.submitted(taken as u32);
    }
    Ok(taken)
}

/// Returns the bits of flags that change only how an enter waits. EINVAL for other flags, with
/// which the kernel would submit first and then fail, or submit to another ring.
fn of_a_wait(flags: EnterFlags) -> io::Result<u32> {
    if (EnterFlags::ABS_TIMER | EnterFlags::NO_IOWAIT).contains(flags) {
        return Ok(flags.bits());
    }
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

/// Returns the number of completions to wait for, limited to a C int. The kernel waits for no more
/// than the queue holds, but treats larger numbers as negative and does not wait at all.
#[inline]
fn as_many(want: usize) -> u32 {
    want.min(i32::MAX as usize) as u32
}
