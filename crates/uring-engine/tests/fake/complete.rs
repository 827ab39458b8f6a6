//! Requests to completions: what is due, what a guard or a cancel does, how a chain goes on.

use super::request::{Act, Behaviour, Request};
use super::{head, Fake, Notification, BUFFER, MORE, NOTIFICATION, ZC_COPIED};
use libc::{EALREADY, ECANCELED, EINTR, ENOBUFS, ENOENT, ETIME};
use uring_engine::{Completion, Kind, Token};

/// Something that is to happen to the first member of a chain.
#[derive(Clone, Copy)]
pub(super) enum Due {
    Operation(usize, i32),
    Guard(usize),
    Notification(usize),
}

impl Fake {
    /// One of the things that are due, any.
    pub(super) fn next_due(&mut self) -> Option<Due> {
        let now = self.now;
        let mut due = Vec::new();
        for (index, chain) in self.chains.iter().enumerate() {
            if let Some((_, result)) = head(chain).due.filter(|(when, _)| *when <= now) {
                due.push(Due::Operation(index, result));
            }
            if chain.guard.as_ref().is_some_and(|(_, when)| *when <= now) {
                due.push(Due::Guard(index));
            }
        }
        let sent = self.notifications.iter().enumerate();
        let sent = sent.filter(|(_, sent)| sent.when <= now);
        due.extend(sent.map(|(index, _)| Due::Notification(index)));
        self.rng.choice(due)
    }

    /// Completes everything that is due, in any order.
    pub(super) fn run_due(&mut self) {
        while let Some(due) = self.next_due() {
            match due {
                Due::Operation(index, result) => self.complete(index, result),
                Due::Guard(index) => self.strike(index),
                Due::Notification(index) => self.notify(index),
            }
        }
    }

    /// The answer of an `ASYNC_CANCEL`. Only what has been started is found.
    pub(super) fn cancel(&mut self, target: u64) -> i32 {
        let (now, delay) = (self.now, self.rng.u64(0..=self.plan.pace));
        let found = |index: &usize| head(&self.chains[*index]).user_data == target;
        let Some(index) = (0..self.chains.len()).find(found) else { return -ENOENT };
        let request = self.chains[index].members.front_mut().expect("found by its first");
        if request.hidden > 0 {
            request.hidden -= 1;
            return -ENOENT;
        }
        stop(request, now + delay)
    }

    /// A guard's time is up.
    fn strike(&mut self, index: usize) {
        let now = self.now;
        let Some((guard, _)) = self.chains[index].guard.take() else { return };
        let request = self.chains[index].members.front_mut().expect("a chain has members");
        let answer = match stop(request, now) {
            0 => -ETIME,
            // the kernel says one or the other about a request that a worker runs
            _ if self.rng.bool() => -ENOENT,
            answer => answer,
        };
        self.post_last(guard.user_data, answer);
    }

    /// The first member of a chain has a result.
    fn complete(&mut self, index: usize, result: i32) {
        let now = self.now;
        let value = self.rng.u8(128..200);
        let pause = self.rng.u64(0..=self.plan.pace);
        let request = self.chains[index].members.front_mut().expect("a chain has members");
        if result > 0 {
            match request.act {
                Act::Read => self.ledger.kernel_writes(request.address, result as usize, value),
                Act::Write => self.ledger.kernel_reads(request.address),
                _ => {}
            }
        }
        if request.more > 0 && result >= 0 {
            request.more -= 1;
            let out = request.behaviour == Behaviour::Unbuffered && request.more == 0;
            request.due = Some((now + pause, if out { -ENOBUFS } else { result }));
            let user_data = request.user_data;
            let flags = MORE | BUFFER | self.rng.u32(0..1 << 16) << 16;
            self.post(Completion { user_data, result, flags }, true);
            return;
        }
        let Some(request) = self.chains[index].members.pop_front() else { return };
        let guard = self.chains[index].guard.take();
        let guard_first = self.rng.bool();
        match guard {
            Some((guard, _)) if guard_first => {
                self.post_last(guard.user_data, -ECANCELED);
                self.post_result(&request, result);
            }
            Some((guard, _)) => {
                self.post_result(&request, result);
                self.post_last(guard.user_data, -ECANCELED);
            }
            None => self.post_result(&request, result),
        }
        self.go_on(index, &request, result);
    }

    /// Posts the result of a request that the kernel is done with. A zero-copy send may still have
    /// a notification to come, also when it has failed.
    fn post_result(&mut self, request: &Request, result: i32) {
        let user_data = request.user_data;
        let notifies = request.behaviour == Behaviour::ZeroCopy
            && self.rng.u8(0..4) < if result >= 0 { 3 } else { 1 };
        if !notifies {
            return self.post_last(user_data, result);
        }
        self.post(Completion { user_data, result, flags: MORE }, true);
        if self.chance(self.plan.forge) {
            self.forge(user_data, 0, MORE | NOTIFICATION);
        }
        // soon, or when all else is long over
        let delay = self.rng.u64(0..=self.plan.pace) * if self.rng.bool() { 1 } else { 40 };
        self.notifications.push(Notification {
            user_data,
            when: self.now + delay,
            copied: self.rng.bool(),
            address: if request.act == Act::Write { request.address } else { 0 },
        });
    }

    /// The kernel no longer reads the memory of a zero-copy send.
    fn notify(&mut self, index: usize) {
        let sent = self.notifications.swap_remove(index);
        if sent.address != 0 {
            self.ledger.kernel_reads(sent.address);
        }
        let result = if sent.copied { ZC_COPIED } else { 0 };
        self.post_last_with(sent.user_data, result, NOTIFICATION);
    }

    /// The rest of a chain: started, or cancelled.
    fn go_on(&mut self, index: usize, done: &Request, result: i32) {
        if self.chains[index].members.is_empty() {
            self.chains.swap_remove(index);
        } else if done.failed(result) && !done.hard() {
            let chain = self.chains.swap_remove(index);
            for member in chain.members {
                self.post_last(member.user_data, -ECANCELED);
            }
        } else {
            self.start(index);
        }
    }

    /// Posts an entry's last completion, and perhaps a forged one beside it.
    pub(super) fn post_last(&mut self, user_data: u64, result: i32) {
        self.post_last_with(user_data, result, 0);
    }

    fn post_last_with(&mut self, user_data: u64, result: i32, flags: u32) {
        self.post(Completion { user_data, result, flags }, true);
        let token = Token::from_user_data(user_data);
        if token.kind() == Kind::Cancel || !self.chance(self.plan.forge) {
            return;
        }
        let stranger = Token::new(Kind::Operation, self.rng.u32(1 << 25..1 << 30), token.slot());
        let (forged, flags) = match self.rng.u32(0..8) {
            0 => (user_data, 0),
            1 => (user_data, MORE),
            6 => (user_data, NOTIFICATION),
            7 => (user_data, MORE | NOTIFICATION),
            2 => (stranger.user_data(), 0),
            3 => (stranger.with_kind(Kind::Guard).user_data(), 0),
            4 => (Token::new(Kind::Operation, 0, u32::MAX - 3).user_data(), 0),
            _ => (u64::MAX - self.rng.u64(0..1000), 0),
        };
        self.forge(forged, 77, flags);
    }
}

/// Tells a running request to stop. Returns the result of the cancel.
fn stop(request: &mut Request, when: u64) -> i32 {
    let stopping = request.due.is_some_and(|(_, result)| [-ECANCELED, -EINTR].contains(&result));
    match request.behaviour {
        Behaviour::Never | Behaviour::Stubborn => -EALREADY,
        _ if stopping => -EALREADY,
        Behaviour::Escapes => {
            request.due = request.due.or(Some((when, request.whole())));
            0
        }
        Behaviour::Interrupted => {
            request.due = Some((when, -EINTR));
            -EALREADY
        }
        _ => {
            request.more = 0;
            request.due = Some((when, -ECANCELED));
            0
        }
    }
}
