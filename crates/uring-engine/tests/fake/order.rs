//! Who may be pushed when: the rule of barriers, checked at every push. A barrier is pushed when
//! all groups staged before it are settled; no group staged after it is pushed before it is settled.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// Operations that were staged together.
struct Group {
    /// Its operations that have not settled.
    live: usize,
    barrier: bool,
    /// One of its operations has been pushed.
    pushed: bool,
    /// It is a barrier that a later operation has passed: it must have been refused.
    passed: bool,
}

#[derive(Default)]
struct State {
    group_of: HashMap<u64, usize>,
    /// Groups that have not settled, by number: the order of staging.
    groups: BTreeMap<usize, Group>,
}

/// The groups of one run.
#[derive(Default)]
pub struct Order(RefCell<State>);

impl Order {
    /// Group `number` has been staged.
    pub fn staged(&self, number: usize, tokens: &[u64], barrier: bool) {
        let mut state = self.0.borrow_mut();
        state.group_of.extend(tokens.iter().map(|&token| (token, number)));
        state
            .groups
            .insert(number, Group { live: tokens.len(), barrier, pushed: false, passed: false });
    }

    /// An operation has had its last row.
    pub fn settled(&self, token: u64) {
        let mut state = self.0.borrow_mut();
        let Some(&number) = state.group_of.get(&token) else { return };
        let Some(group) = state.groups.get_mut(&number) else { return };
        group.live -= 1;
        if group.live == 0 {
            state.groups.remove(&number);
        }
    }

    /// An operation goes into the submission queue.
    pub fn pushed(&self, token: u64) {
        let mut state = self.0.borrow_mut();
        // one that is pushed while it is staged is not known yet: it is the newest
        let number = state.group_of.get(&token).copied().unwrap_or(usize::MAX);
        let own = state.groups.get_mut(&number);
        let barrier = own.as_ref().is_some_and(|group| group.barrier);
        if let Some(group) = own {
            assert!(!group.passed, "barrier {number} is pushed behind a later operation");
            group.pushed = true;
        }
        for (earlier, group) in state.groups.range_mut(..number) {
            assert!(!barrier, "barrier {number} is pushed before {earlier} is over");
            if group.barrier {
                assert!(!group.pushed, "{number} is pushed before barrier {earlier} is over");
                group.passed = true;
            }
        }
    }

    /// True while a barrier has not settled.
    pub fn has_barrier(&self) -> bool {
        self.0.borrow().groups.values().any(|group| group.barrier)
    }
}
