//! The loop: keeps `depth` units in flight until `count` are done, and measures the time.
//!
//! Each pass submits what the last completions made ready with one `io_uring_enter`, waits for at
//! least one completion and takes all that have arrived, as the JavaScript side does per turn.

use std::io;
use std::time::Instant;

use io_uring::squeue::{Entry, SubmissionQueue};
use io_uring::IoUring;

/// Whether a unit of work goes on in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another completion is due.
    Busy,
    /// The unit is done; the slot is free.
    Done,
}

/// One kind of work: a small state machine per slot.
pub trait Unit {
    /// Queues the first operation of a new unit.
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>);

    /// Takes the result of operation `step` of the unit in `slot`, and may queue the next.
    fn advance(
        &mut self,
        slot: usize,
        step: u32,
        result: i32,
        queue: &mut Queue<'_, '_>,
    ) -> io::Result<Progress>;
}

/// The submission queue, with room for all that the slots can ask for.
#[derive(Debug)]
pub struct Queue<'a, 'b> {
    submission: &'b mut SubmissionQueue<'a>,
    outstanding: &'b mut u64,
}

impl Queue<'_, '_> {
    /// Queues `entry` as operation `step` of `slot`.
    #[inline]
    pub fn push(&mut self, slot: usize, step: u32, entry: Entry) {
        let entry = entry.user_data((slot as u64) << 32 | u64::from(step));
        // SAFETY: works point only at memory they own, and outlive their operations: `run` does
        // not return before the last completion.
        unsafe { self.submission.push(&entry) }.expect("the queue has room for every slot");
        *self.outstanding += 1;
    }
}

/// Runs `count` units and returns the seconds that took. After an error it starts nothing more, and
/// returns only when no operation is in flight.
pub fn run<U: Unit>(ring: &mut IoUring, unit: &mut U, depth: usize, count: u64) -> io::Result<f64> {
    let begin = Instant::now();
    let mut outstanding = 0;
    let mut started = 0;
    let mut failure = None;
    {
        let mut submission = ring.submission();
        let mut queue = Queue { submission: &mut submission, outstanding: &mut outstanding };
        for slot in 0..depth.min(usize::try_from(count).unwrap_or(usize::MAX)) {
            unit.start(slot, &mut queue);
            started += 1;
        }
    }
    while outstanding > 0 {
        wait(ring);
        let (_, mut submission, completion) = ring.split();
        for entry in completion {
            outstanding -= 1;
            let slot = (entry.user_data() >> 32) as usize;
            let step = entry.user_data() as u32;
            let mut queue = Queue { submission: &mut submission, outstanding: &mut outstanding };
            match unit.advance(slot, step, entry.result(), &mut queue) {
                Ok(Progress::Busy) => {}
                Ok(Progress::Done) if started < count && failure.is_none() => {
                    unit.start(slot, &mut queue);
                    started += 1;
                }
                Ok(Progress::Done) => {}
                Err(error) => failure = Some(error),
            }
        }
    }
    match failure {
        None => Ok(begin.elapsed().as_secs_f64()),
        Some(error) => Err(error),
    }
}

/// Submits and waits. If the ring fails, operations in flight still use memory of this process, so the
/// process ends.
fn wait(ring: &IoUring) {
    while let Err(error) = ring.submit_and_wait(1) {
        if error.kind() != io::ErrorKind::Interrupted {
            eprintln!("the ring is stuck: {error}");
            std::process::exit(1);
        }
    }
}

/// Converts the result of an operation: a negative errno is an error.
pub fn checked(result: i32) -> io::Result<u32> {
    u32::try_from(result).map_err(|_| io::Error::from_raw_os_error(-result))
}

/// The same, where any result but `expected` is an error.
pub fn exactly(result: i32, expected: u32) -> io::Result<()> {
    match checked(result)? {
        done if done == expected => Ok(()),
        done => Err(io::Error::other(format!("{done} where {expected} was due"))),
    }
}
