//! The end of a ring: disposed by the facade, failed, or still at work when its environment ends
//! (the worker was terminated, the process exits).
//!
//! What the kernel may still write to is never freed. At the end of an environment everything in
//! flight is cancelled, the cancels are repeated, and what cannot be cancelled is waited for without
//! a bound, as Node does with its own thread pool when a worker exits: the buffers of JavaScript are
//! freed with the environment, so it must not end before the kernel is done with them.
//!
//! Descriptors that nothing will receive are closed: those in rows that the facade has not
//! delivered, those that it keeps for a batch or chain that is not complete, and those that the drain
//! brings in. Proved by `__test__/teardown-*.spec.ts`.

use crate::rows::Row;
use crate::state::State;
use std::collections::HashSet;
use uring_engine::{Engine, Ring};

/// The number of no receiver: with the facade, the number of a slot's own promise.
const NO_RECEIVER: u32 = 0;

impl State {
    /// The environment ends: closes what was not delivered, and the ring.
    pub fn leave(&self) {
        // the facade does not run any more; until here it may be about to deliver
        let rows = self.rows.replace(0);
        let undelivered = self.tables.borrow().undelivered(rows).collect();
        self.keep_descriptors(NO_RECEIVER, undelivered);
        self.close();
    }

    /// Closes the ring. During a flush this only notes that it is wanted: the engine is at work
    /// further up the stack.
    pub fn close(&self) {
        let Ok(mut engine) = self.engine.try_borrow_mut() else {
            self.close_wanted.set(true);
            return;
        };
        let engine = engine.take();
        if self.closed.replace(true) {
            return;
        }
        if let Some(driver) = self.driver.take() {
            driver.close(); // off the loop before the descriptor is closed
        }
        let drained = engine.is_none_or(|engine| self.drain(engine));
        // the facade may have been about to keep what is in a row, too
        let kept: HashSet<i32> = self.kept.take().into_values().flatten().collect();
        kept.into_iter().for_each(close_descriptor);
        self.forget(&self.turn);
        if drained {
            self.forget(&self.objects);
        }
    }

    /// Closes these descriptors with the ring, until they are released. `receiver` is the number of
    /// what will receive them.
    pub fn keep_descriptors(&self, receiver: u32, mut descriptors: Vec<i32>) {
        self.kept.borrow_mut().entry(receiver).or_default().append(&mut descriptors);
    }

    /// What was kept for a receiver is the receiver's.
    pub fn release_descriptors(&self, receiver: u32) {
        self.kept.borrow_mut().remove(&receiver);
    }

    /// Waits for everything in flight and drops the engine. Returns false if the ring failed with
    /// operations in the kernel: then the engine leaks itself, and their memory has to stay.
    fn drain(&self, mut engine: Engine<Ring>) -> bool {
        let tables = self.tables.borrow();
        let drained = engine.is_idle()
            || engine.drain(None, &mut |settled| {
                let request = tables.requests().get(settled.slot as usize);
                let row = request.map(|request| Row::new(&settled, request.get().opcode));
                row.and_then(Row::descriptor).into_iter().for_each(close_descriptor);
            });
        if engine.in_kernel() > 0 {
            self.memory.borrow_mut().leak();
        }
        drained
    }
}

/// close(2). Errors are ignored: the descriptor is gone in any case.
pub fn close_descriptor(descriptor: i32) {
    // SAFETY: no memory of ours.
    unsafe { libc::close(descriptor) };
}
