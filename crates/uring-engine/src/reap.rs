//! Completion queue to the embedder: each completion is matched with its slot, generation and
//! kind. Nothing here calls back into code that could stage or submit: rows are only handed to a
//! sink.
//!
//! | completions of an operation | rows |
//! | --- | --- |
//! | one | one, with LAST |
//! | several with F_MORE, then one without (multishot) | one for each, the last with LAST |
//! | its result with F_MORE, then F_NOTIF (zero-copy send) | the result; LAST with the same result |
//! | its own and its guard's, in any order | that of the operation; LAST waits for both |
//!
//! A second last completion, or one that fits nothing above, is counted as suspect and ignored.
//!
//! Proved by tests/rows.rs, real_rows.rs and memory.rs, and for every order by states.rs.

use crate::slots::{GUARD, OPERATION};
use crate::{Completion, Engine, Extra, Kernel, Kind, Marks, Settled, Token};

/// `IORING_CQE_F_MORE`: further completions of the same entry follow.
const MORE: u32 = 1 << 1;

/// `IORING_CQE_F_NOTIF`: the kernel no longer uses the memory of a zero-copy send.
const NOTIFICATION: u32 = 1 << 3;

/// `IORING_NOTIF_USAGE_ZC_COPIED`, in a notification's result.
const ZC_COPIED: u32 = 1 << 31;

impl<K: Kernel> Engine<K> {
    /// Takes completions until there are none or the sink has got `limit` rows. Returns how many
    /// it got.
    pub(crate) fn reap<S: FnMut(Settled)>(&mut self, limit: usize, sink: &mut S) -> usize {
        let mut rows = if self.refused.is_empty() { 0 } else { self.reap_refused(limit, sink) };
        while rows < limit {
            let Some(special) = self.reap_plain(limit, &mut rows, sink) else { break };
            rows += usize::from(self.take_special(special, sink));
        }
        self.check();
        rows
    }

    /// Hands out what was decided without the kernel. Returns how many rows the sink got.
    #[inline(never)]
    fn reap_refused<S: FnMut(Settled)>(&mut self, limit: usize, sink: &mut S) -> usize {
        let mut rows = 0;
        while rows < limit {
            let Some((slot, result)) = self.refused.pop_front() else { break };
            self.settle(slot, result, 0, Extra::LAST | Extra::REFUSED, sink);
            rows += 1;
        }
        rows
    }

    /// Takes completions for as long as each is the only one of a plain operation, as nearly all are,
    /// and returns the first that is not.
    #[inline(always)]
    fn reap_plain<S: FnMut(Settled)>(
        &mut self,
        limit: usize,
        rows: &mut usize,
        sink: &mut S,
    ) -> Option<Completion> {
        let Engine { kernel, slots, counts, .. } = self;
        let (mut left, mut special) = (limit - *rows, None);
        kernel.pop_while(|completion| {
            let Completion { user_data, result, flags } = completion;
            let token = Token::from_user_data(user_data);
            if flags & (MORE | NOTIFICATION) != 0 || !slots.release_plain(token) {
                special = Some(completion);
                return false;
            }
            let (slot, extra) = (token.slot(), Extra::LAST);
            sink(Settled { slot, result, flags, extra, payload: None });
            left -= 1;
            left > 0
        });
        let settled = limit - *rows - left;
        counts.settled += settled as u64;
        counts.completions += settled as u64 + u64::from(special.is_some());
        *rows = limit - left;
        special
    }

    /// Routes a completion of an operation that has marks, memory or several rows, or of something
    /// else. Returns true when the sink got a row.
    #[inline(never)]
    fn take_special<S: FnMut(Settled)>(&mut self, completion: Completion, sink: &mut S) -> bool {
        let Completion { user_data, result, flags } = completion;
        let token = Token::from_user_data(user_data);
        let row = match token.kind() {
            Kind::Operation => self.operation_answered(token, result, flags),
            Kind::Guard => self.guard_answered(token, result, flags),
            Kind::Cancel if self.cancels_in_kernel > 0 => {
                self.cancels_in_kernel -= 1;
                self.cancel_answered(token, result);
                Ok(None)
            }
            Kind::Cancel => Err(Suspect),
            Kind::Alarm => self.alarm_over(token).then_some(None).ok_or(Suspect),
        };
        match row {
            Ok(None) => false,
            Ok(Some(Row::More)) => {
                let extra = Extra::NONE;
                sink(Settled { slot: token.slot(), result, flags, extra, payload: None });
                true
            }
            Ok(Some(Row::Last)) => {
                self.settle_special(token.slot(), sink);
                true
            }
            Err(Suspect) => {
                self.counts.suspect += 1;
                false
            }
        }
    }

    /// A completion of an operation's own entry.
    fn operation_answered(
        &mut self,
        token: Token,
        result: i32,
        flags: u32,
    ) -> Result<Option<Row>, Suspect> {
        let slot = token.slot();
        let place = self.slots.in_kernel_mut(token).ok_or(Suspect)?;
        if place.outstanding & OPERATION == 0 {
            return Err(Suspect);
        }
        let kept = place.marks.has(Marks::KEPT);
        match (flags & MORE != 0, flags & NOTIFICATION != 0) {
            (true, true) => return Err(Suspect),
            (true, false) if kept => return Ok(Some(Row::More)),
            (true, false) => {
                place.marks.set(Marks::KEPT);
                self.slots.extras_mut(slot).result = result;
                self.operation_goes_on(slot);
                return Ok(Some(Row::More));
            }
            // it can only be told from another's by the result that came before it
            (false, true) if !kept => return Err(Suspect),
            (false, true) if result as u32 & ZC_COPIED != 0 => place.marks.set(Marks::COPIED),
            (false, true) => {}
            (false, false) => self.slots.extras_mut(slot).result = result,
        }
        self.slots.extras_mut(slot).flags = flags;
        self.operation_over(slot);
        Ok(self.part_over(token, OPERATION))
    }

    /// A completion of the guard of an operation.
    fn guard_answered(
        &mut self,
        token: Token,
        result: i32,
        flags: u32,
    ) -> Result<Option<Row>, Suspect> {
        let place = self.slots.in_kernel_mut(token).ok_or(Suspect)?;
        if place.outstanding & GUARD == 0 || flags & (MORE | NOTIFICATION) != 0 {
            return Err(Suspect);
        }
        if went_off(result) {
            place.marks.set(Marks::EXPIRED);
        }
        Ok(self.part_over(token, GUARD))
    }

    /// One of an operation's entries has completed: the last row is due with the other.
    fn part_over(&mut self, token: Token, part: u8) -> Option<Row> {
        let place = self.slots.in_kernel_mut(token)?;
        place.outstanding &= !part;
        (place.outstanding == 0).then_some(Row::Last)
    }

    /// Frees the slot of an operation that is not plain and hands its last row out.
    fn settle_special<S: FnMut(Settled)>(&mut self, slot: u32, sink: &mut S) {
        let marks = self.slots.get(slot).map_or(Marks::NONE, |place| place.marks);
        let extras = self.slots.extras_mut(slot);
        let (result, flags) = (extras.result, extras.flags);
        let stopped = result == -libc::ECANCELED || result == -libc::EINTR;
        let timed_out = stopped && marks.has(Marks::EXPIRED);
        let result = if timed_out { -libc::ETIMEDOUT } else { result };
        let copied = if marks.has(Marks::COPIED) { Extra::COPIED } else { Extra::NONE };
        self.settle(slot, result, flags, Extra::LAST | copied, sink);
    }

    /// Frees the slot and hands its last row out.
    #[inline(always)]
    fn settle<S: FnMut(Settled)>(
        &mut self,
        slot: u32,
        result: i32,
        flags: u32,
        extra: Extra,
        sink: &mut S,
    ) {
        let payload = self.slots.release(slot);
        self.counts.settled += 1;
        sink(Settled { slot, result, flags, extra, payload });
    }
}

/// What a completion means for the embedder.
enum Row {
    /// A row; others follow.
    More,
    /// The last row.
    Last,
}

/// A completion that names nothing in flight.
struct Suspect;

/// Returns true when a guard's result says that its time was up. Only ETIME means that it stopped the
/// operation by itself; one that a worker was running is interrupted all the same, and then the
/// guard says that it could not be found (ENOENT) or not be stopped (EALREADY).
fn went_off(result: i32) -> bool {
    matches!(-result, libc::ETIME | libc::ENOENT | libc::EALREADY)
}
