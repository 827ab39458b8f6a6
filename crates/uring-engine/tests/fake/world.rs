//! An engine on the fake kernel beside a model of it: what was staged, what must come of it. Every
//! step ends with the accounts being compared.

use super::memory::Ledger;
use super::order::Order;
use super::request::Act;
use super::work::{Work, Works};
use super::{Fake, Plan, Pushed};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;
use uring::squeue::Flags;
use uring_engine::{Counts, Engine, Kernel, Kind, Marks, Settled, StageError, Token, Turn};

/// An operation by the model's account.
#[derive(Clone, Copy)]
pub(super) struct Op {
    pub token: Token,
    pub work: Work,
    pub cancelled: bool,
    /// Rows so far.
    pub rows: usize,
}

/// Operations that were staged together.
pub(super) struct Group {
    /// Token, marks and the encoder's refusal of each, in order.
    pub members: Vec<(u64, Marks, Option<i32>)>,
    /// One of them was cancelled while it was live.
    pub cancelled: bool,
    /// It was staged as a barrier or behind one.
    pub blocked: bool,
    /// When it was staged, and the first turn after that which had nothing left to do.
    pub staged: Duration,
    pub quiet: Option<Duration>,
    /// The time limit of its first member.
    pub limit: Option<Duration>,
}

pub struct World {
    pub engine: Engine<Fake>,
    pub works: Works,
    pub ledger: Rc<Ledger>,
    /// Operations are staged by `stage_all`, which pushes at once what it can.
    pub at_once: bool,
    /// Every last result so far: slot, result.
    pub results: Vec<(u32, i32)>,
    /// What has been seen, and how often.
    pub seen: HashMap<&'static str, u64>,
    pub(super) ops: Vec<Option<Op>>,
    /// A plain operation is a chain of one.
    pub(super) chains: Vec<Group>,
    /// Chain and place of each operation ever staged.
    pub(super) place: HashMap<u64, (usize, usize)>,
    /// Operations that have been pushed.
    pub(super) pushed: HashSet<u64>,
    order: Rc<Order>,
    /// How much of the kernel's log has been checked, and the newest chain in it of each lane.
    checked: usize,
    newest: [Option<usize>; 2],
}

impl World {
    pub fn new(plan: Plan, seed: u64, slots: u32) -> World {
        let ledger: Rc<Ledger> = Rc::default();
        let fake = Fake::new(plan, seed, Rc::clone(&ledger));
        let order = Rc::clone(&fake.order);
        World {
            engine: Engine::new(fake, slots),
            works: Works::new(&ledger, slots),
            ledger,
            at_once: false,
            results: Vec::new(),
            ops: vec![None; slots as usize],
            chains: Vec::new(),
            place: HashMap::new(),
            seen: HashMap::new(),
            pushed: HashSet::new(),
            order,
            checked: 0,
            newest: [None; 2],
        }
    }

    pub fn slots(&self) -> u32 {
        self.ops.len() as u32
    }

    pub fn is_free(&self, slot: u32) -> bool {
        self.ops[slot as usize].is_none()
    }

    pub fn grow(&mut self, slots: u32) {
        self.engine.grow(slots);
        self.ops.resize(slots as usize, None);
        self.works
            .by_slot
            .resize(slots as usize, Work::new(Act::Nop, super::request::Behaviour::Inline));
        self.works.address.resize(slots as usize, 0);
    }

    pub fn kernel(&mut self) -> &mut Fake {
        self.engine.kernel()
    }

    /// Stages operations that belong together, each with the mark that ties it to the next.
    pub fn stage(&mut self, members: &[(u32, Marks, Work)]) {
        let chain = self.chains.len();
        let barrier = members.iter().any(|(_, marks, _)| marks.has(Marks::DRAIN));
        let limit = members[0].2.limit.map(|ticks| Duration::from_nanos(ticks.into()));
        let mut group = Group {
            members: Vec::new(),
            cancelled: false,
            blocked: barrier || self.order.has_barrier(),
            staged: self.kernel().now(),
            quiet: None,
            limit,
        };
        let mut staged = Vec::new();
        for &(slot, link, work) in members {
            self.works.by_slot[slot as usize] = work;
            let marks = if work.limit.is_some() { link | Marks::TIMED } else { link };
            staged.push((slot, marks));
        }
        assert_eq!(self.hand_over(&staged), Ok(()));
        for (&(slot, marks), &(_, _, work)) in staged.iter().zip(members) {
            let token = self.engine.slots().token(slot).expect("just staged");
            self.place.insert(token.user_data(), (chain, group.members.len()));
            group.members.push((token.user_data(), marks, work.refusal));
            let op = Op { token, work, cancelled: false, rows: 0 };
            assert!(self.ops[slot as usize].replace(op).is_none());
        }
        let tokens: Vec<u64> = group.members.iter().map(|member| member.0).collect();
        self.order.staged(chain, &tokens, barrier);
        if barrier {
            self.note("barrier");
        }
        self.chains.push(group);
        self.check();
    }

    fn hand_over(&mut self, operations: &[(u32, Marks)]) -> Result<(), StageError> {
        let mut operations = operations.iter().copied();
        if self.at_once {
            return self.engine.stage_all(operations, &mut self.works);
        }
        operations.try_for_each(|(slot, marks)| self.engine.stage(slot, marks))
    }

    /// Stages one plain operation.
    pub fn plain(&mut self, slot: u32, work: Work) {
        self.stage(&[(slot, Marks::NONE, work)]);
    }

    pub fn cancel(&mut self, slot: u32) {
        self.engine.cancel(slot);
        self.note_cancel(slot);
        self.check();
    }

    pub fn cancel_all(&mut self) {
        self.engine.cancel_all();
        (0..self.slots()).for_each(|slot| self.note_cancel(slot));
        self.check();
    }

    fn note_cancel(&mut self, slot: u32) {
        if let Some(Some(op)) = self.ops.get_mut(slot as usize) {
            op.cancelled = true;
            self.chains[self.place[&op.token.user_data()].0].cancelled = true;
        }
    }

    /// Live operations that have not been cancelled.
    pub fn uncancelled(&self) -> Vec<u32> {
        let open = |slot: &u32| self.ops[*slot as usize].is_some_and(|op| !op.cancelled);
        (0..self.slots()).filter(open).collect()
    }

    pub fn work(&self, slot: u32) -> Option<Work> {
        self.ops[slot as usize].map(|op| op.work)
    }

    /// One turn of the engine, watched.
    pub fn turn(&mut self, limit: usize) -> Result<Turn, i32> {
        let before = self.effort();
        let mut settled = Vec::new();
        let World { engine, works, ops, order, .. } = self;
        let turn = engine.turn(works, limit, &mut |row| {
            told(order, ops, &row);
            settled.push(row);
        });
        let after = self.effort();
        assert!(settled.len() <= limit, "R61: more results than asked for");
        // R54: every enter but the last two brought something
        let progress = after.1 - before.1 + settled.len() as u64;
        assert!(after.0 - before.0 <= 2 + progress, "{} enters in one turn", after.0 - before.0);
        if let Ok(turn) = turn {
            self.check_turn(turn, settled.len());
        }
        let quiet = turn.is_ok_and(|turn| !turn.more && !turn.stalled);
        let short = turn.is_ok_and(|turn| turn.more) && settled.len() < limit;
        self.take(settled);
        if quiet {
            self.check_deadlines();
        }
        if short && self.engine.failure().is_none() {
            self.note("turn that ended by its bytes");
        }
        turn
    }

    /// Takes turns, and lets time pass, until nothing is under way.
    pub fn settle(&mut self) {
        self.settle_but(0);
        assert!(self.engine.is_idle());
    }

    /// The same with operations that do not settle.
    pub fn settle_but(&mut self, pending: usize) {
        for _ in 0..1_000 {
            self.turn(usize::MAX).expect("the ring works");
            let idle = pending > 0 || self.engine.is_idle();
            if self.engine.live() == pending && idle && !self.engine.has_work() {
                return;
            }
            self.kernel().pass(5);
        }
        panic!("{} operations do not settle", self.engine.live());
    }

    /// Closes and drains.
    pub fn drain(&mut self, bound: Option<Duration>) -> bool {
        (0..self.slots()).for_each(|slot| self.note_cancel(slot));
        let mut settled = Vec::new();
        let World { engine, ops, order, .. } = self;
        let empty = engine.drain(bound, &mut |row| {
            told(order, ops, &row);
            settled.push(row);
        });
        self.take(settled);
        assert_eq!(self.engine.stage(0, Marks::NONE), Err(StageError::Closed));
        empty
    }

    /// The last result of `slot`.
    pub fn result(&self, slot: u32) -> Option<i32> {
        self.results.iter().rev().find(|(of, _)| *of == slot).map(|(_, result)| *result)
    }

    /// Enters that a signal did not end, and what enters are good for.
    fn effort(&mut self) -> (u64, u64) {
        let kernel = self.engine.kernel();
        (kernel.enters - kernel.interrupts, kernel.consumed + kernel.pops)
    }

    fn check_turn(&mut self, turn: Turn, rows: usize) {
        assert_eq!(turn.rows, rows);
        assert!(!(turn.more && turn.stalled), "more and stalled exclude each other");
        if turn.more {
            assert!(self.engine.has_work() || self.engine.failure().is_some(), "more of nothing");
        } else if !turn.stalled {
            let (backlog, in_kernel) = (self.engine.backlog(), self.engine.in_kernel());
            let waits = self.order.has_barrier() && in_kernel > 0;
            let kernel = self.engine.kernel();
            let idle = (kernel.unsubmitted(), kernel.has_completions(), kernel.needs_enter());
            assert_eq!(idle, (0, false, false), "R52: a turn left work behind");
            assert!(backlog == 0 || waits, "R52: {backlog} operations wait for nothing");
            assert!(!self.engine.has_work());
            if backlog > 0 {
                self.note("turn that left a barrier waiting");
            }
        }
    }

    fn take(&mut self, rows: Vec<Settled>) {
        for row in rows {
            self.check_row(row);
        }
        self.check();
    }

    /// The programs have come to this.
    pub fn note(&mut self, event: &'static str) {
        *self.seen.entry(event).or_default() += 1;
    }

    /// R65: the engine's books, the kernel's and the model's say the same.
    pub fn check(&mut self) {
        self.ledger.assert_clean();
        let live = self.ops.iter().flatten().count();
        let engine = &mut self.engine;
        let Counts { staged, settled, submitted, completions, enters, suspect, .. } =
            engine.counts();
        assert_eq!(engine.live(), live, "live");
        assert_eq!(staged, settled + live as u64, "staged = settled + live");
        let (backlog, in_kernel) = (engine.backlog(), engine.in_kernel());
        let kernel = engine.kernel();
        assert_eq!(in_kernel, kernel.operations(), "in kernel");
        assert!(backlog + in_kernel <= live);
        assert_eq!(submitted, kernel.consumed, "R55: submitted");
        assert_eq!((enters, completions), (kernel.enters, kernel.pops));
        assert_eq!(suspect, kernel.forged_pops, "R17, R18: suspect");
        self.check_order();
    }

    /// R50, R59: entries go into the queue in the order of staging, chains whole and in one submit.
    fn check_order(&mut self) {
        let fresh = self.engine.kernel().log[self.checked..].to_vec();
        self.checked += fresh.len();
        let mut entries = fresh
            .iter()
            .filter(|pushed| matches!(kind(pushed), Kind::Operation | Kind::Guard))
            .peekable();
        while let Some(first) = entries.peek() {
            let (chain, place) = self.place[&first.user_data];
            assert_eq!(place, 0, "a chain is pushed from its start");
            let epoch = first.epoch;
            let members = self.chains[chain].members.clone();
            let newest = &mut self.newest[usize::from(members[0].1.has(Marks::BULK))];
            assert!(*newest < Some(chain), "overtaken");
            *newest = Some(chain);
            for (index, (token, marks, _)) in members.iter().enumerate() {
                let last = index + 1 == members.len();
                let tie = match () {
                    () if last => Flags::empty(),
                    () if marks.has(Marks::HARDLINK) => Flags::IO_HARDLINK,
                    () => Flags::IO_LINK,
                };
                let timed = marks.has(Marks::TIMED);
                let own = if timed && last { Flags::IO_LINK } else { tie };
                let pushed = entries.next().expect("the whole chain");
                let flags = pushed.flags.difference(Flags::ASYNC);
                assert_eq!((pushed.user_data, flags, pushed.epoch), (*token, own, epoch));
                self.pushed.insert(*token);
                self.check_worker(*token, pushed.flags.contains(Flags::ASYNC));
                if timed {
                    let guard = entries.next().expect("its guard");
                    assert_eq!((kind(guard), guard.flags, guard.epoch), (Kind::Guard, tie, epoch));
                }
            }
        }
    }
}

fn kind(pushed: &Pushed) -> Kind {
    Token::from_user_data(pushed.user_data).kind()
}

/// The sink got a row.
fn told(order: &Order, ops: &[Option<Op>], row: &Settled) {
    if let Some(op) = ops[row.slot as usize].filter(|_| row.is_last()) {
        order.settled(op.token.user_data());
    }
}
