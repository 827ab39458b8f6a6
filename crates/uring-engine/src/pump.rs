//! Backlog to submission queue: encode the oldest operations and push their entries, whole chains
//! at a time, for as long as there is room. A chain is never split over two submits by us: the
//! kernel ends a chain where a submit ends. (It may stop a submit in the middle of one when it has
//! no memory for a request; then both parts run, each as a chain of its own.)

use crate::backlog::{Lane, OpenChain};
use crate::slots::{State, GUARD, OPERATION};
use crate::{Encode, Encoded, Engine, Kernel, Kind, Marks, Slots, Token};
use uring::{opcode, squeue};

/// Flags that are not the encoder's: a link it sets would tie the operation to a stranger, one that
/// completes in silence would never settle, and the kernel's barrier would stop cancels, too.
const RESERVED: squeue::Flags = squeue::Flags::IO_LINK
    .union(squeue::Flags::IO_HARDLINK)
    .union(squeue::Flags::IO_DRAIN)
    .union(squeue::Flags::SKIP_SUCCESS);

/// Asks the encoder and checks its answer.
#[inline(always)]
fn encode<E: Encode>(encoder: &mut E, slot: u32, slots: &Slots) -> Result<Encoded, i32> {
    match encoder.encode(slot, slots) {
        Ok(encoded) if encoded.entry.get_flags().intersects(RESERVED) => Err(-libc::EINVAL),
        answer => answer,
    }
}

impl<K: Kernel> Engine<K> {
    /// Moves what fits. Cancels go first: they free more than they take.
    #[inline]
    pub(crate) fn pump<E: Encode>(&mut self, encoder: &mut E) {
        if !self.cancels.is_empty() {
            self.push_cancels();
        }
        if self.backlog.len() > 0 {
            self.pump_backlog(encoder);
        }
    }

    #[inline(never)]
    fn pump_backlog<E: Encode>(&mut self, encoder: &mut E) {
        loop {
            if self.barrier_is_over() {
                self.backlog.barrier_runs = false;
            }
            self.backlog.release(&mut self.slots);
            self.pump_lanes(encoder);
            if !self.start_barrier(encoder) {
                return;
            }
        }
    }

    /// Fills the submission queue from both lanes. Single operations go first, unless members of
    /// batches found no room behind them the last time.
    fn pump_lanes<E: Encode>(&mut self, encoder: &mut E) {
        let order = match std::mem::take(&mut self.bulk_first) {
            true => [Lane::Bulk, Lane::Single],
            false => [Lane::Single, Lane::Bulk],
        };
        let mut room = self.kernel.room();
        let mut bulk_pushed = 0;
        for lane in order {
            let pushed = self.pump_lane(encoder, lane, room);
            room -= pushed;
            bulk_pushed += if lane == Lane::Bulk { pushed } else { 0 };
        }
        let waits = !self.backlog.is_empty(Lane::Bulk) && !self.budget.is_used_up(Lane::Bulk);
        self.bulk_first = waits && bulk_pushed == 0;
    }

    /// Pushes from the front of a lane what fits into `room` entries and the turn's bytes. Returns
    /// the entries pushed.
    fn pump_lane<E: Encode>(&mut self, encoder: &mut E, lane: Lane, room: usize) -> usize {
        let mut pushed = 0;
        while let Some(slot) = self.backlog.first(lane) {
            if self.budget.is_used_up(lane) {
                break;
            }
            let plain = self.slots.get(slot).is_some_and(|place| place.marks.is_plain());
            if plain {
                if pushed == room {
                    break;
                }
                self.backlog.pop(lane);
                pushed += self.push_plain(encoder, slot);
                continue;
            }
            match self.push_chain(encoder, slot, room - pushed) {
                Some(entries) => pushed += entries,
                None => break,
            }
        }
        pushed
    }

    /// Pushes the barrier that waits next when everything before it is over and told. Returns true
    /// when the barrier is out of the way at once, because it was refused.
    fn start_barrier<E: Encode>(&mut self, encoder: &mut E) -> bool {
        if !self.may_start_barrier() {
            return false;
        }
        let Some(head) = self.backlog.barrier(&self.slots) else { return false };
        let room = self.kernel.room();
        match self.push_chain(encoder, head, room) {
            Some(0) => true,
            Some(_) => {
                self.backlog.barrier_runs = true;
                false
            }
            None => false,
        }
    }

    /// True when a barrier waits for nothing but room.
    fn may_start_barrier(&self) -> bool {
        !self.backlog.barrier_runs
            && self.slots.live == self.backlog.len()
            && self.backlog.is_empty(Lane::Single)
            && self.backlog.is_empty(Lane::Bulk)
            && !self.backlog.is_empty(Lane::Blocked)
    }

    /// True when the barrier that was in the kernel has completed.
    #[inline(always)]
    pub(crate) fn barrier_is_over(&self) -> bool {
        self.backlog.barrier_runs && self.in_kernel() == 0
    }

    /// True when a pump would push something, given room.
    #[inline(always)]
    pub(crate) fn can_pump(&self) -> bool {
        self.backlog.len() > 0 && self.waits_for_room()
    }

    fn waits_for_room(&self) -> bool {
        !self.backlog.is_empty(Lane::Single)
            || !self.backlog.is_empty(Lane::Bulk)
            || (!self.backlog.is_empty(Lane::Blocked)
                && (self.may_start_barrier()
                    || self.barrier_is_over()
                    || (!self.backlog.barrier_runs && self.backlog.barrier(&self.slots).is_none())))
    }

    /// True when all that waits in the lanes waits for the next turn's bytes.
    #[inline]
    pub(crate) fn has_spent_its_bytes(&self) -> bool {
        let waits = |lane| !self.backlog.is_empty(lane);
        let spent = |lane| !waits(lane) || self.budget.is_used_up(lane);
        (waits(Lane::Single) || waits(Lane::Bulk)) && spent(Lane::Single) && spent(Lane::Bulk)
    }

    /// Ends the chain that is being staged: what a later turn brings is another one.
    #[inline(always)]
    pub(crate) fn close_chain(&mut self) {
        if let Some(open) = self.backlog.open.take() {
            self.end_chain(open);
        }
    }

    #[inline(never)]
    fn end_chain(&mut self, open: OpenChain) {
        let mut last = open.head;
        while let Some(next) = self.backlog.next_member(&self.slots, last) {
            last = next;
        }
        if let Some(place) = self.slots.get_mut(last) {
            place.marks.clear(Marks::CHAINED);
        }
        if open.cancelled {
            self.refuse(last, |_| -libc::ECANCELED);
        }
    }

    /// Settles the chain of an operation in the backlog without the kernel, which needs no room.
    pub(crate) fn refuse(&mut self, member: u32, errno: impl Fn(u32) -> i32) {
        let mut next = Some(self.backlog.head(&self.slots, member));
        while let Some(slot) = next {
            next = self.backlog.next_member(&self.slots, slot);
            self.backlog.remove(&self.slots, slot);
            self.undate(slot);
            self.refuse_taken(slot, errno(slot));
        }
    }

    /// Settles an operation that has just been taken out of the backlog.
    fn refuse_taken(&mut self, slot: u32, errno: i32) {
        if let Some(place) = self.slots.get_mut(slot) {
            place.state = State::Refused;
        }
        self.refused.push_back((slot, errno));
    }

    /// Encodes the chain that begins with `head`, then pushes all of it or, if one member is
    /// refused, none. Returns the entries pushed, or `None` when there is no room for it.
    fn push_chain<E: Encode>(&mut self, encoder: &mut E, head: u32, room: usize) -> Option<usize> {
        let members =
            std::iter::successors(Some(head), |&slot| self.backlog.next_member(&self.slots, slot));
        let entries: usize =
            members.map(|slot| self.slots.get(slot).map_or(0, |place| place.entries())).sum();
        if entries > self.kernel.capacity() {
            self.refuse(head, |_| -libc::E2BIG);
            return Some(0);
        }
        if entries > room {
            return None;
        }
        let mut chain = std::mem::take(&mut self.chain);
        let mut next = Some(head);
        while let Some(slot) = next {
            match encode(encoder, slot, &self.slots) {
                Ok(encoded) => chain.push((slot, encoded)),
                Err(errno) => {
                    let other = -libc::ECANCELED;
                    self.refuse(head, |member| if member == slot { errno } else { other });
                    chain.clear();
                    break;
                }
            }
            next = self.backlog.next_member(&self.slots, slot);
        }
        for (slot, _) in &chain {
            self.backlog.remove(&self.slots, *slot);
        }
        self.tie(&chain);
        let last = chain.len().saturating_sub(1);
        let pushed = chain.drain(..).enumerate();
        let entries = pushed
            .map(|(index, (slot, encoded))| self.push_member(encoder, slot, encoded, index == last))
            .sum();
        self.chain = chain;
        Some(entries)
    }

    /// Tells each member of a chain who comes after it.
    fn tie(&mut self, chain: &[(u32, Encoded)]) {
        for pair in chain.windows(2) {
            let next = self.slots.token(pair[1].0);
            self.slots.extras_mut(pair[0].0).follower = next;
            if let Some(place) = self.slots.get_mut(pair[1].0) {
                place.marks.set(Marks::FOLLOWS);
            }
        }
    }

    /// Encodes and pushes a plain operation, or refuses it. Returns the entries pushed.
    #[inline(always)]
    pub(crate) fn push_plain<E: Encode>(&mut self, encoder: &mut E, slot: u32) -> usize {
        match encode(encoder, slot, &self.slots) {
            Ok(encoded) => {
                self.push(slot, encoded);
                1
            }
            Err(errno) => {
                self.refuse_taken(slot, errno);
                0
            }
        }
    }

    /// Pushes an operation's own entry.
    #[inline(always)]
    fn push(&mut self, slot: u32, mut encoded: Encoded) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        place.state = State::InKernel;
        place.outstanding = OPERATION;
        let token = Token::new(Kind::Operation, place.generation, slot);
        encoded.entry.set_user_data(token.user_data());
        if encoded.bytes > 0 && !self.budget.allows(Lane::of(place.marks), encoded.bytes) {
            encoded.entry = encoded.entry.flags(squeue::Flags::ASYNC);
        }
        if encoded.payload.is_some() {
            self.slots.extras_mut(slot).payload = encoded.payload;
        }
        // SAFETY: the caller counted the room. What the entry points at is in the slot's payload,
        // which lives until the last completion, or is a buffer the embedder keeps as long.
        unsafe { self.kernel.push(&encoded.entry) };
    }

    /// Pushes an operation with its links and its guard. Returns the entries it took.
    fn push_member<E: Encode>(
        &mut self,
        encoder: &mut E,
        slot: u32,
        encoded: Encoded,
        last: bool,
    ) -> usize {
        let Some(place) = self.slots.get_mut(slot) else { return 0 };
        let link = match place.marks {
            _ if last => squeue::Flags::empty(),
            marks if marks.has(Marks::HARDLINK) => squeue::Flags::IO_HARDLINK,
            _ => squeue::Flags::IO_LINK,
        };
        if !place.marks.has(Marks::TIMED) {
            let entry = encoded.entry.clone().flags(link);
            self.push(slot, Encoded { entry, ..encoded });
            return 1;
        }
        let token = Token::new(Kind::Guard, place.generation, slot);
        let limit = self.limit_left(encoder, slot);
        let guard = self.slots.guards.set(slot, limit);
        let timeout = opcode::LinkTimeout::new(guard).build();
        let timeout = timeout.flags(link).user_data(token.user_data());
        // the guard must directly follow an entry that is linked to it
        let tie = if link.is_empty() { squeue::Flags::IO_LINK } else { link };
        let entry = encoded.entry.clone().flags(tie);
        self.push(slot, Encoded { entry, ..encoded });
        if let Some(place) = self.slots.get_mut(slot) {
            place.outstanding = OPERATION | GUARD;
        }
        // SAFETY: the caller counted the room for both; the limit has a place of its own.
        unsafe { self.kernel.push(&timeout) };
        2
    }
}
