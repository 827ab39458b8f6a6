//! A kernel that plays a part: bounded queues, time in ticks, chains, guards, cancels, overflow,
//! errors and forgeries, all of it drawn from one seed. It watches the engine while it plays:
//! memory through the [`Ledger`], entries through its logs.
#![allow(dead_code)] // each test file uses its part

mod complete;
pub mod memory;
mod model;
pub mod order;
pub mod request;
mod submit;
pub mod work;
pub mod world;

use fastrand::Rng;
use memory::Ledger;
use order::Order;
use request::{Chain, Request};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;
use uring::squeue::{Entry, Flags};
use uring_engine::{Completion, Kernel, Kind, Token};

/// `IORING_CQE_F_*`.
const BUFFER: u32 = 1 << 0;
pub const MORE: u32 = 1 << 1;
pub const NOTIFICATION: u32 = 1 << 3;
/// In a notification's result: the data was copied.
const ZC_COPIED: i32 = i32::MIN;

/// Chances are in percent.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub sq_entries: u32,
    pub cq_entries: u32,
    /// The most ticks an enter takes, and an operation.
    pub pace: u64,
    /// Completions show only after an enter (task work).
    pub deferred: bool,
    /// EINTR, EAGAIN, EBUSY or ENOMEM instead of a submit.
    pub error: u32,
    /// A submit that takes a part.
    pub partial: u32,
    /// ... and may cut a chain.
    pub split: bool,
    /// A forged completion beside a genuine one.
    pub forge: u32,
    /// A cancel that misses what is there.
    pub hide: u32,
    /// The enter call that ends the ring, and how.
    pub fatal: Option<(u64, i32)>,
}

impl Plan {
    /// A kernel without faults.
    pub fn calm(sq_entries: u32, cq_entries: u32) -> Plan {
        Plan { sq_entries, cq_entries, ..Plan::default() }
    }
}

/// One entry as it was pushed.
#[derive(Clone, Copy, Debug)]
pub struct Pushed {
    pub user_data: u64,
    pub flags: Flags,
    /// Enters made before it: entries of one chain share the number.
    pub epoch: u64,
}

/// The second completion of a zero-copy send.
struct Notification {
    user_data: u64,
    when: u64,
    copied: bool,
    /// What the kernel still reads, 0 for nothing.
    address: u64,
}

pub struct Fake {
    pub plan: Plan,
    pub ledger: Rc<Ledger>,
    /// Errnos of the next enters; 0 is a normal one.
    pub script: VecDeque<i32>,
    /// Who may be pushed when.
    pub order: Rc<Order>,
    /// Every entry ever pushed.
    pub log: Vec<Pushed>,
    /// The genuine completions of each entry that were popped, oldest first.
    pub popped: HashMap<u64, Vec<(i32, u32)>>,
    /// Pushed, and the last completion not popped: operations and guards.
    pub held: HashSet<u64>,
    pub consumed: u64,
    pub enters: u64,
    pub interrupts: u64,
    pub pops: u64,
    pub forged_pops: u64,
    /// Answers of cancels, for the tests to look at.
    pub answers: Vec<i32>,
    pub lost: u32,
    rng: Rng,
    now: u64,
    sq: Box<[Option<Entry>]>,
    sq_head: u32,
    sq_tail: u32,
    /// With each: whether it is genuine.
    cq: Box<[(Completion, bool)]>,
    cq_head: u32,
    cq_tail: u32,
    overflow: VecDeque<(Completion, bool)>,
    chains: Vec<Chain>,
    /// Zero-copy sends whose notifications are to come.
    notifications: Vec<Notification>,
    memory: HashMap<u64, u64>,
}

impl Fake {
    pub fn new(plan: Plan, seed: u64, ledger: Rc<Ledger>) -> Fake {
        assert!(plan.sq_entries.is_power_of_two() && plan.cq_entries.is_power_of_two());
        let nothing = Completion { user_data: 0, result: 0, flags: 0 };
        let mut rng = Rng::with_seed(seed);
        // the counters of both rings wrap early in every run (R59)
        let (sq_start, cq_start) = (u32::MAX - rng.u32(0..8), u32::MAX - rng.u32(0..8));
        Fake {
            ledger,
            script: VecDeque::new(),
            order: Rc::default(),
            log: Vec::new(),
            popped: HashMap::new(),
            held: HashSet::new(),
            consumed: 0,
            enters: 0,
            interrupts: 0,
            pops: 0,
            forged_pops: 0,
            answers: Vec::new(),
            lost: 0,
            rng,
            now: 0,
            sq: vec![None; plan.sq_entries as usize].into(),
            sq_head: sq_start,
            sq_tail: sq_start,
            cq: vec![(nothing, true); plan.cq_entries as usize].into(),
            cq_head: cq_start,
            cq_tail: cq_start,
            overflow: VecDeque::new(),
            chains: Vec::new(),
            notifications: Vec::new(),
            memory: HashMap::new(),
            plan,
        }
    }

    /// Lets time go by outside of any enter.
    pub fn pass(&mut self, ticks: u64) {
        self.now += ticks;
        if !self.plan.deferred {
            self.run_due();
        }
    }

    /// Puts a completion into the queue that the kernel has no reason for.
    pub fn forge(&mut self, user_data: u64, result: i32, flags: u32) {
        self.post(Completion { user_data, result, flags }, false);
    }

    /// Makes the running operation of `slot` invisible to that many cancels.
    pub fn hide(&mut self, slot: u32, cancels: u32) {
        for chain in &mut self.chains {
            let first = chain.members.front_mut().expect("a chain has members");
            if Token::from_user_data(first.user_data).slot() == slot {
                first.hidden = cancels;
            }
        }
    }

    /// Operations that the kernel has, by the kernel's own account.
    pub fn operations(&self) -> usize {
        let slots: HashSet<u32> =
            self.held.iter().map(|&held| Token::from_user_data(held).slot()).collect();
        slots.len()
    }

    fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.u32(0..100) < percent
    }

    fn sq_length(&self) -> u32 {
        self.sq_tail.wrapping_sub(self.sq_head)
    }

    fn cq_length(&self) -> u32 {
        self.cq_tail.wrapping_sub(self.cq_head)
    }

    fn post(&mut self, completion: Completion, genuine: bool) {
        if !self.overflow.is_empty() || self.cq_length() == self.plan.cq_entries {
            self.overflow.push_back((completion, genuine));
            return;
        }
        self.cq[(self.cq_tail & (self.plan.cq_entries - 1)) as usize] = (completion, genuine);
        self.cq_tail = self.cq_tail.wrapping_add(1);
    }

    fn flush_overflow(&mut self) {
        while self.cq_length() < self.plan.cq_entries {
            let Some((completion, genuine)) = self.overflow.pop_front() else { return };
            let later = std::mem::take(&mut self.overflow);
            self.post(completion, genuine);
            self.overflow = later;
        }
    }

    /// The errno of this enter, if it is to fail.
    fn mishap(&mut self) -> Option<i32> {
        if let Some((call, errno)) = self.plan.fatal {
            if self.enters >= call {
                return Some(errno);
            }
        }
        match self.script.pop_front() {
            Some(0) => None,
            Some(errno) => Some(errno),
            None if self.chance(self.plan.error) => {
                self.rng.choice([libc::EINTR, libc::EAGAIN, libc::EBUSY, libc::ENOMEM])
            }
            None => None,
        }
    }
}

impl Kernel for Fake {
    fn room(&mut self) -> usize {
        (self.plan.sq_entries - self.sq_length()) as usize
    }

    fn capacity(&self) -> usize {
        self.plan.sq_entries as usize
    }

    unsafe fn push(&mut self, entry: &Entry) {
        assert!(self.room() > 0, "pushed without room");
        let user_data = entry.get_user_data();
        let flags = entry.get_flags();
        self.log.push(Pushed { user_data, flags, epoch: self.enters });
        let request = entry.as_raw();
        let kind = Token::from_user_data(user_data).kind();
        if kind == Kind::Operation {
            self.order.pushed(user_data);
        }
        if matches!(kind, Kind::Operation | Kind::Guard) {
            assert!(self.held.insert(user_data), "two entries of one token");
            let code = request.opcode;
            if code == uring::opcode::Read::CODE || code == uring::opcode::Write::CODE {
                self.ledger.pushed(request.addr);
                self.memory.insert(user_data, request.addr);
            }
        }
        self.sq[(self.sq_tail & (self.plan.sq_entries - 1)) as usize] = Some(entry.clone());
        self.sq_tail = self.sq_tail.wrapping_add(1);
    }

    fn unsubmitted(&mut self) -> usize {
        self.sq_length() as usize
    }

    fn enter(&mut self) -> Result<usize, i32> {
        self.enters += 1;
        self.now += self.rng.u64(0..=self.plan.pace);
        if let Some(errno) = self.mishap() {
            self.interrupts += u64::from(errno == libc::EINTR);
            return Err(errno);
        }
        self.flush_overflow();
        let consumed = self.submit();
        self.run_due();
        self.consumed += consumed as u64;
        Ok(consumed)
    }

    fn needs_enter(&mut self) -> bool {
        !self.overflow.is_empty() || (self.plan.deferred && self.next_due().is_some())
    }

    fn has_completions(&mut self) -> bool {
        self.cq_length() > 0
    }

    fn pop(&mut self) -> Option<Completion> {
        if self.cq_length() == 0 {
            return None;
        }
        let (completion, genuine) = self.cq[(self.cq_head & (self.plan.cq_entries - 1)) as usize];
        self.cq_head = self.cq_head.wrapping_add(1);
        self.pops += 1;
        self.forged_pops += u64::from(!genuine);
        let user_data = completion.user_data;
        if genuine {
            let popped = self.popped.entry(user_data).or_default();
            popped.push((completion.result, completion.flags));
        }
        if genuine && completion.flags & MORE == 0 {
            self.held.remove(&user_data);
            if let Some(address) = self.memory.remove(&user_data) {
                self.ledger.returned(address);
            }
        }
        Some(completion)
    }

    fn dropped(&mut self) -> u32 {
        self.lost
    }

    /// A tick is a nanosecond.
    fn now(&mut self) -> Duration {
        Duration::from_nanos(self.now)
    }

    fn wait(&mut self, _timeout: Duration) {
        let ticks = self.rng.u64(1..=20);
        self.pass(ticks);
    }
}

/// The request under way in a chain.
fn head(chain: &Chain) -> &Request {
    chain.members.front().expect("a chain without members is removed")
}
