//! One row for every completion: the kernel is a script here, so that each test says exactly which
//! completions come, and in which order.

use libc::{ECANCELED, EINTR, ENOBUFS, ETIME, ETIMEDOUT};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;
use uring::opcode;
use uring::squeue::Entry;
use uring_engine::{
    Completion, Encode, Encoded, Engine, Extra, Kernel, Kind, Marks, Payload, Slots, Token,
};

const MORE: u32 = 1 << 1;
const NOTIFICATION: u32 = 1 << 3;
const COPIED: i32 = i32::MIN;

/// A kernel that completes what it is told to.
#[derive(Default)]
struct Script {
    pushed: usize,
    completions: VecDeque<Completion>,
}

impl Kernel for Script {
    fn room(&mut self) -> usize {
        8 - self.pushed
    }
    fn capacity(&self) -> usize {
        8
    }
    unsafe fn push(&mut self, _entry: &Entry) {
        self.pushed += 1;
    }
    fn unsubmitted(&mut self) -> usize {
        self.pushed
    }
    fn enter(&mut self) -> Result<usize, i32> {
        Ok(std::mem::take(&mut self.pushed))
    }
    fn needs_enter(&mut self) -> bool {
        false
    }
    fn has_completions(&mut self) -> bool {
        !self.completions.is_empty()
    }
    fn pop(&mut self) -> Option<Completion> {
        self.completions.pop_front()
    }
    fn dropped(&mut self) -> u32 {
        0
    }
    fn now(&mut self) -> Duration {
        Duration::ZERO
    }
    fn wait(&mut self, _timeout: Duration) {}
}

/// Memory that tells when it is dropped.
struct Witness(Rc<Cell<bool>>);

impl Payload for Witness {}

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

struct Works(Rc<Cell<bool>>);

impl Encode for Works {
    fn encode(&mut self, _slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        Ok(Encoded::with(opcode::Nop::new().build(), Witness(Rc::clone(&self.0))))
    }
    fn limit(&mut self, _slot: u32) -> Duration {
        Duration::from_secs(1)
    }
}

/// One operation in slot 3, in the kernel.
struct Bench {
    engine: Engine<Script>,
    works: Works,
    token: Token,
}

type Row = (i32, u32, Extra);

impl Bench {
    fn new(marks: Marks) -> Bench {
        let mut engine = Engine::new(Script::default(), 4);
        let mut works = Works(Rc::default());
        engine.stage(3, marks).expect("a free slot");
        let token = engine.slots().token(3).expect("staged");
        engine.turn(&mut works, 9, &mut |_| {}).expect("works");
        Bench { engine, works, token }
    }

    /// The rows that follow from a completion of the operation.
    fn completes(&mut self, result: i32, flags: u32) -> Vec<Row> {
        self.post(self.token, result, flags)
    }

    fn guard(&mut self, result: i32) -> Vec<Row> {
        self.post(self.token.with_kind(Kind::Guard), result, 0)
    }

    fn post(&mut self, token: Token, result: i32, flags: u32) -> Vec<Row> {
        let completion = Completion { user_data: token.user_data(), result, flags };
        self.engine.kernel().completions.push_back(completion);
        let mut rows = Vec::new();
        let mut sink = |row: uring_engine::Settled| {
            assert_eq!((row.slot, row.payload.is_some()), (3, row.is_last()));
            rows.push((row.result, row.flags, row.extra));
        };
        self.engine.turn(&mut self.works, 9, &mut sink).expect("works");
        assert_eq!(self.works.0.get(), self.engine.live() == 0, "memory goes with the last row");
        rows
    }

    fn is_suspect(&mut self, result: i32, flags: u32) {
        let before = (self.engine.counts().suspect, self.engine.live());
        assert_eq!(self.completes(result, flags), []);
        let after = (self.engine.counts().suspect, self.engine.live());
        assert_eq!(after, (before.0 + 1, before.1));
    }
}

#[test]
fn a_multishot_has_a_row_for_every_completion_and_buffer_ids_pass_untouched() {
    let mut bench = Bench::new(Marks::NONE);
    for id in [0, 7, 0xFFFF] {
        let flags = MORE | 1 | id << 16;
        assert_eq!(bench.completes(64, flags), [(64, flags, Extra::NONE)]);
        assert_eq!(bench.engine.live(), 1, "only the last row frees the slot");
    }
    let flags = 1 | 9 << 16;
    assert_eq!(bench.completes(5, flags), [(5, flags, Extra::LAST)]);
    assert!(bench.engine.is_idle());
    bench.is_suspect(5, flags);
    bench.is_suspect(5, MORE);
}

#[test]
fn a_multishot_may_end_at_once_by_an_error_or_for_want_of_buffers() {
    for result in [-ENOBUFS, -libc::EBADF, 0, 16] {
        let mut bench = Bench::new(Marks::NONE);
        assert_eq!(bench.completes(result, 0), [(result, 0, Extra::LAST)]);
        let mut bench = Bench::new(Marks::NONE);
        bench.completes(1, MORE);
        assert_eq!(bench.completes(result, 0), [(result, 0, Extra::LAST)]);
    }
}

#[test]
fn a_zero_copy_send_repeats_its_result_with_the_notification() {
    for (usage, extra) in [(0, Extra::LAST), (COPIED, Extra::LAST | Extra::COPIED)] {
        for result in [4_096, 0, -libc::EPIPE] {
            let mut bench = Bench::new(Marks::NONE);
            assert_eq!(bench.completes(result, MORE), [(result, MORE, Extra::NONE)]);
            bench.is_suspect(0, MORE | NOTIFICATION);
            let last = bench.completes(usage, NOTIFICATION);
            assert_eq!(last, [(result, NOTIFICATION, extra)]);
            bench.is_suspect(usage, NOTIFICATION);
        }
    }
}

#[test]
fn a_zero_copy_send_without_a_notification_has_one_row() {
    let mut bench = Bench::new(Marks::NONE);
    assert_eq!(bench.completes(-libc::ECONNRESET, 0), [(-libc::ECONNRESET, 0, Extra::LAST)]);
}

#[test]
fn a_notification_of_what_has_no_result_yet_is_suspect() {
    for marks in [Marks::NONE, Marks::TIMED] {
        let mut bench = Bench::new(marks);
        bench.is_suspect(0, NOTIFICATION);
        bench.is_suspect(COPIED, NOTIFICATION);
        assert_eq!(bench.completes(8, MORE), [(8, MORE, Extra::NONE)]);
    }
}

/// The three completions of a timed zero-copy send, in every order the kernel has.
#[test]
fn r76_a_time_limit_does_not_change_what_a_zero_copy_send_says() {
    let first = [(100, MORE, Extra::NONE)];
    let last = [(100, NOTIFICATION, Extra::LAST | Extra::COPIED)];
    for answer in [-ECANCELED, -ETIME, -libc::ENOENT] {
        let mut bench = Bench::new(Marks::TIMED);
        assert_eq!(bench.guard(answer), []);
        assert_eq!(bench.completes(100, MORE), first);
        assert_eq!(bench.completes(COPIED, NOTIFICATION), last);

        let mut bench = Bench::new(Marks::TIMED);
        assert_eq!(bench.completes(100, MORE), first);
        assert_eq!(bench.guard(answer), []);
        assert_eq!(bench.guard(answer), [], "twice: suspect");
        assert_eq!(bench.completes(COPIED, NOTIFICATION), last);
        assert_eq!(bench.engine.counts().suspect, 1);

        let mut bench = Bench::new(Marks::TIMED);
        assert_eq!(bench.completes(100, MORE), first);
        assert_eq!(bench.completes(COPIED, NOTIFICATION), []);
        bench.is_suspect(COPIED, NOTIFICATION);
        assert_eq!(bench.guard(answer), last);
    }
}

#[test]
fn r76_what_its_time_limit_stopped_says_so_in_its_last_row_only() {
    for stopped in [-ECANCELED, -EINTR] {
        let mut bench = Bench::new(Marks::TIMED);
        assert_eq!(bench.completes(3, MORE), [(3, MORE, Extra::NONE)]);
        assert_eq!(bench.guard(-ETIME), []);
        assert_eq!(bench.completes(stopped, 0), [(-ETIMEDOUT, 0, Extra::LAST)]);

        let mut bench = Bench::new(Marks::TIMED);
        assert_eq!(bench.completes(stopped, MORE), [(stopped, MORE, Extra::NONE)]);
        assert_eq!(bench.guard(-ETIME), []);
        let last = [(-ETIMEDOUT, NOTIFICATION, Extra::LAST)];
        assert_eq!(bench.completes(0, NOTIFICATION), last);
    }
}

/// The kernel starts the next in a chain at a send's result, not at its notification.
#[test]
fn r73_a_cancel_of_what_follows_a_zero_copy_send_does_not_wait_for_the_notification() {
    let mut engine = Engine::new(Script::default(), 2);
    let mut works = Works(Rc::default());
    engine.stage(0, Marks::LINK).expect("a free slot");
    engine.stage(1, Marks::NONE).expect("a free slot");
    let [first, second] = [0, 1].map(|slot| engine.slots().token(slot).expect("staged"));
    engine.turn(&mut works, 9, &mut |_| {}).expect("works");
    engine.cancel(1);
    engine.turn(&mut works, 9, &mut |_| {}).expect("works");
    let cancel = second.with_kind(Kind::Cancel).user_data();
    let missed = Completion { user_data: cancel, result: -libc::ENOENT, flags: 0 };
    engine.kernel().completions.push_back(missed);
    engine.turn(&mut works, 9, &mut |_| {}).expect("works");
    let entered = engine.counts().submitted;
    assert_eq!(entered, 3, "not asked again while its predecessor runs");
    let sent = Completion { user_data: first.user_data(), result: 16, flags: MORE };
    engine.kernel().completions.push_back(sent);
    engine.turn(&mut works, 9, &mut |_| {}).expect("works");
    assert_eq!(engine.counts().submitted, entered + 1);
    engine.leak();
}
