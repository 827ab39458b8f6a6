//! The engine itself: what it is made of, how an operation enters it, and what happens when it is
//! dropped too early. The steps of a turn are in `pump`, `enter` and `reap`.

use crate::backlog::Backlog;
use crate::budget::Budget;
use crate::deadline::Deadlines;
use crate::slots::State;
use crate::{Counts, Encode, Encoded, Kernel, Marks, Slots, Token};
use std::any::Any;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;

/// Why an operation could not be staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageError {
    /// The table has no such slot.
    NoSuchSlot,
    /// The slot's operation is still under way.
    SlotTaken,
    /// The engine is closing or its ring has failed.
    Closed,
}

/// Operations in flight on one ring.
pub struct Engine<K: Kernel> {
    pub(crate) kernel: ManuallyDrop<K>,
    pub(crate) slots: ManuallyDrop<Slots>,
    /// Staged operations that are not in the submission queue yet.
    pub(crate) backlog: Backlog,
    /// Time limits of operations that wait at a barrier.
    pub(crate) deadlines: ManuallyDrop<Deadlines>,
    /// What this turn may still copy.
    pub(crate) budget: Budget,
    /// Operations in flight that are to be cancelled as soon as an entry is free.
    pub(crate) cancels: VecDeque<Token>,
    /// Operations that were decided without the kernel, and their results: refused by the encoder,
    /// cancelled or timed out in the backlog.
    pub(crate) refused: VecDeque<(u32, i32)>,
    /// The chain being encoded; kept to reuse its memory.
    pub(crate) chain: Vec<(u32, Encoded)>,
    /// Members of batches found no room the last time: they go first the next time.
    pub(crate) bulk_first: bool,
    /// Cancels and their pauses whose completions are still to come.
    pub(crate) cancels_in_kernel: usize,
    pub(crate) counts: Counts,
    /// The errno the ring failed with.
    pub(crate) failed: Option<i32>,
    pub(crate) closing: bool,
    /// Memory registered with the ring: it outlives every operation that may use it.
    kept: ManuallyDrop<Vec<Box<dyn Any>>>,
}

impl<K: Kernel> Engine<K> {
    /// Returns an engine over `kernel` with `slots` places for operations.
    pub fn new(kernel: K, slots: u32) -> Engine<K> {
        let mut engine = Engine {
            kernel: ManuallyDrop::new(kernel),
            slots: ManuallyDrop::new(Slots::new()),
            backlog: Backlog::new(),
            deadlines: ManuallyDrop::default(),
            budget: Budget::default(),
            cancels: VecDeque::new(),
            refused: VecDeque::new(),
            chain: Vec::new(),
            bulk_first: false,
            cancels_in_kernel: 0,
            counts: Counts::default(),
            failed: None,
            closing: false,
            kept: ManuallyDrop::new(Vec::new()),
        };
        engine.grow(slots);
        engine
    }

    /// Makes room for at least `slots` operations (at most [`SLOTS_MAX`](crate::limits)).
    pub fn grow(&mut self, slots: u32) {
        self.slots.grow(slots);
        self.backlog.grow(self.slots.len());
    }

    /// Takes `slot` for an operation and puts it at the end of the backlog. Operations that are
    /// linked must be staged one after the other, all but the last with a link mark.
    #[inline]
    pub fn stage(&mut self, slot: u32, marks: Marks) -> Result<(), StageError> {
        if self.closing || self.failed.is_some() {
            return Err(StageError::Closed);
        }
        self.slots.claim(slot, marks.public(), State::Queued)?;
        self.counts.staged += 1;
        let cancelled = self.backlog.open.is_some_and(|open| open.cancelled);
        if let Some(head) = self.backlog.add(&mut self.slots, slot) {
            self.wait_at_barrier(head);
        }
        if cancelled && self.backlog.open.is_none() {
            self.refuse(slot, |_| -libc::ECANCELED);
        }
        Ok(())
    }

    /// Stages operations in order, as [`stage`](Engine::stage) does; on an error those before it
    /// stay staged. An operation that nothing waits in front of goes into the submission queue at
    /// once.
    #[inline]
    pub fn stage_all<E: Encode>(
        &mut self,
        mut operations: impl Iterator<Item = (u32, Marks)>,
        encoder: &mut E,
    ) -> Result<(), StageError> {
        while let Some((slot, marks)) = self.stage_plain(&mut operations, encoder)? {
            self.stage(slot, marks)?;
        }
        Ok(())
    }

    /// A chain has come to wait at a barrier: the time limit of its first member runs.
    fn wait_at_barrier(&mut self, head: u32) {
        let timed = self.slots.get(head).is_some_and(|place| place.marks.has(Marks::TIMED));
        if let Some(token) = self.slots.token(head).filter(|_| timed) {
            self.deadlines.add(token);
        }
    }

    /// Returns how many operations are under way.
    pub fn live(&self) -> usize {
        self.slots.live
    }

    /// Returns how many operations wait: for room in the submission queue, for the next turn's bytes
    /// or at a barrier.
    pub fn backlog(&self) -> usize {
        self.backlog.len()
    }

    /// Returns how many operations the kernel has: pushed, and their last completion not taken.
    pub fn in_kernel(&self) -> usize {
        self.slots.live - self.backlog.len() - self.refused.len()
    }

    /// Returns true when nothing is under way: no operation, no cancel that outlived its target, no
    /// alarm.
    pub fn is_idle(&self) -> bool {
        self.slots.live == 0 && self.cancels_in_kernel == 0 && !self.deadlines.has_alarms()
    }

    /// Returns the errno that the ring failed with, if it has.
    pub fn failure(&self) -> Option<i32> {
        self.failed
    }

    /// Returns the totals so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Returns the kernel behind the engine.
    pub fn kernel(&mut self) -> &mut K {
        &mut self.kernel
    }

    /// Returns the table of operations, which knows their tokens.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Keeps `memory` alive as long as the ring, also when the ring is leaked.
    pub fn keep(&mut self, memory: Box<dyn Any>) {
        self.kept.push(memory);
    }

    /// Drops all kept memory. Only right when the ring no longer has it registered.
    pub fn forget_kept(&mut self) {
        self.kept.clear();
    }

    /// Stops staging; what is under way goes on.
    pub fn close(&mut self) {
        self.closing = true;
    }

    /// Abandons the engine: the ring stays open and all memory stays in place for the life of the
    /// process. For an embedder that must neither wait for its operations nor free their memory.
    pub fn leak(self) {
        std::mem::forget(self);
    }

    /// Asserts that the counters agree (R65).
    #[inline]
    pub(crate) fn check(&self) {
        debug_assert_eq!(self.counts.staged, self.counts.settled + self.slots.live as u64);
        debug_assert!(self.backlog.len() + self.refused.len() <= self.slots.live);
    }
}

impl<K: Kernel> Drop for Engine<K> {
    fn drop(&mut self) {
        if self.in_kernel() > 0 {
            // Closing a ring does not stop a worker that is in the middle of a read: what the
            // kernel may still write to is never freed (R31).
            return;
        }
        // SAFETY: none of the four is used after this. The ring goes first, so that nothing that
        // is registered with it or that its entries point at is freed under it.
        unsafe {
            ManuallyDrop::drop(&mut self.kernel);
            ManuallyDrop::drop(&mut self.slots);
            ManuallyDrop::drop(&mut self.deadlines);
            ManuallyDrop::drop(&mut self.kept);
        }
    }
}
