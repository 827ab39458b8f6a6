//! Queues of slots. A slot is in one queue at most, so the links are kept in one array beside the
//! table of operations: joining and leaving a queue, also from its middle, takes constant time and
//! no memory.

/// The neighbours of a slot in its queue. `previous` of a queue's first slot and `next` of its last
/// have no meaning.
#[derive(Clone, Copy, Default)]
struct Link {
    previous: u32,
    next: u32,
}

/// The links of every slot.
#[derive(Default)]
pub(crate) struct Links(Vec<Link>);

impl Links {
    /// Makes room for `slots` slots.
    pub fn grow(&mut self, slots: usize) {
        if slots > self.0.len() {
            self.0.resize(slots, Link::default());
        }
    }
}

/// A queue, oldest slot first.
#[derive(Default)]
pub(crate) struct Queue {
    first: u32,
    last: u32,
    length: usize,
}

impl Queue {
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the oldest slot.
    #[inline(always)]
    pub fn first(&self) -> Option<u32> {
        (self.length > 0).then_some(self.first)
    }

    /// Returns the slot before `slot`, which is in this queue.
    #[inline]
    pub fn previous(&self, links: &Links, slot: u32) -> Option<u32> {
        (slot != self.first).then(|| links.0[slot as usize].previous)
    }

    /// Returns the slot after `slot`, which is in this queue.
    #[inline]
    pub fn next(&self, links: &Links, slot: u32) -> Option<u32> {
        (slot != self.last).then(|| links.0[slot as usize].next)
    }

    /// Adds `slot`, which is in no queue, at the end.
    #[inline(always)]
    pub fn push(&mut self, links: &mut Links, slot: u32) {
        if self.length == 0 {
            self.first = slot;
        } else {
            links.0[self.last as usize].next = slot;
            links.0[slot as usize].previous = self.last;
        }
        self.last = slot;
        self.length += 1;
    }

    /// Takes the oldest slot, which there must be, out of the queue.
    #[inline(always)]
    pub fn pop(&mut self, links: &Links) {
        self.first = links.0[self.first as usize].next;
        self.length -= 1;
    }

    /// Takes `slot`, which is in this queue, out of it.
    pub fn remove(&mut self, links: &mut Links, slot: u32) {
        let Link { previous, next } = links.0[slot as usize];
        match (slot == self.first, slot == self.last) {
            (true, true) => {}
            (true, false) => self.first = next,
            (false, true) => self.last = previous,
            (false, false) => {
                links.0[previous as usize].next = next;
                links.0[next as usize].previous = previous;
            }
        }
        self.length -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(queue: &Queue, links: &Links) -> Vec<u32> {
        let next = |slot: &u32| queue.next(links, *slot);
        let slots: Vec<u32> = std::iter::successors(queue.first(), next).collect();
        assert_eq!(slots.len(), queue.length);
        assert_eq!(slots.first().and_then(|&first| queue.previous(links, first)), None);
        for pair in slots.windows(2) {
            assert_eq!(queue.previous(links, pair[1]), Some(pair[0]));
        }
        slots
    }

    #[test]
    fn a_slot_leaves_from_the_front_the_middle_and_the_end() {
        let (mut queue, mut links) = (Queue::default(), Links::default());
        links.grow(6);
        (0..6).for_each(|slot| queue.push(&mut links, slot));
        for (gone, left) in [(0, vec![1, 2, 3, 4, 5]), (3, vec![1, 2, 4, 5]), (5, vec![1, 2, 4])] {
            queue.remove(&mut links, gone);
            assert_eq!(all(&queue, &links), left);
        }
        queue.push(&mut links, 3);
        queue.pop(&links);
        queue.push(&mut links, 1);
        assert_eq!(all(&queue, &links), [2, 4, 3, 1], "they come back at the end");
        for slot in [2, 1, 3, 4] {
            queue.remove(&mut links, slot);
        }
        assert!(queue.is_empty() && queue.first().is_none());
        queue.push(&mut links, 0);
        assert_eq!(all(&queue, &links), [0]);
    }
}
