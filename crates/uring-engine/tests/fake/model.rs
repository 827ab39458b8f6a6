//! What must come of each operation: every row is compared with what the kernel posted, or with
//! the reasons there are for one that the kernel never saw.

use super::memory::Block;
use super::request::Act;
use super::world::{Group, World};
use super::{MORE, NOTIFICATION};
use libc::{E2BIG, EALREADY, ECANCELED, EINTR, ENOBUFS, ENOENT, ETIME, ETIMEDOUT};
use uring_engine::{limits, Extra, Kernel, Kind, Marks, Settled, Token};

impl World {
    /// A row that the sink got.
    pub(super) fn check_row(&mut self, row: Settled) {
        let slot = row.slot as usize;
        let mut op = self.ops[slot].expect("settled once (R96)");
        let popped = self.kernel().popped.get(&op.token.user_data()).cloned().unwrap_or_default();
        if !row.is_last() {
            assert_eq!((row.result, row.flags), popped[op.rows], "rows come in order");
            assert!(row.flags & MORE != 0 && row.extra == Extra::NONE && row.payload.is_none());
            op.rows += 1;
            self.ops[slot] = Some(op);
            self.note("row before the last");
            return;
        }
        self.ops[slot] = None;
        self.results.push((row.slot, row.result));
        let Some(&(last, flags)) = popped.last() else {
            assert_eq!((row.flags, row.extra), (0, Extra::LAST | Extra::REFUSED));
            assert!(row.payload.is_none(), "never pushed");
            self.check_refusal(op.token, row.result);
            return;
        };
        assert_eq!(popped.len(), op.rows + 1, "every completion is a row");
        let notified = flags & NOTIFICATION != 0;
        let own = if notified { popped[0].0 } else { last };
        let guards = self.kernel().popped.get(&op.token.with_kind(Kind::Guard).user_data());
        let answer = guards.map(|answers| answers[0].0);
        let struck = answer.is_some_and(|answer| [ETIME, ENOENT, EALREADY].contains(&-answer));
        let timed_out = struck && [ECANCELED, EINTR].contains(&-own);
        let expected = if timed_out { -ETIMEDOUT } else { own };
        assert_eq!((row.result, row.flags), (expected, flags), "slot {slot}");
        let copied = notified && last != 0;
        assert_eq!(row.extra, if copied { Extra::LAST | Extra::COPIED } else { Extra::LAST });
        if matches!(op.work.act, Act::Read | Act::Write) {
            assert!(row.payload.is_some(), "the memory comes back with the last row");
            let bytes = Block::bytes(&self.ledger, self.works.address[slot]);
            if op.work.act == Act::Read && expected > 0 {
                assert!(bytes[..expected as usize].iter().all(|&byte| byte >= 128), "{bytes:?}");
            }
        }
        self.note_ending(&op, notified, copied, answer.is_some(), expected);
    }

    fn note_ending(
        &mut self,
        op: &super::world::Op,
        notified: bool,
        copied: bool,
        guarded: bool,
        result: i32,
    ) {
        let timed = result == -ETIMEDOUT;
        let cases = [
            (notified, "notification"),
            (copied, "notification of a copy"),
            (notified && guarded, "notification of a timed send"),
            (notified && guarded && timed, "notification of a send that timed out"),
            (notified && op.cancelled, "notification of a cancelled send"),
            (!notified && op.rows > 0 && timed, "multishot that timed out"),
            (!notified && op.rows > 0 && result == -ECANCELED, "multishot that was cancelled"),
            (!notified && op.rows > 0 && result >= 0, "multishot that ended by itself"),
            (op.rows > 0 && result == -ENOBUFS, "multishot without buffers"),
        ];
        cases.iter().filter(|(seen, _)| *seen).for_each(|(_, event)| self.note(event));
    }

    /// The reasons for a result that the kernel did not give.
    fn check_refusal(&mut self, token: Token, result: i32) {
        let (chain, place) = self.place[&token.user_data()];
        let now = self.kernel().now();
        let capacity = self.kernel().capacity();
        let Group { members, cancelled, blocked, staged, limit, .. } = &mut self.chains[chain];
        if result == -ETIMEDOUT {
            assert!(place == 0 && *blocked, "only what waits at a barrier is timed by the engine");
            let limit = limit.expect("a limit");
            assert!(now >= *staged + limit, "too early: {now:?}, {staged:?} + {limit:?}");
            *cancelled = true; // the rest of the chain
            self.note("timed out at a barrier");
            return;
        }
        if *cancelled && result == -ECANCELED {
            let event = if *blocked { "cancelled at a barrier" } else { "cancelled in a lane" };
            self.note(event);
            return; // R71
        }
        let entries = |(_, marks, _): &(u64, Marks, _)| 1 + usize::from(marks.has(Marks::TIMED));
        let entries: usize = members.iter().map(entries).sum();
        if entries > capacity {
            assert_eq!(result, -E2BIG);
            return;
        }
        let culprit = members.iter().position(|(_, _, refusal)| refusal.is_some());
        let culprit = culprit.expect("R52: settled without having been submitted");
        let own = if culprit == place { members[place].2 } else { None };
        assert_eq!(result, own.unwrap_or(-ECANCELED), "R77: one member is refused");
    }

    /// After a turn that had nothing left to do: nobody waits at a barrier past the time limit.
    pub(super) fn check_deadlines(&mut self) {
        let now = self.kernel().now();
        // time goes by in the enters of a turn, also in the last one
        let slack = std::time::Duration::from_nanos(self.kernel().plan.pace * 2);
        for op in self.ops.iter().flatten() {
            let token = op.token.user_data();
            let (chain, place) = self.place[&token];
            let group = &self.chains[chain];
            let waits = place == 0 && group.blocked && !self.pushed.contains(&token);
            let (Some(limit), Some(since)) = (group.limit.filter(|_| waits), group.quiet) else {
                continue;
            };
            assert!(now <= since + limit + slack, "overdue: {now:?}, {since:?} + {limit:?}");
        }
        for group in &mut self.chains {
            group.quiet.get_or_insert(now);
        }
    }

    /// An entry that copies is handed to a worker when it is large, and only when it has to be.
    pub(super) fn check_worker(&mut self, token: u64, worker: bool) {
        let slot = Token::from_user_data(token).slot();
        let bytes = self.works.by_slot[slot as usize].bytes;
        assert!(worker || bytes <= limits::INLINE_BYTES, "{bytes} bytes inline");
        assert!(!worker || bytes > 0, "nothing to copy, and handed to a worker");
        if worker {
            self.note("handed to a worker");
        }
    }
}
