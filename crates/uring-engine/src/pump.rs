//! Backlog to submission queue: encode the oldest operations and push their entries, whole chains
//! at a time, for as long as there is room. A chain is never split over two submits: the kernel
//! ends a chain where a submit ends.

use crate::slots::State;
use crate::{Encode, Encoded, Engine, Kernel, Kind, Marks, Token};
use uring::{opcode, squeue};

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
                match encoder.encode(slot, &self.slots) {
                    Ok(encoded) => {
                        self.push(slot, encoded);
                        room -= 1;
                    }
                    Err(errno) => self.refused.push_back((slot, errno)),
                }
            } else {
                let (members, entries) = self.chain_at_front();
                if entries > room && entries <= self.kernel.capacity() {
                    return;
                }
                let fits = entries <= self.kernel.capacity();
                room -= self.pump_chain(encoder, members, fits);
            }
        }
    }

    /// How many operations at the front belong together, and the entries they take.
    fn chain_at_front(&self) -> (usize, usize) {
        let mut entries = 0;
        for (index, &slot) in self.backlog.iter().enumerate() {
            let Some(place) = self.slots.get(slot) else { continue };
            entries += place.entries();
            if !place.marks.has(Marks::CHAINED) {
                return (index + 1, entries);
            }
        }
        // the last one staged is linked to nothing: a chain of what there is
        (self.backlog.len(), entries)
    }

    /// Encodes a chain, then pushes all of it or, if one member is refused, none. Gives the
    /// entries pushed.
    fn pump_chain<E: Encode>(&mut self, encoder: &mut E, members: usize, fits: bool) -> usize {
        let mut chain = std::mem::take(&mut self.chain);
        let mut refusal = (!fits).then_some((usize::MAX, -libc::E2BIG));
        for index in 0..members {
            let slot = self.backlog[index];
            let cancelled =
                self.slots.get(slot).is_some_and(|place| place.marks.has(Marks::CANCELLED));
            let encoded = match cancelled {
                true => Err(-libc::ECANCELED),
                false => encoder.encode(slot, &self.slots),
            };
            match encoded {
                Ok(encoded) => chain.push((slot, encoded)),
                Err(errno) => refusal = refusal.or(Some((index, errno))),
            }
        }
        let entries = match refusal {
            None => {
                self.backlog.drain(..members);
                let last = members - 1;
                let pushed = chain.drain(..).enumerate();
                pushed
                    .map(|(index, (slot, encoded))| self.push_member(slot, encoded, index == last))
                    .sum()
            }
            Some((culprit, errno)) => {
                chain.clear();
                for index in 0..members {
                    let slot = self.backlog.pop_front().expect("counted above");
                    let alone = culprit == usize::MAX || index == culprit;
                    self.refused.push_back((slot, if alone { errno } else { -libc::ECANCELED }));
                }
                0
            }
        };
        self.chain = chain;
        entries
    }

    /// Pushes a plain operation.
    #[inline]
    fn push(&mut self, slot: u32, encoded: Encoded) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        place.state = State::InKernel;
        place.outstanding = 1;
        let token = Token::new(Kind::Operation, place.generation, slot);
        let entry = encoded.entry.user_data(token.user_data());
        if encoded.payload.is_some() {
            place.payload = encoded.payload;
        }
        // SAFETY: the caller counted the room. What the entry points at is in the slot's payload,
        // which lives until the last completion, or is a buffer the embedder keeps as long.
        unsafe { self.kernel.push(&entry) };
    }

    /// Pushes an operation with its links and its guard; gives the entries it took.
    fn push_member(&mut self, slot: u32, encoded: Encoded, last: bool) -> usize {
        let Some(place) = self.slots.get_mut(slot) else { return 0 };
        let link = match place.marks {
            _ if last => squeue::Flags::empty(),
            marks if marks.has(Marks::HARDLINK) => squeue::Flags::IO_HARDLINK,
            _ => squeue::Flags::IO_LINK,
        };
        let Some(limit) = encoded.guard else {
            let entry = encoded.entry.clone().flags(link);
            self.push(slot, Encoded { entry, ..encoded });
            return 1;
        };
        let guard = Box::new(limit);
        let token = Token::new(Kind::Guard, place.generation, slot);
        let timeout = opcode::LinkTimeout::new(&*guard).build();
        let timeout = timeout.flags(link).user_data(token.user_data());
        place.guard = Some(guard);
        // the guard must directly follow an entry that is linked to it
        let tie = if link.is_empty() { squeue::Flags::IO_LINK } else { link };
        let entry = encoded.entry.clone().flags(tie);
        self.push(slot, Encoded { entry, ..encoded });
        if let Some(place) = self.slots.get_mut(slot) {
            place.outstanding = 2;
        }
        // SAFETY: the caller counted the room for both; the timespec is boxed in the slot.
        unsafe { self.kernel.push(&timeout) };
        2
    }
}
