//! Submission queue to requests: chains are built here, and end where the submit ends.

use super::request::{Act, Behaviour, Chain, Request};
use super::{Fake, NOTIFICATION};
use libc::{ECANCELED, EINVAL, EIO, ETIME};
use std::collections::VecDeque;

impl Fake {
    /// Consumes all entries, or a part of them, and returns how many.
    pub(super) fn submit(&mut self) -> usize {
        let count = self.taken();
        let mut building: VecDeque<Request> = VecDeque::new();
        for _ in 0..count {
            let index = (self.sq_head & (self.plan.sq_entries - 1)) as usize;
            let entry = self.sq[index].take().expect("the queue has as many");
            self.sq_head = self.sq_head.wrapping_add(1);
            let request = Request::new(&entry);
            let linked = request.linked();
            building.push_back(request);
            if !linked {
                self.begin(std::mem::take(&mut building));
            }
        }
        if !building.is_empty() {
            self.begin(building);
        }
        count as usize
    }

    /// How many entries this submit takes.
    fn taken(&mut self) -> u32 {
        let all = self.sq_length();
        if all == 0 || !self.chance(self.plan.partial) {
            return all;
        }
        let mut count = self.rng.u32(0..all);
        while !self.plan.split && count > 0 && self.linked_at(count - 1) {
            count -= 1;
        }
        if self.rng.bool() {
            // what stopped it stops the next one, too
            self.script.push_front(libc::EAGAIN);
        }
        count
    }

    fn linked_at(&self, offset: u32) -> bool {
        let index = self.sq_head.wrapping_add(offset) & (self.plan.sq_entries - 1);
        self.sq[index as usize].as_ref().is_some_and(|entry| Request::new(entry).linked())
    }

    /// A whole chain, or what this submit has of it.
    fn begin(&mut self, members: VecDeque<Request>) {
        let first = members.front().expect("not empty");
        match first.act {
            Act::Guard(_) => {
                // a guard that guards nothing fails, and takes its chain along
                for (index, member) in members.iter().enumerate() {
                    let result = if index == 0 { -EINVAL } else { -ECANCELED };
                    self.post_last(member.user_data, result);
                }
            }
            _ => {
                self.chains.push(Chain { members, guard: None });
                self.start(self.chains.len() - 1);
            }
        }
    }

    /// Starts the first member of a chain, and arms its guard.
    pub(super) fn start(&mut self, index: usize) {
        let now = self.now;
        match super::head(&self.chains[index]).act {
            Act::Cancel(target) => {
                let answer = self.cancel(target);
                self.answers.push(answer);
                self.chains[index].members[0].due = Some((now, answer));
                return;
            }
            Act::Alarm(when) => {
                self.chains[index].members[0].due = Some((now.max(when), -ETIME));
                return;
            }
            Act::Timeout(ticks) => {
                self.chains[index].members[0].due = Some((now + ticks, -ETIME));
                return;
            }
            _ => {}
        }
        let delay = self.rng.u64(0..=self.plan.pace * 2);
        let hidden = if self.chance(self.plan.hide) { self.rng.u32(1..4) } else { 0 };
        let (kind, part, extra) = (self.rng.u32(0..10), self.rng.u32(0..100), self.rng.u32(1..4));
        let chain = &mut self.chains[index];
        if let Some(Act::Guard(limit)) = chain.members.get(1).map(|next| next.act) {
            chain.guard = chain.members.remove(1).map(|guard| (guard, now + limit));
        }
        let request = chain.members.front_mut().expect("a chain has members");
        request.hidden = hidden;
        let (user_data, behaviour) = (request.user_data, request.behaviour);
        let short = match request.whole() {
            0 => 0,
            whole => (part as i32) % whole,
        };
        let whole = request.whole();
        request.due = match request.behaviour {
            Behaviour::Inline => Some((now, whole)),
            Behaviour::Late => Some((now + 1 + delay, whole)),
            Behaviour::Short => Some((now + delay, short)),
            Behaviour::Fails => Some((now + delay, -EIO)),
            Behaviour::Stubborn => Some((now + 20 + delay * 4, whole)),
            Behaviour::Multi | Behaviour::Unbuffered => {
                request.more = extra;
                Some((now + delay, whole))
            }
            Behaviour::ZeroCopy => match kind {
                0 => Some((now + delay, -EIO)),
                1..=3 => None, // waits for the other end; a cancel is heard
                _ => Some((now + delay, whole)),
            },
            Behaviour::Ordinary => match kind {
                0 => Some((now + delay, -EIO)),
                1 => Some((now + delay, short)),
                2..=4 => Some((now, whole)),
                _ => Some((now + delay, whole)),
            },
            Behaviour::Blocks | Behaviour::Interrupted | Behaviour::Escapes | Behaviour::Never => {
                None
            }
        };
        if behaviour != Behaviour::ZeroCopy && self.chance(self.plan.forge) {
            // a notification of what has not been sent
            self.forge(user_data, 0, NOTIFICATION);
        }
    }
}
