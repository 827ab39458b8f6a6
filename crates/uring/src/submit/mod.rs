//! Entering the kernel: submitting, waiting, and (in the files beside this one) registering.
//!
//! Owns nothing but borrows of the ring. Promises the rules that make a submit correct: a full
//! barrier before NEED_WAKEUP is read, and an enter whenever completions or task work are stuck in
//! the kernel. Never retries by itself. Proven by `tests/kernel/submit.rs`.

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

/// Completions or task work wait in the kernel.
pub(crate) const STUCK: u32 = sys::IORING_SQ_CQ_OVERFLOW | sys::IORING_SQ_TASKRUN;

/// Setup flags of rings whose submits are special.
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

    /// `io_uring_enter(2)` as it is.
    ///
    /// # Errors
    ///
    /// EAGAIN and EBUSY (reap completions, then try again), EINTR, EBADR (completions were lost),
    /// EBADFD (the ring is disabled), EEXIST (the wrong thread), EOWNERDEAD (the polling thread is
    /// gone), ETIME. EBUSY also while another thread submits on a ring made with
    /// [`setup_sq_rewind`](crate::Builder::setup_sq_rewind).
    ///
    /// # Safety
    ///
    /// `arg` must be what `flag` says it is.
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
        // SAFETY: the caller vouches for `arg`; entries were vouched for when they were pushed.
        unsafe { syscall::enter(fd, to_submit, min_complete, flags, arg, size) }
    }

    /// Hands all published entries to the kernel and gives their number.
    ///
    /// Without `setup_submit_all` the kernel stops at an entry that it cannot take; the rest stays
    /// in the queue for the next submit. With SQPOLL this makes no system call while the polling
    /// thread is awake.
    #[inline]
    pub fn submit(&self) -> io::Result<usize> {
        self.submit_and_wait(0)
    }

    /// Submits, then waits until at least `want` completions are there.
    ///
    /// # Errors
    ///
    /// Those of [`enter`](Self::enter). Entries may have been taken before a wait was interrupted;
    /// the kernel then reports their number, not the interruption.
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
        // SAFETY: no argument is passed; entries were vouched for when they were pushed.
        unsafe { syscall::enter(fd, to_submit, as_many(want), flags, ptr::null(), 0) }
    }

    /// Submits and waits with a timeout, a signal mask or a minimum wait. Since Linux 5.11
    /// (`IORING_FEAT_EXT_ARG`, EINVAL without it).
    ///
    /// # Errors
    ///
    /// ETIME when the time is over and no completion is there at all, else those of
    /// [`enter`](Self::enter).
    pub fn submit_with_args(&self, want: usize, args: &SubmitArgs<'_, '_>) -> io::Result<usize> {
        self.submit_with_args_and_flags(want, args, EnterFlags::empty())
    }

    /// [`submit_with_args`](Self::submit_with_args) with further flags of enter:
    /// [`ABS_TIMER`](EnterFlags::ABS_TIMER) takes the timeout as a point in time on the ring's
    /// clock (Linux 6.12), [`NO_IOWAIT`](EnterFlags::NO_IOWAIT) keeps the wait out of the iowait
    /// accounts (Linux 6.15).
    ///
    /// # Errors
    ///
    /// As for that function; EINVAL, before anything is submitted, for any other flag.
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
        // SAFETY: the argument is the structure that EXT_ARG announces, and the borrows inside
        // `args` keep alive what it points at.
        unsafe { self.enter(to_submit, as_many(want), flags, Some(&args.args)) }
    }

    /// Waits until at least `want` completions are there, without submitting anything.
    ///
    /// # Errors
    ///
    /// Those of [`enter`](Self::enter).
    pub fn wait(&self, want: usize) -> io::Result<()> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, as_many(want), sys::IORING_ENTER_GETEVENTS, None) }.map(drop)
    }

    /// [`wait`](Self::wait) with a timeout, a signal mask or a minimum wait. Since Linux 5.11
    /// (`IORING_FEAT_EXT_ARG`, EINVAL without it).
    ///
    /// # Errors
    ///
    /// ETIME when the time is over and no completion is there at all, else those of
    /// [`enter`](Self::enter).
    pub fn wait_with_args(&self, want: usize, args: &SubmitArgs<'_, '_>) -> io::Result<()> {
        let flags = sys::IORING_ENTER_GETEVENTS | sys::IORING_ENTER_EXT_ARG;
        // SAFETY: the argument is the structure that EXT_ARG announces, and the borrows inside
        // `args` keep alive what it points at.
        unsafe { self.enter(0, as_many(want), flags, Some(&args.args)) }.map(drop)
    }

    /// Runs pending task work and fetches overflown completions, without submitting or waiting.
    pub fn get_events(&self) -> io::Result<()> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, 0, sys::IORING_ENTER_GETEVENTS, None) }.map(drop)
    }

    /// Submits, runs pending task work and fetches overflown completions, without waiting.
    pub fn submit_and_get_events(&self) -> io::Result<usize> {
        let flags = self.plan(0).unwrap_or(0) | sys::IORING_ENTER_GETEVENTS;
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(self.sq.len(), 0, flags, None) }
    }

    /// Waits until the polling thread has made room in the submission queue. Since Linux 5.10,
    /// only with SQPOLL.
    pub fn squeue_wait(&self) -> io::Result<usize> {
        // SAFETY: no argument is passed.
        unsafe { self.enter::<u64>(0, 0, sys::IORING_ENTER_SQ_WAIT, None) }
    }

    /// The flags for the enter that this submit needs, or nothing where it needs none.
    fn plan(&self, want: usize) -> Option<u32> {
        plan_special(self.sq, self.params.0.flags, want)
    }

    /// The descriptor, for mappings.
    pub(crate) fn raw_fd(&self) -> i32 {
        self.fd.raw()
    }

    /// Any registration.
    ///
    /// # Safety
    ///
    /// `arg` must be what `opcode` expects, writable where the kernel writes back.
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

    /// A registration without an argument.
    pub(crate) fn register_plain(&self, opcode: u32, nr_args: u32) -> io::Result<i32> {
        // SAFETY: the operations that are called like this read no memory.
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

// What few rings need stands in functions of their own, which take no `Submitter` and no view: what
// a caller holds in registers stays there.

/// The flags for the enter of a ring that is not polled.
#[inline]
fn plan(sq: &squeue::Inner, want: usize) -> u32 {
    let wait = want > 0 || sq.flags() & STUCK != 0;
    if wait {
        sys::IORING_ENTER_GETEVENTS
    } else {
        0
    }
}

/// [`plan`] for any ring; nothing where no enter is needed.
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

/// [`Submitter::submit_and_wait`] for any ring.
#[cold]
fn submit_special(sq: &squeue::Inner, fd: &RingFd, setup: u32, want: usize) -> io::Result<usize> {
    let to_submit = sq.len();
    let direct = fd.direct_here();
    if direct >= 0 {
        let flags = plan(sq, want);
        // SAFETY: no argument is passed; entries were vouched for when they were pushed.
        return unsafe { syscall::enter(direct, to_submit, as_many(want), flags, ptr::null(), 0) };
    }
    let Some(flags) = plan_special(sq, setup, want) else { return Ok(to_submit as usize) };
    // SAFETY: no argument is passed.
    unsafe { enter_special(sq, fd, (to_submit, as_many(want), flags), ptr::null(), 0) }
}

/// [`Submitter::enter_raw`] for any ring: by its registered index, or in turn where one thread at
/// a time submits.
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
    // SAFETY: the caller vouches for `arg`; entries were vouched for when they were pushed.
    let taken = unsafe { syscall::enter(fd, count, min_complete, flags, arg, size)? };
    if let Some(turn) = turn {
        turn.submitted(taken as u32);
    }
    Ok(taken)
}

/// Flags that change how an enter waits, and neither its argument nor its ring. EINVAL for others:
/// the kernel would submit first and refuse then, or submit to another ring.
fn of_a_wait(flags: EnterFlags) -> io::Result<u32> {
    if (EnterFlags::ABS_TIMER | EnterFlags::NO_IOWAIT).contains(flags) {
        return Ok(flags.bits());
    }
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

/// The number of completions to wait for. The kernel waits for no more than the queue holds, but
/// takes numbers that do not fit a C int for negative ones, and does not wait at all.
#[inline]
fn as_many(want: usize) -> u32 {
    want.min(i32::MAX as usize) as u32
}
