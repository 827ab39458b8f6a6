//! Who keeps whom alive. While a ring is busy the facade's `turn` function, and with it the facade,
//! is referenced strongly: results must find it. The event loop is kept alive while the ring is
//! referenced (`setReferenced`) and an operation without the mark UNREF is in flight, or queued for a
//! turn that the loop will call. The facade alone knows what is queued, and says so. While a ring is
//! being disposed, whatever is in flight keeps the loop alive.
//!
//! Proved by `__test__/loop.spec.ts` and `__test__/ref.spec.ts`.

use crate::generated::layout::MARK_UNREF;
use crate::state::State;
use napi::sys;

impl State {
    /// Says how a turn ended: whether anything is in flight, and whether another turn is to come.
    #[inline]
    pub fn set_busy(&self, in_flight: bool, deferred: bool) {
        let busy = in_flight || deferred;
        self.liveness.in_flight.set(in_flight);
        self.liveness.awaited.set(false);
        let before = self.liveness.busy.replace(busy);
        if before != busy {
            self.reference_turn(busy);
        }
        // a ring that was idle and is idle again, as after most flushes, held nothing and holds nothing
        if before || busy {
            self.hold_loop();
        }
    }

    #[cold]
    fn reference_turn(&self, strong: bool) {
        let mut count = 0;
        // SAFETY: a reference of ours; each increment is followed by one decrement.
        unsafe {
            if strong {
                sys::napi_reference_ref(self.env, self.turn.get(), &mut count);
            } else {
                sys::napi_reference_unref(self.env, self.turn.get(), &mut count);
            }
        }
    }

    /// Has the turn that is to come keep the loop alive: a referenced operation is queued for it.
    pub fn await_turn(&self) {
        self.liveness.awaited.set(true);
        self.hold_loop();
    }

    /// Whether operations in flight keep the loop alive.
    pub fn set_referenced(&self, referenced: bool) {
        self.liveness.referenced.set(referenced);
        self.hold_loop();
    }

    /// The ring is being disposed: the loop is kept alive until nothing is in flight.
    pub fn hold_until_idle(&self) {
        self.liveness.closing.set(true);
        self.hold_loop();
    }

    /// Whether the operation in `slot` keeps the loop alive. One that is not staged yet is marked,
    /// and counted when it is.
    pub fn set_operation_referenced(&self, slot: u32, referenced: bool) {
        let tables = self.tables.borrow();
        let Some(row) = tables.requests().get(slot as usize) else { return };
        let mut request = row.get();
        let marks = request.marks & !MARK_UNREF | if referenced { 0 } else { MARK_UNREF };
        if marks == request.marks {
            return;
        }
        request.marks = marks;
        row.set(request);
        let staged = self.with_engine(|engine| engine.slots().token(slot).is_some());
        if staged == Ok(true) {
            let unreferenced = &self.liveness.unreferenced;
            let count = unreferenced.get();
            unreferenced.set(if referenced { count.saturating_sub(1) } else { count + 1 });
            self.hold_loop();
        } else if referenced {
            self.await_turn();
        }
    }

    /// Holds the loop, or lets it end.
    #[inline]
    pub fn hold_loop(&self) {
        let Some(driver) = self.driver.get() else { return };
        let liveness = &self.liveness;
        let live = liveness.live.get();
        let all_unreferenced = live > 0 && live == liveness.unreferenced.get();
        let wanted = liveness.awaited.get() || liveness.in_flight.get() && !all_unreferenced;
        let referenced = liveness.referenced.get() && wanted;
        driver.hold(liveness.busy.get() && (referenced || liveness.closing.get()));
    }
}
