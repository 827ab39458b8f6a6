//! Reads, writes and sockets without `unsafe`: the ring owns the buffers of operations in flight.
//!
//! The entries of [`opcode`] hold addresses, for which the caller of a push must vouch. Here, an
//! operation owns everything that it uses. A buffer is moved into the [`Ring`] when the operation
//! is started, and is returned with its [`Completion`]. A file is shared in an
//! [`Arc`](std::sync::Arc), of which the ring holds a clone until then.
//!
//! ```
//! use std::{fs::File, sync::Arc};
//! use uring::owned::Ring;
//!
//! let mut ring = Ring::new(8)?;
//! let file = Arc::new(File::open("/proc/self/cmdline")?);
//! let token = ring.read(&file, vec![0; 4096], 0);
//! let done = ring.wait()?.expect("one operation is in flight");
//! assert_eq!(done.token, token);
//! let (count, buffer) = (done.result? as usize, done.buffer.unwrap());
//! println!("{}", String::from_utf8_lossy(&buffer[..count]));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Owns a ring, the operations in flight, and everything that they use. Promises that memory is
//! neither freed nor returned while the kernel may access it. This also holds after a
//! [cancellation](Ring::cancel), when the ring is dropped or forgotten, and in a panic. Never
//! shares its ring's descriptor: a message from another ring would look like the completion of an
//! operation that still uses its buffer. Proven by `tests/kernel/owned.rs`, which `.ci/asan` also
//! runs under AddressSanitizer.
//!
//! Links, registered files and buffers, multishot operations and provided buffers are not part of
//! this layer: see [`IoUring`].

mod buffer;
mod completion;
mod operations;
mod slots;
mod teardown;

use std::collections::VecDeque;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::os::fd::AsFd;

pub use buffer::Buffer;
pub use completion::Completion;
pub use slots::Token;

use crate::fork::Origin;
use crate::{opcode, squeue, Builder, IoUring};
use slots::{Operation, Slots};

/// The user data of the ring's own entries, which no token has.
const OWN: u64 = u64::MAX;

/// A file that can be shared with a ring. Implemented for every type that has a descriptor, for
/// instance [`File`](std::fs::File), [`TcpStream`](std::net::TcpStream) and
/// [`OwnedFd`](std::os::fd::OwnedFd).
pub trait Handle: AsFd + Send + Sync + 'static {}

impl<T: AsFd + Send + Sync + 'static> Handle for T {}

/// A ring whose operations own their buffers, all of one type.
///
/// An operation is queued when it is started; it is submitted by [`submit`](Self::submit) or the
/// next wait. Any number can be in flight.
///
/// Dropping the ring discards the operations that were not submitted, cancels the others, and waits
/// for them, usually for some microseconds. What cannot be cancelled and takes longer than five
/// seconds (a network file system that does not answer) is left behind, and its buffers leak.
pub struct Ring<B: Buffer = Vec<u8>> {
    ring: IoUring,
    slots: Slots<B>,
    /// Entries that were not pushed yet, in order.
    backlog: VecDeque<squeue::Entry>,
    /// Completions that no wait has returned yet.
    ready: VecDeque<Completion<B>>,
    /// The process that made the ring.
    process: Origin,
}

impl Ring {
    /// Creates a ring whose buffers are vectors. `entries`, rounded up to a power of two, is the
    /// number of operations that one system call can submit.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build).
    pub fn new(entries: u32) -> io::Result<Self> {
        Self::build(&IoUring::builder(), entries)
    }
}

impl<B: Buffer> Ring<B> {
    /// Creates a ring with setup flags, for buffers of any type.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::build`]; EINVAL for [`setup_sqpoll`](Builder::setup_sqpoll), and for
    /// kernels older than Linux 5.6.
    pub fn build(builder: &Builder, entries: u32) -> io::Result<Self> {
        let ring = builder.build(entries)?;
        let params = ring.params();
        // RW_CUR_POS came together with the operations that are used here.
        if params.is_setup_sqpoll() || !params.is_feature_rw_cur_pos() {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        Ok(Ring {
            ring,
            slots: Slots::new(),
            backlog: VecDeque::new(),
            ready: VecDeque::new(),
            process: Origin::here()?,
        })
    }

    /// The number of operations that were started and whose completions have not been returned.
    pub fn in_flight(&self) -> usize {
        self.slots.len() + self.ready.len()
    }

    /// Submits the operations that were started since the last submit or wait.
    ///
    /// # Errors
    ///
    /// Those of `io_uring_enter(2)`: EAGAIN or ENOMEM when the kernel is short of memory, EBADFD
    /// for a disabled ring, EEXIST for the wrong thread of a
    /// [single issuer](Builder::setup_single_issuer); ECHILD in a forked child, where the ring
    /// cannot be used. The operations stay queued.
    pub fn submit(&mut self) -> io::Result<()> {
        self.check_process()?;
        self.enter(0)
    }

    /// Submits, and returns the next completion, waiting for it where necessary. Returns `None`
    /// when nothing is in flight. A signal does not end the wait.
    ///
    /// # Errors
    ///
    /// As for [`submit`](Self::submit). A failed operation is no error of the wait: see
    /// [`Completion::result`].
    pub fn wait(&mut self) -> io::Result<Option<Completion<B>>> {
        self.check_process()?;
        loop {
            self.reap();
            let idle = self.ready.is_empty() && self.slots.len() > 0;
            self.enter(usize::from(idle))?;
            self.reap();
            if self.in_flight() == 0 || !self.ready.is_empty() {
                return Ok(self.ready.pop_front());
            }
        }
    }

    /// Submits, and returns the next completion if one is there.
    ///
    /// # Errors
    ///
    /// As for [`submit`](Self::submit).
    pub fn try_wait(&mut self) -> io::Result<Option<Completion<B>>> {
        self.check_process()?;
        self.enter(0)?;
        self.reap();
        if self.ready.is_empty() && self.slots.len() > 0 {
            self.run_task_work()?;
        }
        Ok(self.ready.pop_front())
    }

    /// Cancels an operation, with the next submit. The operation still completes: with ECANCELED,
    /// with EINTR if a worker thread was interrupted, or with its own result if it was faster or
    /// cannot be cancelled. Does nothing for an operation that has completed.
    ///
    /// ```
    /// let mut ring = uring::owned::Ring::new(8)?;
    /// let token = ring.timeout(std::time::Duration::from_secs(1000));
    /// ring.cancel(token);
    /// let error = ring.wait()?.expect("the timeout").result.unwrap_err();
    /// assert_eq!(error.raw_os_error(), Some(libc::ECANCELED));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn cancel(&mut self, token: Token) {
        if self.slots.contains(token) {
            self.backlog.push_back(cancellation(token));
        }
    }

    /// Queues an operation. Its entry must point at nothing but what the operation holds.
    fn start(&mut self, operation: Operation<B>, entry: squeue::Entry) -> Token {
        let token = self.slots.insert(operation);
        self.backlog.push_back(entry.user_data(token.user_data()));
        token
    }

    /// A forked child has a copy of the tables, but the queues and the requests are its parent's.
    fn check_process(&self) -> io::Result<()> {
        match self.process.is_here() {
            true => Ok(()),
            false => Err(io::Error::from_raw_os_error(libc::ECHILD)),
        }
    }

    /// Submits everything, then waits for `want` completions.
    fn enter(&mut self, mut want: usize) -> io::Result<()> {
        loop {
            self.fill();
            let last = self.backlog.is_empty();
            if last && want == 0 && self.ring.submission().is_empty() {
                return Ok(());
            }
            match self.ring.submit_and_wait(if last { want } else { 0 }) {
                // An entry that the kernel refuses ends a submit, not the queue.
                Ok(_) if !last || !self.ring.submission().is_empty() => {}
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
                Err(error) => match error.raw_os_error() {
                    // Completions were in the way, and there is nothing to wait for any more.
                    Some(libc::EAGAIN | libc::EBUSY) if self.reap() > 0 => want = 0,
                    _ => return Err(error),
                },
            }
        }
    }

    /// Lets the kernel post pending completions, and takes them. Does not wait.
    fn run_task_work(&mut self) -> io::Result<()> {
        let result = self.ring.submitter().get_events();
        self.reap();
        match result {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Moves entries from the backlog into the submission queue, as many as fit.
    fn fill(&mut self) {
        let mut queue = self.ring.submission();
        while let Some(entry) = self.backlog.front() {
            // SAFETY: the entry points at nothing but what its operation holds, which stays in
            // place until the completion has come, or for ever.
            if unsafe { queue.push(entry) }.is_err() {
                return;
            }
            self.backlog.pop_front();
        }
    }

    /// Takes the posted completions, and returns the number of entries.
    fn reap(&mut self) -> usize {
        let mut count = 0;
        for entry in self.ring.completion() {
            count += 1;
            let token = Token::from_user_data(entry.user_data());
            if let Some(operation) = self.slots.remove(token) {
                self.ready.push_back(Completion::new(token, operation, entry.result()));
            }
        }
        count
    }
}

/// Returns the entry that cancels an operation. Its own completion is ignored.
fn cancellation(token: Token) -> squeue::Entry {
    opcode::AsyncCancel::new(token.user_data()).build().user_data(OWN)
}

impl<B: Buffer> Debug for Ring<B> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}
