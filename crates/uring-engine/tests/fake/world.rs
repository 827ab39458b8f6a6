//! An engine on the fake kernel beside a model of it: what was staged, what must come of it. Every
//! step ends with the accounts being compared.

use super::memory::{Block, Ledger};
use super::request::Act;
use super::work::{Work, Works};
use super::{Fake, Plan, Pushed};
use libc::{E2BIG, EALREADY, ECANCELED, EINTR, ENOENT, ETIME, ETIMEDOUT};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use uring::squeue::Flags;
use uring_engine::{Counts, Engine, Kernel, Kind, Marks, Settled, StageError, Token, Turn};

/// An operation by the model's account.
#[derive(Clone, Copy)]
struct Op {
    token: Token,
    work: Work,
    cancelled: bool,
}

/// Operations that were staged together.
struct Group {
    /// Token, marks and the encoder's refusal of each, in order.
    members: Vec<(u64, Marks, Option<i32>)>,
    /// One of them was cancelled while it was live.
    cancelled: bool,
}

pub struct World {
    pub engine: Engine<Fake>,
    pub works: Works,
    pub ledger: Rc<Ledger>,
    /// Operations are staged by `stage_all`, which pushes at once what it can.
    pub at_once: bool,
    /// Every last result so far: slot, result.
    pub results: Vec<(u32, i32)>,
    ops: Vec<Option<Op>>,
    /// A plain operation is a chain of one.
    chains: Vec<Group>,
    /// Chain and place of each operation ever staged.
    place: HashMap<u64, (usize, usize)>,
    /// How much of the kernel's log has been checked, and the newest chain in it.
    checked: usize,
    newest: Option<usize>,
}

impl World {
    pub fn new(plan: Plan, seed: u64, slots: u32) -> World {
        let ledger: Rc<Ledger> = Rc::default();
        World {
            engine: Engine::new(Fake::new(plan, seed, Rc::clone(&ledger)), slots),
            works: Works::new(&ledger, slots),
            ledger,
            at_once: false,
            results: Vec::new(),
            ops: vec![None; slots as usize],
            chains: Vec::new(),
            place: HashMap::new(),
            checked: 0,
            newest: None,
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
        let mut group = Group { members: Vec::new(), cancelled: false };
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
            let op = Op { token, work, cancelled: false };
            assert!(self.ops[slot as usize].replace(op).is_none());
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

    /// Live operations that nobody has cancelled.
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
        let turn = self.engine.turn(&mut self.works, limit, &mut |result| settled.push(result));
        let after = self.effort();
        assert!(settled.len() <= limit, "R61: more results than asked for");
        // R54: every enter but the last two brought something
        let progress = after.1 - before.1 + settled.len() as u64;
        assert!(after.0 - before.0 <= 2 + progress, "{} enters in one turn", after.0 - before.0);
        if let Ok(turn) = turn {
            self.check_turn(turn, settled.len());
        }
        self.take(settled);
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
    pub fn drain(&mut self, bound: Duration) -> bool {
        (0..self.slots()).for_each(|slot| self.note_cancel(slot));
        let mut settled = Vec::new();
        let empty = self.engine.drain(bound, &mut |result| settled.push(result));
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

    fn check_turn(&mut self, turn: Turn, given: usize) {
        assert_eq!(turn.given, given);
        assert!(!(turn.more && turn.stalled), "more and stalled exclude each other");
        if turn.more {
            assert!(self.engine.has_work() || self.engine.failure().is_some(), "more of nothing");
        } else if !turn.stalled {
            let backlog = self.engine.backlog();
            let kernel = self.engine.kernel();
            let idle = (kernel.unsubmitted(), kernel.has_completions(), kernel.needs_enter());
            assert_eq!((backlog, idle), (0, (0, false, false)), "R52: a turn left work behind");
        }
    }

    fn take(&mut self, settled: Vec<Settled>) {
        for result in settled {
            self.settled(result);
        }
        self.check();
    }

    /// Every result is one that the kernel gave, or one that it never was to give.
    fn settled(&mut self, settled: Settled) {
        let slot = settled.slot;
        let op = self.ops[slot as usize].expect("settled once (R96)");
        if !settled.last {
            assert!(settled.result >= 0 && settled.payload.is_none());
            return;
        }
        self.ops[slot as usize] = None;
        self.results.push((slot, settled.result));
        let kernel = self.engine.kernel();
        let Some(&(result, flags)) = kernel.popped.get(&op.token.user_data()) else {
            assert!(settled.payload.is_none(), "never pushed");
            self.check_refusal(op.token, settled.result);
            return;
        };
        let guard = kernel.popped.get(&op.token.with_kind(Kind::Guard).user_data());
        let struck = guard.is_some_and(|(answer, _)| [ETIME, ENOENT, EALREADY].contains(&-answer));
        let timed_out = struck && [ECANCELED, EINTR].contains(&-result);
        let expected = if timed_out { -ETIMEDOUT } else { result };
        assert_eq!((settled.result, settled.flags), (expected, flags), "slot {slot}");
        if matches!(op.work.act, Act::Read | Act::Write) {
            let address = self.works.address[slot as usize];
            assert!(settled.payload.is_some(), "the memory comes back with the last result");
            let bytes = Block::bytes(&self.ledger, address);
            if op.work.act == Act::Read && expected > 0 {
                assert!(bytes[..expected as usize].iter().all(|&byte| byte >= 128), "{bytes:?}");
            }
        }
    }

    /// What an operation gets that never reached the kernel.
    fn check_refusal(&mut self, token: Token, result: i32) {
        let (chain, place) = self.place[&token.user_data()];
        let Group { members, cancelled } = &self.chains[chain];
        if *cancelled && result == -ECANCELED {
            return; // R71
        }
        let entries = |(_, marks, _): &(u64, Marks, _)| 1 + usize::from(marks.has(Marks::TIMED));
        let entries: usize = members.iter().map(entries).sum();
        if entries > self.engine.kernel().capacity() {
            assert_eq!(result, -E2BIG);
            return;
        }
        let culprit = members.iter().position(|(_, _, refusal)| refusal.is_some());
        let culprit = culprit.expect("R52: settled without having been submitted");
        let own = if culprit == place { members[place].2 } else { None };
        assert_eq!(result, own.unwrap_or(-ECANCELED), "R77: one member is refused");
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
        let mut entries = fresh.iter().filter(|pushed| kind(pushed) != Kind::Cancel).peekable();
        while let Some(first) = entries.peek() {
            let (chain, place) = self.place[&first.user_data];
            assert_eq!(place, 0, "a chain is pushed from its start");
            assert!(self.newest < Some(chain), "overtaken");
            self.newest = Some(chain);
            let epoch = first.epoch;
            let members = &self.chains[chain].members;
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
                assert_eq!((pushed.user_data, pushed.flags, pushed.epoch), (*token, own, epoch));
                if timed {
                    let guard = entries.next().expect("its guard");
                    assert_eq!((kind(guard), guard.flags, guard.epoch), (Kind::Guard, tie, epoch));
                }
            }
        }
    }
}

fn kind(pushed: &Pushed) -> Kind {
    Token::from_user_data(pushed.user_data).kind().expect("the engine's own")
}
