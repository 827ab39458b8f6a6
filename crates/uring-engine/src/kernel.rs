//! Everything the engine asks of the kernel, as a trait: [`Ring`](crate::Ring) implements it with a
//! real ring, the tests with a seeded fake.

use std::time::Duration;
use uring::squeue::Entry;

/// One completion queue entry, copied out of the ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The entry's token.
    pub user_data: u64,
    /// The result: a count, a descriptor, or a negative errno.
    pub result: i32,
    /// `IORING_CQE_F_*`.
    pub flags: u32,
}

/// One ring. Errnos are positive numbers.
pub trait Kernel {
    /// Returns how many entries can be pushed before the submission queue is full.
    fn room(&mut self) -> usize;

    /// Returns how many entries the submission queue holds at most.
    fn capacity(&self) -> usize;

    /// Puts one entry into the submission queue; the kernel sees it at the next [`enter`].
    ///
    /// # Safety
    /// There is [`room`](Kernel::room), and everything the entry points at stays valid and in
    /// place until the entry's last completion has been popped.
    ///
    /// [`enter`]: Kernel::enter
    unsafe fn push(&mut self, entry: &Entry);

    /// Puts the entries that `next` returns into the submission queue, up to the first `None`.
    ///
    /// # Safety
    /// As for [`push`](Kernel::push), for each of them.
    unsafe fn push_each(&mut self, mut next: impl FnMut() -> Option<Entry>) {
        while let Some(entry) = next() {
            // SAFETY: the caller's promise is the same.
            unsafe { self.push(&entry) };
        }
    }

    /// Returns how many entries are pushed and not yet consumed by the kernel.
    fn unsubmitted(&mut self) -> usize;

    /// Calls `io_uring_enter` with all unsubmitted entries, without waiting, and returns how many
    /// the kernel consumed. Runs task work and flushes overflowed completions when
    /// [`needs_enter`](Kernel::needs_enter) says that there are some.
    fn enter(&mut self) -> Result<usize, i32>;

    /// Returns true when completions wait in the kernel that only an enter brings out
    /// (`IORING_SQ_CQ_OVERFLOW`, `IORING_SQ_TASKRUN`).
    fn needs_enter(&mut self) -> bool;

    /// Returns true when an enter has something to do: an entry to submit, or completions that wait
    /// in the kernel.
    fn has_to_enter(&mut self) -> bool {
        self.unsubmitted() > 0 || self.needs_enter()
    }

    /// Returns true when the completion queue is not empty.
    fn has_completions(&mut self) -> bool;

    /// Takes the next completion off the completion queue and returns it.
    fn pop(&mut self) -> Option<Completion>;

    /// Takes the completions that are there, oldest first, until `take` returns false.
    fn pop_while(&mut self, mut take: impl FnMut(Completion) -> bool) {
        while let Some(completion) = self.pop() {
            if !take(completion) {
                return;
            }
        }
    }

    /// Returns how many completions the kernel had to drop (the CQ ring's `overflow` counter).
    fn dropped(&mut self) -> u32;

    /// Returns the time on the kernel's monotonic clock, by which absolute timeouts are counted.
    fn now(&mut self) -> Duration;

    /// Blocks until a completion may be there or `timeout` has passed. Only teardown calls this.
    fn wait(&mut self, timeout: Duration);
}
