//! Time limits where the kernel reads them: one place for each slot, in segments that never move,
//! so that a guard costs no allocation of its own. The memory is freed, or leaked, with the table
//! of operations.

use std::cell::UnsafeCell;
use std::time::Duration;
use uring::types::Timespec;

/// Slots of a segment. A segment is allocated when one of its slots is first used.
const SEGMENT: usize = 512;

type Segment = Box<[UnsafeCell<Timespec>]>;

/// The time limits of all slots.
#[derive(Default)]
pub(crate) struct Guards(Vec<Option<Segment>>);

impl Guards {
    /// Stores the limit of `slot` and returns its address, which stays valid as long as `self`.
    /// The kernel must be through with what it was told before.
    pub fn set(&mut self, slot: u32, limit: Duration) -> *const Timespec {
        let (segment, place) = (slot as usize / SEGMENT, slot as usize % SEGMENT);
        if segment >= self.0.len() {
            self.0.resize_with(segment + 1, || None);
        }
        let places = self.0[segment].get_or_insert_with(|| {
            (0..SEGMENT).map(|_| UnsafeCell::new(Timespec::new())).collect()
        });
        let guard = places[place].get();
        // SAFETY: a place of ours; the kernel reads a limit only while it takes the entry, and the
        // slot's previous entry has long been taken.
        unsafe { guard.write(Timespec::from(limit)) };
        guard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stays_where_it_is_while_others_come() {
        let mut guards = Guards::default();
        let first = guards.set(3, Duration::from_nanos(7));
        let far = guards.set(100_000, Duration::from_secs(2));
        for slot in 4..5_000 {
            guards.set(slot, Duration::ZERO);
        }
        // SAFETY: both places live as long as `guards`.
        let (first_limit, far_limit) = unsafe { (*first, *far) };
        assert_eq!(first_limit, Timespec::new().nsec(7));
        assert_eq!(far_limit, Timespec::new().sec(2));
        assert_eq!(guards.set(3, Duration::ZERO), first, "a slot has one place");
    }
}
