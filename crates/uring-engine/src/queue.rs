//! Queues of slots. A slot is in one queue at most, so the links are kept in one array beside the
//! table of operations: joining and leaving a queue, also from its middle, takes constant time and
//! no memory.

/// Stands for "no slot" in a link.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Link {
    previous: u32,
    next: u32,
}

/// The neighbours of each slot in the queue it is in.
#[derive(Default)]
pub(crate) struct Links(Vec<Link>);

impl Links {
    /// Makes room for `slots` slots.
    pub fn grow(&mut self, slots: usize) {
        if slots > self.0.len() {
            self.0.resize(slots, Link { previous: NONE, next: NONE });
        }
    }

    /// The slot before `slot` in its queue.
    #[inline]
    pub fn previous(&self, slot: u32) -> Option<u32> {
        some(self.0[slot as usize].previous)
    }

    /// The slot after `slot` in its queue.
    #[inline]
    pub fn next(&self, slot: u32) -> Option<u32> {
        some(self.0[slot as usize].next)
    }
}

/// A queue, oldest slot first.
pub(crate) struct Queue {
    first: u32,
    last: u32,
    length: usize,
}

impl Queue {
    pub const fn new() -> Queue {
        Queue { first: NONE, last: NONE, length: 0 }
    }

    /// How many slots are in it.
    #[inline]
    pub fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The oldest slot.
    #[inline]
    pub fn first(&self) -> Option<u32> {
        some(self.first)
    }

    /// Adds `slot`, which is in no queue, at the end.
    #[inline]
    pub fn push(&mut self, links: &mut Links, slot: u32) {
        links.0[slot as usize] = Link { previous: self.last, next: NONE };
        match some(self.last) {
            Some(last) => links.0[last as usize].next = slot,
            None => self.first = slot,
        }
        self.last = slot;
        self.length += 1;
    }

    /// Takes `slot`, which is in this queue, out of it.
    #[inline]
    pub fn remove(&mut self, links: &mut Links, slot: u32) {
        let Link { previous, next } = links.0[slot as usize];
        match some(previous) {
            Some(previous) => links.0[previous as usize].next = next,
            None => self.first = next,
        }
        match some(next) {
            Some(next) => links.0[next as usize].previous = previous,
            None => self.last = previous,
        }
        self.length -= 1;
    }
}

#[inline]
fn some(slot: u32) -> Option<u32> {
    (slot != NONE).then_some(slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(queue: &Queue, links: &Links) -> Vec<u32> {
        let slots: Vec<u32> =
            std::iter::successors(queue.first(), |&slot| links.next(slot)).collect();
        assert_eq!(slots.len(), queue.len());
        for pair in slots.windows(2) {
            assert_eq!(links.previous(pair[1]), Some(pair[0]));
        }
        slots
    }

    #[test]
    fn a_slot_leaves_from_the_front_the_middle_and_the_end() {
        let (mut queue, mut links) = (Queue::new(), Links::default());
        links.grow(6);
        (0..6).for_each(|slot| queue.push(&mut links, slot));
        for (gone, left) in [(0, vec![1, 2, 3, 4, 5]), (3, vec![1, 2, 4, 5]), (5, vec![1, 2, 4])] {
            queue.remove(&mut links, gone);
            assert_eq!(all(&queue, &links), left);
        }
        queue.push(&mut links, 3);
        assert_eq!(all(&queue, &links), [1, 2, 4, 3], "it comes back at the end");
        for slot in [2, 1, 3, 4] {
            queue.remove(&mut links, slot);
        }
        assert!(queue.is_empty() && queue.first().is_none());
        queue.push(&mut links, 0);
        assert_eq!(all(&queue, &links), [0]);
    }
}
