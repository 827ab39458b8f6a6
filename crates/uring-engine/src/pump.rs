//! Backlog to submission queue: encode the oldest operations and push their entries, whole chains
//! at a time, for as long as there is room. A chain is never split over two submits by us: the
//! kernel ends a chain where a submit ends. (It may stop a submit in the middle of one when it has
//! no memory for a request; then both parts run, each as a chain of its own.)

use crate::slots::{State, GUARD, OPERATION};
use crate::{Encode, Encoded, Engine, Kernel, Kind, Marks, Slots, Token};
use uring::types::Timespec;
use uring::{opcode, squeue};

/// Flags that are not the encoder's: a link it sets would tie the operation to a stranger, and
/// one that completes in silence would never settle.
const RESERVED: squeue::Flags = squeue::Flags::IO_LINK
    .union(squeue::Flags::IO_HARDLINK)
    .union(squeue::Flags::IO_DRAIN)
    .union(squeue::Flags::SKIP_SUCCESS);

/// What stands at the front of the backlog.
struct Chain {
    members: usize,
    /// What they take in the submission queue, guards included.
    entries: usize,
    /// One of them is to be cancelled, and with it all.
    cancelled: bool,
}

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
    pub(crate) fn pump<E: Encode>(&mut self, encoder: &mut E) {
        if !self.cancels.is_empty() {
            self.push_cancels();
        }
        let mut room = self.kernel.room();
        while let Some(&slot) = self.backlog.front() {
            let marks = self.slots.get(slot).map_or(Marks::NONE, |place| place.marks);
            if marks == Marks::NONE {
                if room == 0 {
                    return;
                }
                self.backlog.pop_front();
                room -= self.push_plain(encoder, slot);
                continue;
            }
            let chain = self.chain_at_front();
            if chain.cancelled {
                self.refuse_front(chain.members, |_| -libc::ECANCELED);
            } else if chain.entries > self.kernel.capacity() {
                self.refuse_front(chain.members, |_| -libc::E2BIG);
            } else if chain.entries > room {
                return;
            } else {
                room -= self.pump_chain(encoder, chain.members);
            }
        }
    }

    /// The operations at the front that belong together.
    fn chain_at_front(&self) -> Chain {
        let mut chain = Chain { members: 0, entries: 0, cancelled: false };
        for &slot in &self.backlog {
            let Some(place) = self.slots.get(slot) else { continue };
            chain.members += 1;
            chain.entries += place.entries();
            chain.cancelled |= place.marks.has(Marks::CANCELLED);
            if !place.marks.has(Marks::CHAINED) {
                break;
            }
        }
        // where the last one staged is linked to nothing: a chain of what there is
        chain
    }

    /// Settles the oldest operations without the kernel, which needs no room.
    fn refuse_front(&mut self, members: usize, errno: impl Fn(usize) -> i32) {
        let refused = self.backlog.drain(..members).enumerate();
        self.refused.extend(refused.map(|(index, slot)| (slot, errno(index))));
    }

    /// Encodes a chain, then pushes all of it or, if one member is refused, none. Gives the
    /// entries pushed.
    fn pump_chain<E: Encode>(&mut self, encoder: &mut E, members: usize) -> usize {
        let mut chain = std::mem::take(&mut self.chain);
        for index in 0..members {
            let slot = self.backlog[index];
            match encode(encoder, slot, &self.slots) {
                Ok(encoded) => chain.push((slot, encoded)),
                Err(errno) => {
                    let other = -libc::ECANCELED;
                    self.refuse_front(members, |at| if at == index { errno } else { other });
                    chain.clear();
                    break;
                }
            }
        }
        if !chain.is_empty() {
            self.backlog.drain(..members);
            self.tie(&chain);
        }
        let last = chain.len().saturating_sub(1);
        let pushed = chain.drain(..).enumerate();
        let entries = pushed
            .map(|(index, (slot, encoded))| self.push_member(encoder, slot, encoded, index == last))
            .sum();
        self.chain = chain;
        entries
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

    /// Encodes and pushes an operation that has no marks, or refuses it; gives the entries pushed.
    #[inline(always)]
    pub(crate) fn push_plain<E: Encode>(&mut self, encoder: &mut E, slot: u32) -> usize {
        match encode(encoder, slot, &self.slots) {
            Ok(encoded) => {
                self.push(slot, encoded);
                1
            }
            Err(errno) => {
                self.refused.push_back((slot, errno));
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
        if encoded.payload.is_some() {
            self.slots.extras_mut(slot).payload = encoded.payload;
        }
        // SAFETY: the caller counted the room. What the entry points at is in the slot's payload,
        // which lives until the last completion, or is a buffer the embedder keeps as long.
        unsafe { self.kernel.push(&encoded.entry) };
    }

    /// Pushes an operation with its links and its guard; gives the entries it took.
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
        let guard = Box::new(Timespec::from(encoder.limit(slot)));
        let token = Token::new(Kind::Guard, place.generation, slot);
        let timeout = opcode::LinkTimeout::new(&*guard).build();
        let timeout = timeout.flags(link).user_data(token.user_data());
        self.slots.extras_mut(slot).guard = Some(guard);
        // the guard must directly follow an entry that is linked to it
        let tie = if link.is_empty() { squeue::Flags::IO_LINK } else { link };
        let entry = encoded.entry.clone().flags(tie);
        self.push(slot, Encoded { entry, ..encoded });
        if let Some(place) = self.slots.get_mut(slot) {
            place.outstanding = OPERATION | GUARD;
        }
        // SAFETY: the caller counted the room for both; the timespec is boxed in the slot.
        unsafe { self.kernel.push(&timeout) };
        2
    }
}
