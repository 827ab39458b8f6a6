//! Time limits of operations that wait at a barrier. The kernel counts the limit of an operation it
//! has (`LINK_TIMEOUT`); one that it has not seen is the engine's to time.
//!
//! At the end of the turn in which an operation came to wait, its limit becomes a deadline. For the
//! earliest deadline the ring itself keeps the time: an alarm, which is a `TIMEOUT` of the engine's
//! own. When it goes off, every operation whose deadline has passed is refused with ETIMEDOUT, and
//! its chain with it. One that is released in time is submitted with the rest of its limit.
//!
//! Of a chain only the first member has a deadline: the limit of a later one is counted from its
//! own start, at a barrier as in the kernel.
//!
//! Proved by tests/barrier.rs and real_barrier.rs, and for every order by states.rs.

use crate::backlog::Lane;
use crate::slots::State;
use crate::token::{Kind, GENERATION_MASK};
use crate::{Encode, Engine, Kernel, Marks, Token};
use std::collections::BTreeSet;
use std::time::Duration;
use uring::opcode;
use uring::types::{TimeoutFlags, Timespec};

/// What stands in an alarm's token in the place of a slot.
const NO_SLOT: u32 = u32::MAX;

/// A `TIMEOUT` in the kernel.
struct Alarm {
    token: Token,
    /// When it goes off.
    at: Duration,
    /// Where the kernel reads it.
    _time: Box<Timespec>,
    /// It has been asked to end early.
    cancelled: bool,
}

/// Deadlines and the alarms for them.
#[derive(Default)]
pub(crate) struct Deadlines {
    /// Slots that have come to wait at a barrier since the last turn, with their operations.
    fresh: Vec<Token>,
    /// When, and which slot.
    dates: BTreeSet<(Duration, u32)>,
    /// Those that have been pushed and not completed.
    alarms: Vec<Alarm>,
    /// Alarms made so far: no two in the kernel have one token.
    made: u32,
}

impl Deadlines {
    /// Notes that the operation of `token` has come to wait.
    pub fn add(&mut self, token: Token) {
        self.fresh.push(token);
    }

    /// Removes the deadline of an operation that no longer waits.
    pub fn remove(&mut self, date: Duration, slot: u32) {
        self.dates.remove(&(date, slot));
    }

    /// Returns true while the kernel has an alarm.
    pub fn has_alarms(&self) -> bool {
        !self.alarms.is_empty()
    }

    /// Returns true when [`Engine::watch_deadlines`] has something to do.
    #[inline(always)]
    pub fn need_care(&self) -> bool {
        let unused = self.fresh.is_empty() && self.dates.is_empty() && self.alarms.is_empty();
        !unused && self.lack_something()
    }

    fn lack_something(&self) -> bool {
        !self.fresh.is_empty() || self.lacks_alarm() || self.spare_alarm().is_some()
    }

    /// Returns true when no alarm goes off in time for the earliest deadline.
    fn lacks_alarm(&self) -> bool {
        let in_time = |first| self.alarms.iter().any(|alarm| !alarm.cancelled && alarm.at <= first);
        self.dates.first().is_some_and(|&(first, _)| !in_time(first))
    }

    /// Returns an alarm that is not needed: nothing waits, or there is an earlier deadline.
    fn spare_alarm(&self) -> Option<usize> {
        let first = self.dates.first();
        let late = |alarm: &Alarm| first.is_none_or(|&(first, _)| alarm.at > first);
        self.alarms.iter().position(|alarm| !alarm.cancelled && late(alarm))
    }
}

impl<K: Kernel> Engine<K> {
    /// Sets deadlines for what has come to wait and an alarm for the earliest one, and cancels alarms
    /// that are not needed. Returns true when an entry was pushed.
    #[inline(always)]
    pub(crate) fn watch_deadlines<E: Encode>(&mut self, encoder: &mut E) -> bool {
        self.deadlines.need_care() && self.set_alarm(encoder)
    }

    #[inline(never)]
    fn set_alarm<E: Encode>(&mut self, encoder: &mut E) -> bool {
        self.date_fresh(encoder);
        if self.kernel.room() == 0 {
            return false; // what fills the queue is submitted first
        }
        if let Some(spare) = self.deadlines.spare_alarm() {
            self.deadlines.alarms[spare].cancelled = true;
            let token = self.deadlines.alarms[spare].token;
            let cancel = opcode::AsyncCancel::new(token.user_data()).build();
            self.push_cancel(&cancel.user_data(token.with_kind(Kind::Cancel).user_data()));
            return true;
        }
        if !self.deadlines.lacks_alarm() {
            return false;
        }
        let Some(&(at, _)) = self.deadlines.dates.first() else { return false };
        self.push_alarm(at);
        true
    }

    /// Turns the limit of everything that has come to wait, and still does, into a deadline.
    #[inline(always)]
    pub(crate) fn date_fresh<E: Encode>(&mut self, encoder: &mut E) {
        if !self.deadlines.fresh.is_empty() {
            self.date(encoder);
        }
    }

    #[inline(never)]
    fn date<E: Encode>(&mut self, encoder: &mut E) {
        let now = self.kernel.now();
        for token in std::mem::take(&mut self.deadlines.fresh) {
            let slot = token.slot();
            if self.slots.token(slot) != Some(token) {
                continue;
            }
            let Some(place) = self.slots.get_mut(slot) else { continue };
            if place.state != State::Queued || place.lane != Lane::Blocked {
                continue;
            }
            place.marks.set(Marks::DATED);
            let date = now.saturating_add(encoder.limit(slot));
            self.slots.extras_mut(slot).date = date;
            self.deadlines.dates.insert((date, slot));
        }
    }

    fn push_alarm(&mut self, at: Duration) {
        let deadlines = &mut self.deadlines;
        deadlines.made = (deadlines.made + 1) & GENERATION_MASK;
        let token = Token::new(Kind::Alarm, deadlines.made, NO_SLOT);
        let time = Box::new(Timespec::from(at));
        // a point of time: it does not matter when the entry is submitted
        let entry = opcode::Timeout::new(&*time).flags(TimeoutFlags::ABS).build();
        let entry = entry.user_data(token.user_data());
        deadlines.alarms.push(Alarm { token, at, _time: time, cancelled: false });
        // SAFETY: room was checked; the time is boxed until the alarm has completed.
        unsafe { self.kernel.push(&entry) };
    }

    /// An alarm has completed. Returns false when there is none of this token.
    pub(crate) fn alarm_over(&mut self, token: Token) -> bool {
        let alarms = &mut self.deadlines.alarms;
        let Some(position) = alarms.iter().position(|alarm| alarm.token == token) else {
            return false;
        };
        alarms.swap_remove(position);
        let now = self.kernel.now();
        while let Some(&(date, slot)) = self.deadlines.dates.first() {
            if date > now {
                break;
            }
            self.refuse(
                slot,
                |member| if member == slot { -libc::ETIMEDOUT } else { -libc::ECANCELED },
            );
        }
        true
    }

    /// Returns the time limit of an operation that is about to be pushed, less the time that it has
    /// waited at a barrier.
    pub(crate) fn limit_left<E: Encode>(&mut self, encoder: &mut E, slot: u32) -> Duration {
        if !self.slots.get(slot).is_some_and(|place| place.marks.has(Marks::DATED)) {
            return encoder.limit(slot);
        }
        self.undate(slot);
        self.slots.extras_mut(slot).date.saturating_sub(self.kernel.now())
    }

    /// Removes the deadline of the operation in `slot`, which no longer waits.
    pub(crate) fn undate(&mut self, slot: u32) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        if !place.marks.has(Marks::DATED) {
            return;
        }
        place.marks.clear(Marks::DATED);
        let date = self.slots.extras_mut(slot).date;
        self.deadlines.remove(date, slot);
    }
}
