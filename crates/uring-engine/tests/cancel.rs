//! Cancellation and time limits: one outcome for each operation, and the one that really was.

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{EAGAIN, EALREADY, ECANCELED, EINTR, ENOENT, ETIMEDOUT};
use std::time::Duration;
use uring_engine::{limits, Kernel, Marks, Turn};

fn world(sq_entries: u32, slots: u32) -> World {
    World::new(Plan::calm(sq_entries, sq_entries * 2), 1, slots)
}

fn read(behaviour: Behaviour) -> Work {
    Work::new(Act::Read, behaviour)
}

fn turn(world: &mut World) -> Turn {
    world.turn(usize::MAX).expect("the ring works")
}

#[test]
fn r71_an_operation_cancelled_before_the_submit_never_reaches_the_kernel() {
    let mut world = world(4, 3);
    (0..3).for_each(|slot| world.plain(slot, read(Behaviour::Inline)));
    world.cancel(1);
    world.cancel(1);
    world.cancel(7); // no such slot
    turn(&mut world);
    assert_eq!(world.result(1), Some(-ECANCELED));
    assert_eq!(world.works.encoded, [0, 2]);
    assert_eq!((world.kernel().log.len(), world.results.len()), (2, 3));
    world.cancel(1); // nothing there
    assert!(!world.engine.has_work());
}

#[test]
fn r71_cancelled_before_the_submit_needs_no_room_in_the_queue() {
    let mut world = world(2, 5);
    (0..5).for_each(|slot| world.plain(slot, read(Behaviour::Inline)));
    (2..5).for_each(|slot| world.cancel(slot));
    world.kernel().script.extend([EAGAIN; 3]);
    turn(&mut world);
    turn(&mut world);
    assert_eq!(world.kernel().room(), 0, "the kernel takes nothing");
    assert!((2..5).all(|slot| world.result(slot) == Some(-ECANCELED)));
    world.kernel().script.clear();
    world.settle();
    assert_eq!((world.result(0), world.result(1)), (Some(16), Some(16)));
}

#[test]
fn r71_a_cancelled_member_takes_its_unsubmitted_chain_along() {
    let mut world = world(8, 4);
    world.stage(&[
        (0, Marks::LINK, read(Behaviour::Inline)),
        (1, Marks::HARDLINK, read(Behaviour::Inline)),
        (2, Marks::NONE, read(Behaviour::Inline)),
    ]);
    world.plain(3, read(Behaviour::Inline));
    world.cancel(2);
    turn(&mut world);
    assert!((0..3).all(|slot| world.result(slot) == Some(-ECANCELED)));
    assert_eq!(world.result(3), Some(16));
}

#[test]
fn r71_pushed_but_not_submitted_is_cancelled_in_the_kernel() {
    let mut world = world(2, 2);
    (0..2).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
    world.kernel().script.extend([EAGAIN; 2]);
    assert!(turn(&mut world).stalled);
    world.cancel(0);
    // the queue is full of what is to be cancelled: the cancels wait for room
    assert!(turn(&mut world).stalled);
    assert!(world.engine.has_work());
    turn(&mut world);
    world.settle_but(1);
    assert_eq!(world.result(0), Some(-ECANCELED));
    world.cancel(1);
    world.settle();
}

/// A.10: cancelling one of very many takes no longer than cancelling one of few.
#[test]
fn r71_cancelling_a_hundred_thousand_operations_one_by_one_is_not_quadratic() {
    const ALL: u32 = 100_000;
    let mut world = world(4, 1);
    world.plain(0, read(Behaviour::Blocks));
    turn(&mut world);
    world.engine.grow(ALL);
    let (engine, works) = (&mut world.engine, &mut world.works);
    for slot in 1..ALL {
        let marks = if slot == 1 { Marks::DRAIN } else { Marks::NONE };
        assert_eq!(engine.stage(slot, marks), Ok(()));
    }
    let start = std::time::Instant::now();
    (1..ALL).rev().for_each(|slot| engine.cancel(slot));
    engine.cancel_all();
    let mut settled = 0;
    engine.turn(works, usize::MAX, &mut |_| settled += 1).expect("works");
    assert_eq!((settled, engine.live()), (ALL, 0));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn r72_a_cancel_that_meets_the_completion_has_one_outcome() {
    for seed in 0..500 {
        let plan = Plan { pace: 6, hide: 30, deferred: seed % 2 == 0, ..Plan::calm(4, 8) };
        let mut world = World::new(plan, seed, 6);
        (0..6).for_each(|slot| world.plain(slot, read(Behaviour::Late)));
        turn(&mut world);
        (0..6).for_each(|slot| world.cancel(slot));
        world.settle();
        assert_eq!(world.results.len(), 6);
        let full_or_not = |(_, result): &(u32, i32)| [16, -ECANCELED].contains(result);
        assert!(world.results.iter().all(full_or_not));
    }
}

#[test]
fn r73_every_answer_of_a_cancel_is_normal() {
    let cases = [
        (Behaviour::Blocks, 0, -ECANCELED),
        (Behaviour::Interrupted, -EALREADY, -EINTR),
        (Behaviour::Stubborn, -EALREADY, 16),
        (Behaviour::Escapes, 0, 16),
    ];
    for (behaviour, answer, result) in cases {
        let mut world = world(4, 1);
        world.plain(0, read(behaviour));
        turn(&mut world);
        world.cancel(0);
        world.settle();
        assert_eq!(world.kernel().answers[0], answer);
        assert_eq!(world.result(0), Some(result));
        assert_eq!(world.engine.counts().suspect, 0);
    }
    // too late: the completion is there already
    let mut world = world(4, 1);
    world.plain(0, read(Behaviour::Late));
    turn(&mut world);
    world.kernel().pass(1);
    world.cancel(0);
    world.settle();
    assert_eq!(world.kernel().answers, [-ENOENT]);
    assert_eq!(world.result(0), Some(16));
}

#[test]
fn r73_a_follower_that_was_cancelled_before_it_started_is_cancelled_when_it_does() {
    let mut world = world(8, 3);
    world.stage(&[
        (0, Marks::HARDLINK, read(Behaviour::Late)),
        (1, Marks::HARDLINK, read(Behaviour::Blocks)),
        (2, Marks::NONE, read(Behaviour::Blocks)),
    ]);
    turn(&mut world);
    world.cancel(2);
    world.cancel(1);
    let waiting = turn(&mut world);
    assert_eq!(waiting, Turn::default(), "nothing to do but wait");
    assert_eq!(world.kernel().answers, [-ENOENT, -ENOENT], "not started: not found");
    assert!(!world.engine.has_work(), "no spin");
    world.kernel().pass(5);
    turn(&mut world);
    assert_eq!(world.results, [(0, 16), (1, -ECANCELED), (2, -ECANCELED)]);
}

#[test]
fn r73_a_cancel_that_misses_what_is_there_is_repeated_with_a_bound() {
    let mut world = world(4, 2);
    world.plain(0, read(Behaviour::Blocks));
    turn(&mut world);
    world.kernel().hide(0, 4);
    world.cancel(0);
    assert_eq!(turn(&mut world), Turn::default());
    assert_eq!(world.kernel().answers, [-ENOENT; 2], "again at once, then after a pause");
    assert!(!world.engine.has_work() && !world.engine.is_idle());
    world.settle();
    assert_eq!(world.kernel().answers, [-ENOENT, -ENOENT, -ENOENT, -ENOENT, 0]);
    assert_eq!(world.result(0), Some(-ECANCELED));

    world.kernel().answers.clear();
    world.plain(0, read(Behaviour::Blocks));
    turn(&mut world);
    world.kernel().hide(0, u32::MAX);
    world.cancel(0);
    for _ in 0..50 {
        world.plain(1, read(Behaviour::Inline));
        turn(&mut world);
        world.kernel().pass(100);
    }
    let most = usize::from(limits::CANCEL_MISSES_MAX) + 1;
    assert_eq!(world.kernel().answers.len(), most, "given up");
    // teardown asks again, for as long as it lasts
    world.kernel().hide(0, 12);
    assert!(world.drain(Some(Duration::from_secs(10))));
}

#[test]
fn r79_an_operation_that_cannot_be_cancelled_is_asked_a_few_times_and_waited_for() {
    let mut world = world(4, 2);
    world.plain(0, read(Behaviour::Never));
    world.plain(1, read(Behaviour::Stubborn));
    turn(&mut world);
    world.cancel(0);
    assert_eq!(turn(&mut world), Turn::default());
    assert_eq!(world.kernel().answers, [-EALREADY], "not again at once: it would not help");
    for _ in 0..50 {
        turn(&mut world);
        world.kernel().pass(100);
    }
    assert_eq!(world.kernel().answers.len(), usize::from(limits::CANCEL_MISSES_MAX));
    assert_eq!((world.engine.live(), world.ledger.in_kernel()), (1, 1));
    assert_eq!(world.result(1), Some(16));
}

#[test]
fn r73_a_submit_has_a_bounded_number_of_cancels() {
    let mut world = world(256, 256);
    (0..256).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
    turn(&mut world);
    let (before, enters) = (world.kernel().log.len(), world.kernel().enters);
    (0..256).for_each(|slot| world.cancel(slot));
    world.settle();
    let cancels = world.kernel().log.len() - before;
    let enters = (world.kernel().enters - enters) as usize;
    assert_eq!(cancels, 256);
    assert!(enters >= cancels / limits::CANCELS_MAX, "{enters} enters");
}

#[test]
fn r73_cancels_wait_for_room_and_go_before_new_operations() {
    let mut world = world(2, 12);
    (0..6).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
    turn(&mut world);
    (6..12).for_each(|slot| world.plain(slot, read(Behaviour::Inline)));
    (0..6).for_each(|slot| world.cancel(slot));
    turn(&mut world);
    world.settle();
    assert_eq!(world.kernel().answers, [0; 6]);
    assert_eq!(world.results.len(), 12);
    assert!(world.results[..6].iter().all(|(slot, result)| *slot < 6 && *result == -ECANCELED));
}

#[test]
fn r73_an_answer_that_outlives_its_operation_keeps_the_engine_busy() {
    let mut world = World::new(Plan { cq_entries: 1, ..Plan::calm(4, 1) }, 1, 1);
    world.plain(0, read(Behaviour::Late));
    turn(&mut world);
    world.cancel(0);
    world.kernel().pass(5);
    world.turn(1).expect("works");
    assert_eq!((world.engine.live(), world.engine.is_idle()), (0, false));
    world.settle();
    assert!(world.engine.is_idle());
}

#[test]
fn r76_a_guard_that_strikes_is_a_timeout_and_one_that_does_not_is_not_seen() {
    let cases = [
        (Behaviour::Blocks, 5, -ETIMEDOUT),
        // a worker runs it: the guard answers ENOENT or EALREADY, and has struck all the same
        (Behaviour::Interrupted, 5, -ETIMEDOUT),
        (Behaviour::Late, 900, 16),
        (Behaviour::Inline, 900, 16),
        (Behaviour::Fails, 900, -libc::EIO),
        // it went off and the operation was faster
        (Behaviour::Stubborn, 5, 16),
        (Behaviour::Escapes, 5, 16),
    ];
    for seed in 0..20 {
        for (behaviour, limit, result) in cases {
            let mut world = World::new(Plan::calm(4, 8), seed, 1);
            world.plain(0, read(behaviour).limited(limit));
            world.settle();
            assert_eq!(world.results, [(0, result)], "{behaviour:?}");
            assert_eq!((world.kernel().log.len(), world.engine.counts().suspect), (2, 0));
        }
    }
}

#[test]
fn r76_a_cancel_before_the_limit_is_a_cancel() {
    let mut world = world(4, 1);
    world.plain(0, read(Behaviour::Blocks).limited(900));
    turn(&mut world);
    world.cancel(0);
    world.settle();
    assert_eq!(world.results, [(0, -ECANCELED)]);
}

#[test]
fn r30_drain_cancels_what_is_staged_pushed_and_running() {
    let mut world = world(2, 12);
    (0..4).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
    turn(&mut world);
    (4..6).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
    world.kernel().script.push_back(EAGAIN);
    assert!(turn(&mut world).stalled);
    world.stage(&[
        (6, Marks::LINK, read(Behaviour::Inline).limited(900)),
        (7, Marks::NONE, read(Behaviour::Inline).limited(900)),
    ]);
    world.stage(&[
        (8, Marks::LINK, read(Behaviour::Inline)),
        (9, Marks::NONE, read(Behaviour::Inline)),
    ]);
    world.plain(10, read(Behaviour::Inline));
    world.kernel().script.extend([EAGAIN; 5]);
    assert!(world.drain(Some(Duration::from_secs(10))));
    assert_eq!(world.results.len(), 11);
    assert!(world.results.iter().all(|(_, result)| *result == -ECANCELED));
    assert_eq!(world.works.encoded.len(), 6, "nothing new reaches the kernel");
    assert!(world.drain(Some(Duration::ZERO)), "twice is no harm");
}
