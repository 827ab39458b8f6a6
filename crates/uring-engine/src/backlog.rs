//! Operations that are staged and not yet in the submission queue: two lanes, and what a barrier
//! holds back.
//!
//! - Single operations and chains wait in one lane, members of a batch ([`Marks::BULK`]) in
//!   another. Each lane keeps its order; between the lanes there is none.
//! - A barrier ([`Marks::DRAIN`]) and everything staged after it is blocked, in one queue, until
//!   everything staged before it is over. The kernel is never asked for a barrier of its own
//!   (`IOSQE_IO_DRAIN`): it would make cancels and time limits wait, too.
//! - A multishot operation is over with its last completion and a zero-copy send with its
//!   notification: a barrier waits for both, as the kernel's does for a multishot request
//!   (tests/real_barrier.rs asks it).
//!
//! Proved by tests/backlog.rs, lanes.rs and barrier.rs.

use crate::queue::{Links, Queue};
use crate::slots::{Slots, State};
use crate::Marks;

/// Where an operation waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// With single operations and chains.
    Single = 0,
    /// With members of batches.
    Bulk = 1,
    /// At a barrier, or behind one.
    Blocked = 2,
}

impl Lane {
    /// Returns the lane of an operation that no barrier holds back.
    #[inline]
    pub fn of(marks: Marks) -> Lane {
        match marks.has(Marks::BULK) {
            true => Lane::Bulk,
            false => Lane::Single,
        }
    }
}

/// A chain that is still being staged.
#[derive(Clone, Copy)]
pub(crate) struct OpenChain {
    pub head: u32,
    /// One of its members is to be cancelled, and with it all.
    pub cancelled: bool,
}

/// Everything that waits.
pub(crate) struct Backlog {
    queues: [Queue; 3],
    links: Links,
    /// Operations in all of them.
    waiting: usize,
    /// The chain whose last staged member is linked to what comes next.
    pub open: Option<OpenChain>,
    /// A barrier is in the kernel.
    pub barrier_runs: bool,
}

impl Backlog {
    pub fn new() -> Backlog {
        Backlog {
            queues: Default::default(),
            links: Links::default(),
            waiting: 0,
            open: None,
            barrier_runs: false,
        }
    }

    /// Makes room for `slots` slots.
    pub fn grow(&mut self, slots: usize) {
        self.links.grow(slots);
    }

    /// Returns how many operations wait.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.waiting
    }

    #[inline(always)]
    pub fn is_empty(&self, lane: Lane) -> bool {
        self.queues[lane as usize].is_empty()
    }

    #[inline(always)]
    pub fn first(&self, lane: Lane) -> Option<u32> {
        self.queues[lane as usize].first()
    }

    /// Returns true when what is staged now has to wait for a barrier.
    #[inline(always)]
    pub fn is_blocked(&self) -> bool {
        self.barrier_runs || !self.is_empty(Lane::Blocked)
    }

    /// Returns true when what is staged now may have to wait for something other than room: a barrier, or
    /// the rest of a chain.
    #[inline(always)]
    pub fn holds_back(&self) -> bool {
        self.open.is_some() || self.is_blocked()
    }

    /// Adds a plain operation at the end of `lane`, which no barrier holds back.
    #[inline(always)]
    pub fn add_plain(&mut self, slots: &mut Slots, lane: Lane, slot: u32) {
        if let Some(place) = slots.get_mut(slot) {
            place.lane = lane;
        }
        self.push(lane, slot);
    }

    #[inline(always)]
    fn push(&mut self, lane: Lane, slot: u32) {
        self.queues[lane as usize].push(&mut self.links, slot);
        self.waiting += 1;
    }

    /// Takes the first operation out of `lane`, where there must be one.
    #[inline(always)]
    pub fn pop(&mut self, lane: Lane) {
        self.queues[lane as usize].pop(&self.links);
        self.waiting -= 1;
    }

    /// Adds a claimed slot at the end of its lane. Returns the head of its chain if the chain waits
    /// at a barrier from now on.
    pub fn add(&mut self, slots: &mut Slots, slot: u32) -> Option<u32> {
        let place = slots.get_mut(slot)?;
        let marks = place.marks;
        if let Some(open) = self.open {
            return self.add_member(slots, open, slot);
        }
        let lane = match self.is_blocked() || marks.has(Marks::DRAIN) {
            true => Lane::Blocked,
            false => Lane::of(marks),
        };
        place.lane = lane;
        self.push(lane, slot);
        if marks.has(Marks::CHAINED) {
            self.open = Some(OpenChain { head: slot, cancelled: false });
        }
        (lane == Lane::Blocked).then_some(slot)
    }

    /// Adds a later member of a chain: it waits where its predecessors do.
    fn add_member(&mut self, slots: &mut Slots, open: OpenChain, slot: u32) -> Option<u32> {
        let head = slots.get(open.head)?;
        let (lane, barrier) = (head.lane, head.marks.has(Marks::DRAIN));
        let place = slots.get_mut(slot)?;
        place.lane = lane;
        let marks = place.marks;
        self.push(lane, slot);
        if !marks.has(Marks::CHAINED) {
            self.open = None;
        }
        if !marks.has(Marks::DRAIN) || barrier {
            return None;
        }
        slots.get_mut(open.head)?.marks.set(Marks::DRAIN);
        if lane == Lane::Blocked {
            return None;
        }
        self.move_chain(slots, open.head, Lane::Blocked);
        Some(open.head)
    }

    /// Moves the chain that begins with `head` to the end of another queue.
    fn move_chain(&mut self, slots: &mut Slots, head: u32, to: Lane) {
        let mut next = Some(head);
        while let Some(slot) = next {
            next = self.next_member(slots, slot);
            self.remove(slots, slot);
            let Some(place) = slots.get_mut(slot) else { return };
            place.lane = to;
            self.push(to, slot);
        }
    }

    /// Takes a slot out of the queue it waits in.
    pub fn remove(&mut self, slots: &Slots, slot: u32) {
        let Some(place) = slots.get(slot).filter(|place| place.state == State::Queued) else {
            return;
        };
        self.queues[place.lane as usize].remove(&mut self.links, slot);
        self.waiting -= 1;
    }

    /// Returns the first member of the chain that `slot` belongs to.
    pub fn head(&self, slots: &Slots, slot: u32) -> u32 {
        let mut head = slot;
        let lane = slots.get(slot).map_or(Lane::Single, |place| place.lane);
        while let Some(previous) = self.queues[lane as usize].previous(&self.links, head) {
            if !slots.get(previous).is_some_and(|place| place.marks.has(Marks::CHAINED)) {
                break;
            }
            head = previous;
        }
        head
    }

    /// Returns the member after `slot` in its chain.
    pub fn next_member(&self, slots: &Slots, slot: u32) -> Option<u32> {
        let place = slots.get(slot).filter(|place| place.marks.has(Marks::CHAINED))?;
        self.queues[place.lane as usize].next(&self.links, slot)
    }

    /// Returns the barrier that waits next, if it is at the front of what is blocked.
    #[inline]
    pub fn barrier(&self, slots: &Slots) -> Option<u32> {
        let head = self.first(Lane::Blocked)?;
        slots.get(head).filter(|place| place.marks.has(Marks::DRAIN)).map(|_| head)
    }

    /// Moves what no barrier holds back any more to the lanes: everything up to the next one.
    pub fn release(&mut self, slots: &mut Slots) {
        if self.barrier_runs {
            return;
        }
        while let Some(head) = self.first(Lane::Blocked) {
            let Some(place) = slots.get(head) else { return };
            if place.marks.has(Marks::DRAIN) {
                return;
            }
            self.move_chain(slots, head, Lane::of(place.marks));
        }
    }
}
