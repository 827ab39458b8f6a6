//! From staging to the submission queue: bounds, order, and what never gets there.

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{E2BIG, EAGAIN, ECANCELED, EINVAL, ENOENT};
use std::panic::{catch_unwind, AssertUnwindSafe};
use uring::squeue::Flags;
use uring_engine::{limits, Kernel, Marks, StageError, Turn};

fn world(sq_entries: u32, slots: u32) -> World {
    World::new(Plan::calm(sq_entries, sq_entries * 2), 1, slots)
}

fn nop() -> Work {
    Work::new(Act::Nop, Behaviour::Inline)
}

fn write(behaviour: Behaviour) -> Work {
    Work::new(Act::Write, behaviour)
}

#[test]
fn r50_ten_times_the_queue_is_submitted_in_order() {
    let mut world = world(8, 80);
    (0..80).for_each(|slot| world.plain(79 - slot, write(Behaviour::Inline)));
    assert_eq!(world.engine.backlog(), 80);
    world.settle();
    assert_eq!(world.works.encoded, (0..80).rev().collect::<Vec<u32>>());
    assert_eq!(world.results.len(), 80);
}

#[test]
fn r50_what_nothing_waits_in_front_of_is_pushed_as_it_is_staged() {
    let mut world = world(8, 16);
    world.at_once = true;
    let chain = [(2, Marks::LINK, nop()), (3, Marks::NONE, nop())];
    world.stage(&[(0, Marks::NONE, write(Behaviour::Inline))]);
    world.stage(&[(1, Marks::NONE, nop().refused(EINVAL))]);
    assert_eq!((world.engine.backlog(), world.kernel().unsubmitted()), (0, 1));
    world.stage(&chain);
    world.stage(&[(4, Marks::NONE, nop())]);
    assert_eq!((world.engine.backlog(), world.kernel().unsubmitted()), (3, 1), "behind the chain");
    world.settle();
    assert_eq!(world.works.encoded, [0, 1, 2, 3, 4]);
    assert_eq!(world.result(1), Some(-EINVAL));
    // a full queue: the rest waits
    (5..15).for_each(|slot| world.plain(slot, nop()));
    assert_eq!((world.engine.backlog(), world.kernel().unsubmitted()), (2, 8));
    world.settle();
    assert_eq!(world.results.len(), 15);
}

#[test]
fn r51_what_cannot_be_staged_leaves_what_was_staged_before_it() {
    let mut world = world(8, 2);
    let plain = |slot| (slot, Marks::NONE);
    for (operations, error) in [
        ([plain(0), plain(2)], StageError::NoSuchSlot),
        ([plain(1), plain(0)], StageError::SlotTaken),
    ] {
        let staged = world.engine.stage_all(operations.into_iter(), &mut world.works);
        assert_eq!(staged, Err(error));
    }
    assert_eq!((world.engine.live(), world.kernel().unsubmitted()), (2, 2));
    world.engine.close();
    let late = world.engine.stage_all([plain(0)].into_iter(), &mut world.works);
    assert_eq!(late, Err(StageError::Closed));
    assert_eq!(world.engine.stage_all([].into_iter(), &mut world.works), Ok(()));
    let mut results = 0;
    assert!(world.engine.drain(Some(std::time::Duration::from_secs(1)), &mut |_| results += 1));
    assert_eq!(results, 2);
}

#[test]
fn r51_the_table_bounds_the_backlog() {
    let mut world = world(4, 3);
    (0..3).for_each(|slot| world.plain(slot, nop()));
    assert_eq!(world.engine.stage(2, Marks::NONE), Err(StageError::SlotTaken));
    assert_eq!(world.engine.stage(3, Marks::NONE), Err(StageError::NoSuchSlot));
    assert_eq!(world.engine.stage(u32::MAX, Marks::NONE), Err(StageError::NoSuchSlot));
    world.check();
    world.grow(5);
    world.plain(3, nop());
    world.settle();
    world.engine.grow(2);
    assert_eq!(world.engine.slots().len(), 5, "a table never shrinks");
    world.engine.grow(u32::MAX);
    assert_eq!(world.engine.slots().len(), limits::SLOTS_MAX as usize);
}

#[test]
fn r52_one_turn_submits_everything_that_was_staged() {
    let mut world = world(4, 40);
    (0..40).for_each(|slot| world.plain(slot, write(Behaviour::Blocks)));
    let turn = world.turn(usize::MAX).expect("works");
    assert_eq!(turn, Turn { rows: 0, more: false, stalled: false });
    assert_eq!((world.engine.backlog(), world.kernel().consumed), (0, 40));
    assert!(!world.engine.has_work(), "an idle ring costs nothing");
}

#[test]
fn r59_completions_in_any_order_find_their_operation() {
    for seed in 0..50 {
        let plan = Plan { pace: 20, ..Plan::calm(4, 4) };
        let mut world = World::new(plan, seed, 32);
        for _ in 0..20 {
            // the counters of both queues start just below 2^32 and wrap
            (0..32).for_each(|slot| world.plain(slot, write(Behaviour::Ordinary)));
            world.settle();
        }
        assert_eq!(world.results.len(), 640);
    }
}

#[test]
fn r60_a_sink_that_panics_costs_results_and_never_memory() {
    let mut world = world(8, 8);
    (0..8).for_each(|slot| world.plain(slot, write(Behaviour::Late)));
    world.turn(usize::MAX).expect("works");
    world.kernel().pass(5);
    let World { engine, works, ledger, .. } = &mut world;
    let turn = AssertUnwindSafe(|| {
        let mut rows = 0;
        engine.turn(works, usize::MAX, &mut |_| {
            rows += 1;
            assert!(rows < 3, "the third result is one too many");
        })
    });
    let _ = catch_unwind(turn).expect_err("the sink panics");
    ledger.assert_clean();
    let counts = engine.counts();
    assert_eq!(counts.staged, counts.settled + engine.live() as u64);
    assert_eq!(engine.turn(works, usize::MAX, &mut |_| {}).map(|turn| turn.stalled), Ok(false));
    ledger.assert_clean();
}

#[test]
fn r61_a_turn_hands_out_no_more_than_its_limit_and_says_what_is_left() {
    let mut world = world(8, 12);
    (0..12).for_each(|slot| world.plain(slot, nop()));
    for left in [7, 2] {
        let turn = world.turn(5).expect("works");
        assert_eq!(turn, Turn { rows: 5, more: true, stalled: false });
        assert_eq!(world.engine.live(), left);
    }
    let turn = world.turn(2).expect("works");
    assert_eq!(turn, Turn { rows: 2, more: false, stalled: false }, "nothing is left");
    assert_eq!(world.turn(0), Ok(Turn::default()));
}

#[test]
fn r65_the_books_balance_at_every_step_of_a_full_life() {
    let mut world = world(4, 16);
    for round in 0..200 {
        for slot in 0..16 {
            if world.is_free(slot) {
                world.plain(slot, write(Behaviour::Late)); // every step compares the books
            }
        }
        world.turn(1 + round % 7).expect("works");
        world.kernel().pass(1);
    }
    world.settle();
    let counts = world.engine.counts();
    assert_eq!((counts.staged, counts.submitted), (counts.settled, counts.settled));
}

/// A chain goes into one submit, or it waits; it is never cut.
#[test]
fn r50_a_chain_waits_until_all_of_it_fits() {
    let mut world = world(4, 8);
    (0..2).for_each(|slot| world.plain(slot, write(Behaviour::Inline)));
    world.stage(&[
        (2, Marks::LINK, write(Behaviour::Inline)),
        (3, Marks::LINK, write(Behaviour::Inline).limited(900)),
        (4, Marks::NONE, nop()),
    ]);
    world.plain(5, nop());
    world.kernel().script.push_back(EAGAIN);
    assert!(world.turn(usize::MAX).expect("works").stalled);
    assert_eq!((world.engine.in_kernel(), world.engine.backlog()), (2, 4), "no overtaking");
    world.settle();
    assert_eq!(
        world.results.iter().map(|(_, result)| *result).collect::<Vec<_>>(),
        [16, 16, 16, 16, 0, 0]
    );
}

#[test]
fn r50_a_chain_larger_than_the_queue_is_refused_as_a_whole() {
    let mut world = world(4, 11);
    let members: Vec<_> = (0..5)
        .map(|slot| (slot, if slot < 4 { Marks::LINK } else { Marks::NONE }, nop()))
        .collect();
    world.stage(&members);
    // two with a guard each: exactly four entries
    world.stage(&[
        (5, Marks::LINK, write(Behaviour::Inline).limited(900)),
        (6, Marks::NONE, write(Behaviour::Inline).limited(900)),
    ]);
    world.stage(&[
        (7, Marks::LINK, nop().limited(900)),
        (8, Marks::LINK, nop().limited(900)),
        (9, Marks::NONE, nop()),
    ]);
    world.plain(10, nop());
    // it needs no room to be refused
    world.kernel().script.push_back(EAGAIN);
    world.turn(usize::MAX).expect("works");
    assert!((0..5).all(|slot| world.result(slot) == Some(-E2BIG)));
    world.settle();
    assert_eq!((world.result(5), world.result(6)), (Some(16), Some(16)));
    assert!((7..10).all(|slot| world.result(slot) == Some(-E2BIG)));
    assert_eq!(world.result(10), Some(0));
    assert!(!world.works.encoded.contains(&0), "what cannot be submitted is not encoded");
}

#[test]
fn r77_an_encoders_refusal_stops_its_chain_and_nothing_else() {
    let mut world = world(8, 6);
    world.plain(0, nop().refused(ENOENT));
    world.stage(&[
        (1, Marks::LINK, write(Behaviour::Inline)),
        (2, Marks::HARDLINK, write(Behaviour::Inline).refused(EINVAL)),
        (3, Marks::NONE, nop()),
    ]);
    world.plain(4, nop());
    world.settle();
    let results: Vec<_> = (0..5).map(|slot| world.result(slot).unwrap_or(1)).collect();
    assert_eq!(results, [-ENOENT, -ECANCELED, -EINVAL, -ECANCELED, 0]);
    assert_eq!(world.ledger.alive(), 0, "memory of members that were encoded for nothing");
}

/// A link to a stranger, or a completion that never comes, is not the encoder's to ask for.
#[test]
fn r52_link_and_skip_flags_of_the_encoders_are_refused() {
    let mut world = world(8, 3);
    for flags in [Flags::IO_LINK, Flags::IO_HARDLINK, Flags::IO_DRAIN, Flags::SKIP_SUCCESS] {
        let mut own = nop();
        own.flags = flags;
        // the model is told of the refusal, the encoder answers with the flag
        world.plain(0, own.refused(EINVAL));
        world.works.by_slot[0] = own;
        world.settle();
        assert_eq!(world.result(0), Some(-EINVAL), "{flags:?}");
    }
    let mut own = nop();
    own.flags = Flags::ASYNC;
    world.works.by_slot[1] = own;
    assert_eq!(world.engine.stage(1, Marks::NONE), Ok(()));
    let World { engine, works, .. } = &mut world;
    engine.turn(works, 9, &mut |settled| assert_eq!(settled.result, 0)).expect("works");
    assert_eq!(engine.kernel().log[0].flags, Flags::ASYNC);
}

/// A guard takes a second entry: only an operation that was staged with the room for it has one.
#[test]
fn r76_marks_decide_about_guards() {
    let mut world = world(2, 3);
    for slot in 0..3 {
        world.works.by_slot[slot as usize] = write(Behaviour::Inline).limited(900);
    }
    let World { engine, works, .. } = &mut world;
    // a limit that the marks do not announce, alone and in a chain
    assert_eq!(engine.stage(0, Marks::LINK), Ok(()));
    assert_eq!(engine.stage(1, Marks::NONE), Ok(()));
    assert_eq!(engine.stage(2, Marks::TIMED), Ok(()));
    let mut results = Vec::new();
    let turn = engine.turn(works, 9, &mut |settled| results.push((settled.slot, settled.result)));
    assert_eq!(turn.map(|turn| turn.rows), Ok(3));
    assert_eq!(results, [(0, 16), (1, 16), (2, 16)]);
    assert_eq!((engine.counts().submitted, engine.counts().suspect), (4, 0));
}

/// Marks are three bits; the others are the engine's own.
#[test]
fn r71_marks_of_the_embedders_cannot_forge_the_engines() {
    let mut world = world(4, 1);
    let World { engine, works, .. } = &mut world;
    assert_eq!(engine.stage(0, Marks(0xF8)), Ok(()));
    let mut result = None;
    engine.turn(works, 9, &mut |settled| result = Some(settled.result)).expect("works");
    assert_eq!(result, Some(0), "neither cancelled nor timed out");
}
