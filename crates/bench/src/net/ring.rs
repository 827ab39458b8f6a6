//! The ring of a server or of the load generator, and the name tags of its operations.
//!
//! Owns the ring and counts what is in flight. Promises that a full submission queue is submitted
//! instead of losing an entry. Never frees what an operation points at: its users keep that memory
//! until [`Ring::in_flight`] is 0, or end the process. Proven by the tests at its end.

use std::io;
use std::time::Duration;

use uring::squeue::{Entry, Flags};
use uring::types::{SubmitArgs, Timespec};
use uring::{cqueue, IoUring, LocalRing, Submitter};

const ENTRIES: u32 = 512;

/// Room for a burst of repeated completions, which no submission bounds.
const COMPLETIONS: u32 = 8192;

/// The setup flags to measure with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// COOP_TASKRUN, TASKRUN_FLAG, SUBMIT_ALL, SINGLE_ISSUER and NO_SQARRAY: what the package uses.
    Coop,
    /// The same with DEFER_TASKRUN, which a ring on Node's event loop cannot use.
    Defer,
}

/// Which operation a completion belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Stdin,
    Accept,
    Receive,
    Send,
    Close,
    Cancel,
}

const STEPS: [Step; 6] =
    [Step::Stdin, Step::Accept, Step::Receive, Step::Send, Step::Close, Step::Cancel];

/// A completion: the operation's name tag and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Completion {
    pub step: Step,
    /// The number that the operation was pushed with: a connection or a buffer.
    pub slot: u32,
    /// A count of bytes, a descriptor, or a negative errno.
    pub result: i32,
    /// The completion's flag word.
    pub flags: u32,
}

impl Completion {
    /// Whether the operation goes on.
    pub fn more(&self) -> bool {
        cqueue::more(self.flags)
    }

    /// The provided buffer that the kernel took.
    pub fn buffer(&self) -> Option<u16> {
        cqueue::buffer_select(self.flags)
    }

    /// The result, where an errno is an error.
    pub fn checked(&self) -> io::Result<u32> {
        u32::try_from(self.result).map_err(|_| io::Error::from_raw_os_error(-self.result))
    }
}

/// The name tag in the shape of an entry's user data.
pub fn tag(step: Step, slot: u32) -> u64 {
    (step as u64) << 32 | u64::from(slot)
}

/// A ring that one thread drives.
pub struct Ring {
    ring: LocalRing,
    in_flight: usize,
}

impl Ring {
    pub fn open(setup: Setup) -> io::Result<Ring> {
        let mut builder = IoUring::builder();
        builder.setup_cqsize(COMPLETIONS).setup_submit_all().setup_single_issuer();
        builder.setup_no_sqarray();
        match setup {
            Setup::Coop => builder.setup_coop_taskrun().setup_taskrun_flag(),
            Setup::Defer => builder.setup_defer_taskrun(),
        };
        Ok(Ring { ring: LocalRing::new(builder.build(ENTRIES)?), in_flight: 0 })
    }

    /// What registers.
    pub fn submitter(&self) -> Submitter<'_> {
        self.ring.submitter()
    }

    /// How many operations have not had their last completion.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Queues `entry` as operation `step` of `slot`.
    #[inline]
    pub fn push(&mut self, entry: Entry, step: Step, slot: u32) -> io::Result<()> {
        self.queue(entry.user_data(tag(step, slot)))?;
        self.in_flight += 1;
        Ok(())
    }

    /// The same without a completion when it succeeds, and without counting as in flight. One that
    /// fails still completes: an error that ends the process.
    #[inline]
    pub fn push_silent(&mut self, entry: Entry, step: Step, slot: u32) -> io::Result<()> {
        self.queue(entry.user_data(tag(step, slot)).flags(Flags::SKIP_SUCCESS))
    }

    #[inline]
    fn queue(&mut self, entry: Entry) -> io::Result<()> {
        // SAFETY: the servers and loads of this program point only at memory they own, and keep it
        // until nothing is in flight or the process ends.
        while unsafe { self.ring.push(&entry) }.is_err() {
            self.ring.submit()?;
        }
        Ok(())
    }

    /// Submits everything that was queued and waits for a completion.
    pub fn wait(&mut self) -> io::Result<()> {
        loop {
            match self.ring.submit_and_wait(1) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map(drop),
            }
        }
    }

    /// The same; an ETIME error after `limit` without a completion.
    pub fn wait_for(&mut self, limit: Duration) -> io::Result<()> {
        let limit = Timespec::from(limit);
        self.ring.submit_with_args(1, &SubmitArgs::new().timespec(&limit)).map(drop)
    }

    /// The next completion that has arrived.
    #[inline]
    pub fn next(&mut self) -> Option<Completion> {
        let entry = self.ring.pop()?;
        if !cqueue::more(entry.flags()) {
            // a silent operation that failed was never counted
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        Some(Completion {
            step: STEPS[(entry.user_data() >> 32) as usize],
            slot: entry.user_data() as u32,
            result: entry.result(),
            flags: entry.flags(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uring::opcode;

    #[test]
    fn more_entries_than_the_queue_holds_all_complete() {
        let mut ring = Ring::open(Setup::Defer).unwrap();
        for slot in 0..ENTRIES * 3 {
            ring.push(opcode::Nop::new().build(), Step::Send, slot).unwrap();
        }
        let mut slots = Vec::new();
        while ring.in_flight() > 0 {
            ring.wait().unwrap();
            slots.extend(std::iter::from_fn(|| ring.next()).map(|done| done.slot));
        }
        slots.sort_unstable();
        assert!(slots.into_iter().eq(0..ENTRIES * 3));
    }

    #[test]
    fn every_step_is_read_back_from_its_tag() {
        for step in STEPS {
            assert_eq!(STEPS[(tag(step, u32::MAX) >> 32) as usize], step);
        }
    }

    #[test]
    fn waiting_in_vain_ends_with_an_error() {
        let mut ring = Ring::open(Setup::Coop).unwrap();
        let error = ring.wait_for(Duration::from_millis(1)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ETIME));
    }
}
