//! One operation or chain to entries in the submission queue: encoded, tied together, each with the
//! token that its completion brings back.
//!
//! A chain is pushed as a whole or not at all, and never split over two submits: the kernel ends a
//! chain where a submit ends. (The kernel itself may stop a submit in the middle of a chain when it
//! has no memory for a request; both parts then run, each as a chain of its own.)
//!
//! Proved by tests/backlog.rs, chain.rs and memory.rs.

use crate::backlog::Lane;
use crate::budget::Budget;
use crate::slots::{State, GUARD, OPERATION};
use crate::{Encode, Encoded, Engine, Kernel, Kind, Marks, Slots, Token};
use uring::squeue::Entry;
use uring::{opcode, squeue};

/// Flags that an encoder must not set. A link would tie the operation to whatever is pushed next; an
/// operation without a completion would never settle; the kernel's barrier would also hold back the
/// engine's cancels and time limits.
const RESERVED: squeue::Flags = squeue::Flags::IO_LINK
    .union(squeue::Flags::IO_HARDLINK)
    .union(squeue::Flags::IO_DRAIN)
    .union(squeue::Flags::SKIP_SUCCESS);

/// Asks the encoder for an entry and checks its flags.
#[inline(always)]
pub(crate) fn encode<E: Encode>(encoder: &mut E, slot: u32, slots: &Slots) -> Result<Encoded, i32> {
    match encoder.encode(slot, slots) {
        Ok(encoded) if encoded.entry.get_flags().intersects(RESERVED) => Err(-libc::EINVAL),
        answer => answer,
    }
}

/// Returns an operation's entry as it is to be pushed: with its token, and handed to a worker if the
/// budget does not allow it to be copied inline. Its memory goes to the slot.
#[inline(always)]
pub(crate) fn complete(
    mut encoded: Encoded,
    token: Token,
    lane: Lane,
    slots: &mut Slots,
    budget: &mut Budget,
) -> Entry {
    encoded.entry.set_user_data(token.user_data());
    if encoded.bytes > 0 && !budget.allows(lane, encoded.bytes) {
        encoded.entry = encoded.entry.flags(squeue::Flags::ASYNC);
    }
    if encoded.payload.is_some() {
        slots.extras_mut(token.slot()).payload = encoded.payload;
    }
    encoded.entry
}

impl<K: Kernel> Engine<K> {
    /// Encodes the chain that begins with `head`, then pushes all of it or, if one member is
    /// refused, none. Returns the entries pushed, or `None` when there is no room for it.
    pub(crate) fn push_chain<E: Encode>(
        &mut self,
        encoder: &mut E,
        head: u32,
        room: usize,
    ) -> Option<usize> {
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

    /// Notes for each member of a chain which one follows it.
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
    fn push(&mut self, slot: u32, encoded: Encoded) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        place.state = State::InKernel;
        let token = Token::new(Kind::Operation, place.generation, slot);
        let lane = Lane::of(place.marks);
        let entry = complete(encoded, token, lane, &mut self.slots, &mut self.budget);
        // SAFETY: the caller counted the room. What the entry points at is in the slot's payload,
        // which lives until the last completion, or is a buffer the embedder keeps as long.
        unsafe { self.kernel.push(&entry) };
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
