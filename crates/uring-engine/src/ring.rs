//! The real kernel behind [`Kernel`]: one ring, opened with the best flags this kernel knows.
//! Which flags those are is found by trying (a version number tells little: distributions
//! back-port and sandboxes forbid).

use crate::{limits, workers, Completion, Kernel};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;
use uring::squeue::Entry;
use uring::{cqueue, Builder, IoUring, Parameters, SubmissionQueue};

/// `IORING_ENTER_GETEVENTS`.
const GETEVENTS: u32 = 1;

/// What to open.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Submission queue entries; the kernel rounds up to a power of two.
    pub entries: u32,
    /// Completion queue entries, at least as many as `entries`.
    pub cq_entries: u32,
}

impl Setup {
    /// Returns a set-up within the [limits]: `cq_entries` defaults to four times `entries`, because
    /// operations that wait (reads of a pipe, timeouts) hold no submission entry.
    pub fn new(entries: u32, cq_entries: Option<u32>) -> Setup {
        let entries = entries.clamp(limits::ENTRIES_MIN, limits::ENTRIES_MAX);
        let cq_entries = cq_entries.unwrap_or(entries.saturating_mul(4));
        Setup { entries, cq_entries: cq_entries.clamp(entries, limits::CQ_ENTRIES_MAX) }
    }
}

/// Adds one set of flags to a builder.
type Rung = fn(&mut Builder) -> &mut Builder;

/// The sets of flags to try, from the newest to none.
///
/// COOP_TASKRUN, not DEFER_TASKRUN: the event loop sleeps in epoll on the ring's descriptor, and
/// on 6.12 and newer that does not wake for deferred task work. Throughput hardly differs,
/// because cached reads complete inside the submit anyway.
const LADDER: [Rung; 4] = [
    |ring| coop(ring).setup_single_issuer().setup_no_sqarray(), // Linux 6.6
    |ring| coop(ring).setup_single_issuer(),                    // 6.0
    coop,                                                       // 5.19
    |ring| ring,
];

fn coop(ring: &mut Builder) -> &mut Builder {
    ring.setup_submit_all().setup_coop_taskrun().setup_taskrun_flag()
}

/// A ring of our own.
pub struct Ring {
    ring: IoUring,
}

/// Opens a ring with the best flags that this kernel takes, and returns it.
///
/// Errors are those of io_uring_setup(2): ENOSYS (no io_uring), EPERM (sysctl or seccomp), ENOMEM
/// (memlock limit before 5.12), EMFILE, ENFILE; or EOPNOTSUPP for a kernel that can lose
/// completions (no `IORING_FEAT_NODROP`, before 5.5).
pub fn open(setup: Setup) -> io::Result<Ring> {
    let mut refusal = io::Error::from_raw_os_error(libc::EINVAL);
    for flags in LADDER {
        let mut builder = IoUring::builder();
        builder.dontfork().setup_clamp().setup_cqsize(setup.cq_entries);
        match flags(&mut builder).build(setup.entries) {
            Ok(ring) => {
                let parameters = ring.params();
                if !parameters.is_feature_nodrop() || !parameters.is_feature_submit_stable() {
                    return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
                }
                // fewer workers are no reason to have no ring
                let _ = workers::raise(&ring);
                return Ok(Ring { ring });
            }
            // a flag this kernel does not know
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => refusal = error,
            Err(error) => return Err(error),
        }
    }
    Err(refusal)
}

impl Ring {
    /// Returns what the kernel answered at setup: entries, features, flags.
    pub fn parameters(&self) -> &Parameters {
        self.ring.params()
    }

    /// Returns the submitter, for registrations.
    pub fn submitter(&self) -> uring::Submitter<'_> {
        self.ring.submitter()
    }
}

impl AsRawFd for Ring {
    fn as_raw_fd(&self) -> RawFd {
        self.ring.as_raw_fd()
    }
}

/// What the engine needs of an entry of the completion queue.
#[inline(always)]
fn completion(entry: cqueue::Entry) -> Completion {
    let (user_data, result) = (entry.user_data(), entry.result());
    Completion { user_data, result, flags: entry.flags() }
}

/// Returns true when completions wait in the kernel.
#[inline(always)]
fn holds_completions(queue: &SubmissionQueue) -> bool {
    queue.cq_overflow() || queue.taskrun()
}

impl Kernel for Ring {
    #[inline]
    fn room(&mut self) -> usize {
        let queue = self.ring.submission();
        queue.capacity() - queue.len()
    }

    fn capacity(&self) -> usize {
        self.ring.params().sq_entries() as usize
    }

    #[inline]
    unsafe fn push(&mut self, entry: &Entry) {
        // SAFETY: the caller's promise is the same.
        let pushed = unsafe { self.ring.submission().push(entry) };
        debug_assert!(pushed.is_ok(), "pushed without room");
    }

    #[inline(always)]
    unsafe fn push_each(&mut self, mut next: impl FnMut() -> Option<Entry>) {
        // one look at both ends of the queue and one store of the tail for all of them
        let mut queue = self.ring.submission();
        while let Some(entry) = next() {
            // SAFETY: the caller's promise is the same.
            let pushed = unsafe { queue.push(&entry) };
            debug_assert!(pushed.is_ok(), "pushed without room");
        }
    }

    #[inline]
    fn unsubmitted(&mut self) -> usize {
        self.ring.submission().len()
    }

    fn enter(&mut self) -> Result<usize, i32> {
        let queue = self.ring.submission();
        let count = queue.len() as u32;
        let flags = if holds_completions(&queue) { GETEVENTS } else { 0 };
        drop(queue);
        // SAFETY: no argument is passed, and whoever pushed the entries vouched for them.
        let entered =
            unsafe { self.ring.submitter().enter::<libc::sigset_t>(count, 0, flags, None) };
        entered.map_err(|error| error.raw_os_error().unwrap_or(libc::EINVAL))
    }

    #[inline]
    fn needs_enter(&mut self) -> bool {
        holds_completions(&self.ring.submission())
    }

    #[inline]
    fn has_to_enter(&mut self) -> bool {
        let queue = self.ring.submission();
        !queue.is_empty() || holds_completions(&queue)
    }

    fn has_completions(&mut self) -> bool {
        !self.ring.completion().is_empty()
    }

    #[inline]
    fn pop(&mut self) -> Option<Completion> {
        self.ring.completion().next().map(completion)
    }

    #[inline(always)]
    fn pop_while(&mut self, take: impl FnMut(Completion) -> bool) {
        // one load of the tail and one store of the head for all of them
        self.ring.completion().map(completion).all(take);
    }

    fn dropped(&mut self) -> u32 {
        self.ring.completion().overflow()
    }

    fn now(&mut self) -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: one timespec of ours. The call cannot fail for this clock.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    fn wait(&mut self, timeout: Duration) {
        let mut ready = libc::pollfd { fd: self.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let ms = timeout.as_millis().clamp(1, i32::MAX as u128) as i32;
        // SAFETY: one pollfd of ours. An error is as good as a timeout: the caller looks again.
        unsafe { libc::poll(&mut ready, 1, ms) };
    }
}
