//! Barriers (`Marks::DRAIN`): who waits for whom, and that neither a cancel nor a time limit ever
//! waits for them.

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{ECANCELED, ETIMEDOUT};
use std::time::Duration;
use uring::squeue::Flags;
use uring_engine::{Kernel, Kind, Marks, Token, Turn};

fn world(slots: u32) -> World {
    World::new(Plan::calm(8, 16), 1, slots)
}

fn read(behaviour: Behaviour) -> Work {
    Work::new(Act::Read, behaviour)
}

fn nop() -> Work {
    Work::new(Act::Nop, Behaviour::Inline)
}

fn barrier(world: &mut World, slot: u32, work: Work) {
    world.stage(&[(slot, Marks::DRAIN, work)]);
}

fn turn(world: &mut World) -> Turn {
    world.turn(usize::MAX).expect("the ring works")
}

fn entries_of(world: &mut World, kind: Kind) -> usize {
    let log = &world.kernel().log;
    log.iter().filter(|entry| Token::from_user_data(entry.user_data).kind() == kind).count()
}

#[test]
fn a_barrier_starts_when_everything_before_it_is_over_and_what_follows_after_it() {
    for at_once in [false, true] {
        let mut world = world(6);
        world.at_once = at_once;
        world.plain(0, read(Behaviour::Blocks));
        world.stage(&[(1, Marks::BULK, nop())]);
        barrier(&mut world, 2, read(Behaviour::Late));
        world.plain(3, nop());
        world.stage(&[(4, Marks::BULK, nop())]);
        barrier(&mut world, 5, nop());
        assert_eq!(turn(&mut world), Turn { rows: 1, more: false, stalled: false });
        assert!(!world.engine.has_work(), "nothing to do but wait");
        assert_eq!((world.engine.backlog(), world.works.encoded.len()), (4, 2));
        world.cancel(0);
        turn(&mut world);
        assert_eq!(world.works.encoded, [0, 1, 2], "the barrier alone");
        world.settle();
        assert_eq!(world.results, [(1, 0), (0, -ECANCELED), (2, 16), (3, 0), (4, 0), (5, 0)]);
        assert!(world.kernel().log.iter().all(|entry| !entry.flags.contains(Flags::IO_DRAIN)));
    }
}

#[test]
fn a_barrier_with_nothing_before_it_starts_at_once_and_leaves_no_trace() {
    let mut world = world(3);
    barrier(&mut world, 0, nop());
    barrier(&mut world, 1, nop());
    assert_eq!(turn(&mut world), Turn { rows: 2, more: false, stalled: false });
    world.at_once = true;
    world.plain(2, nop());
    assert_eq!(world.kernel().unsubmitted(), 1, "the hot path is open again");
    world.settle();
    assert_eq!(world.results.len(), 3);
}

#[test]
fn a_chain_with_a_barrier_in_it_is_a_barrier_from_its_first_member_on() {
    for bulk in [Marks::NONE, Marks::BULK] {
        let mut world = world(6);
        world.plain(0, read(Behaviour::Blocks));
        world.stage(&[
            (1, Marks::LINK | bulk, read(Behaviour::Inline).limited(30)),
            (2, Marks::LINK | Marks::DRAIN, nop()),
            (3, Marks::NONE, nop()),
        ]);
        world.plain(4, nop());
        turn(&mut world);
        assert_eq!((world.works.encoded.len(), world.engine.backlog()), (1, 4));
        world.kernel().pass(31);
        turn(&mut world);
        assert_eq!(world.result(1), Some(-ETIMEDOUT));
        assert_eq!((world.result(2), world.result(3)), (Some(-ECANCELED), Some(-ECANCELED)));
        assert_eq!(world.result(4), Some(0), "the barrier is gone");
        world.cancel(0);
        world.settle();
    }
}

#[test]
fn a_barrier_waits_for_the_last_row_of_a_multishot_and_for_a_notification() {
    for behaviour in [Behaviour::Multi, Behaviour::ZeroCopy] {
        for seed in 0..40 {
            let mut world = World::new(Plan { pace: 6, ..Plan::calm(8, 16) }, seed, 2);
            world.plain(0, Work::new(Act::Write, behaviour));
            barrier(&mut world, 1, nop());
            turn(&mut world);
            world.cancel(0);
            world.settle();
            assert_eq!(world.results.last(), Some(&(1, 0)), "the fake's order says the rest");
        }
    }
}

#[test]
fn a_barrier_that_waits_is_cancelled_in_the_backlog_and_lets_the_rest_pass() {
    let mut world = world(4);
    world.plain(0, read(Behaviour::Never));
    barrier(&mut world, 1, nop());
    world.plain(2, read(Behaviour::Inline));
    barrier(&mut world, 3, nop());
    turn(&mut world);
    world.cancel(1);
    turn(&mut world);
    assert_eq!(world.results, [(1, -ECANCELED), (2, 16)]);
    world.cancel(3);
    turn(&mut world);
    assert_eq!(world.result(3), Some(-ECANCELED));
    assert_eq!((world.engine.live(), entries_of(&mut world, Kind::Cancel)), (1, 0));
}

#[test]
fn a_cancel_reaches_what_is_before_a_barrier_and_what_is_behind_it() {
    let mut world = world(4);
    world.plain(0, read(Behaviour::Blocks));
    barrier(&mut world, 1, read(Behaviour::Blocks));
    world.plain(2, nop());
    world.plain(3, nop());
    turn(&mut world);
    world.cancel(2);
    turn(&mut world);
    assert_eq!(world.results, [(2, -ECANCELED)], "behind it");
    world.cancel(0);
    turn(&mut world);
    assert_eq!(world.results[1..], [(0, -ECANCELED)], "before it");
    assert_eq!(world.engine.in_kernel(), 1, "it runs");
    world.cancel(1);
    world.settle();
    assert_eq!(world.results[2..], [(1, -ECANCELED), (3, 0)]);
}

#[test]
fn a_time_limit_at_a_barrier_and_behind_it_passes_on_time() {
    let mut world = world(5);
    world.plain(0, read(Behaviour::Never));
    barrier(&mut world, 1, nop().limited(50));
    world.plain(2, nop().limited(30));
    world.plain(3, nop().limited(90));
    turn(&mut world);
    assert_eq!(entries_of(&mut world, Kind::Alarm), 1, "one for the earliest");
    assert!(!world.engine.has_work() && world.results.is_empty());
    world.kernel().pass(29);
    turn(&mut world);
    assert!(world.results.is_empty(), "not too early");
    world.kernel().pass(1);
    turn(&mut world);
    assert_eq!(world.results, [(2, -ETIMEDOUT)]);
    // an earlier one comes later
    world.plain(4, nop().limited(5));
    turn(&mut world);
    world.kernel().pass(5);
    turn(&mut world);
    assert_eq!(world.results[1..], [(4, -ETIMEDOUT)]);
    // its alarm took the place of the other's, which was set again
    assert_eq!(entries_of(&mut world, Kind::Cancel), 1);
    world.kernel().pass(15);
    turn(&mut world);
    // the barrier is gone, and what it held back goes on
    assert_eq!(world.results[2..], [(1, -ETIMEDOUT), (3, 0)]);
    assert_eq!(world.works.encoded, [0, 3]);
}

#[test]
fn a_time_limit_runs_from_the_first_turn_also_while_turns_end_at_their_limit() {
    let mut world = world(8);
    world.plain(0, read(Behaviour::Blocks));
    (1..5).for_each(|slot| world.plain(slot, nop()));
    barrier(&mut world, 5, nop());
    world.plain(6, nop().limited(20));
    assert!(world.turn(1).expect("works").more);
    world.kernel().pass(20);
    turn(&mut world);
    assert_eq!(world.result(6), Some(-ETIMEDOUT));
    world.cancel(0);
    world.settle();
}

#[test]
fn what_is_released_in_time_has_the_rest_of_its_limit() {
    let mut world = world(3);
    world.plain(0, read(Behaviour::Blocks));
    barrier(&mut world, 1, read(Behaviour::Blocks).limited(50));
    turn(&mut world);
    world.kernel().pass(30);
    world.cancel(0);
    turn(&mut world);
    assert_eq!((world.result(0), world.engine.in_kernel()), (Some(-ECANCELED), 1));
    world.kernel().pass(19);
    turn(&mut world);
    assert_eq!(world.result(1), None);
    world.kernel().pass(1);
    turn(&mut world);
    assert_eq!(world.result(1), Some(-ETIMEDOUT), "50 from the time it came to wait");
    world.settle();
}

#[test]
fn an_alarm_that_nothing_waits_for_is_taken_back() {
    let mut world = world(2);
    world.plain(0, read(Behaviour::Blocks));
    barrier(&mut world, 1, nop().limited(1_000_000));
    turn(&mut world);
    assert_eq!(entries_of(&mut world, Kind::Alarm), 1);
    world.cancel(0);
    turn(&mut world);
    assert_eq!((world.result(1), world.engine.is_idle()), (Some(0), true), "at once");
    assert_eq!(world.engine.counts().suspect, 0);
}

#[test]
fn a_forged_alarm_is_suspect_and_ends_nothing() {
    let mut world = world(2);
    world.plain(0, read(Behaviour::Blocks));
    barrier(&mut world, 1, nop().limited(100));
    turn(&mut world);
    for number in [0, 2, 77] {
        let forged = Token::new(Kind::Alarm, number, u32::MAX);
        world.kernel().forge(forged.user_data(), -libc::ETIME, 0);
    }
    turn(&mut world);
    assert_eq!((world.engine.counts().suspect, world.results.len()), (3, 0));
    world.kernel().pass(100);
    turn(&mut world);
    assert_eq!(world.results, [(1, -ETIMEDOUT)]);
}

#[test]
fn drain_does_not_wait_for_barriers() {
    let mut world = world(6);
    world.plain(0, read(Behaviour::Blocks));
    barrier(&mut world, 1, nop().limited(1_000_000));
    world.stage(&[(2, Marks::LINK, nop()), (3, Marks::NONE, nop())]);
    barrier(&mut world, 4, nop());
    turn(&mut world);
    assert!(world.drain(None));
    assert_eq!(world.results.len(), 5);
    assert!(world.results.iter().all(|(_, result)| *result == -ECANCELED));
    assert!(world.kernel().now() < Duration::from_micros(1), "not for the time limit either");
}

#[test]
fn a_chain_that_is_cancelled_while_it_is_being_staged_is_cancelled_when_it_is_complete() {
    let mut world = world(4);
    (0..4).for_each(|slot| world.works.by_slot[slot] = nop());
    let World { engine, works, .. } = &mut world;
    let mut results = Vec::new();
    assert_eq!(engine.stage(0, Marks::LINK), Ok(()));
    engine.cancel(0);
    assert_eq!(engine.stage(1, Marks::NONE), Ok(()));
    assert_eq!(engine.stage(2, Marks::LINK | Marks::BULK), Ok(()));
    engine.cancel(2);
    // the turn ends what is linked to nothing
    engine.turn(works, 9, &mut |row| results.push((row.slot, row.result))).expect("works");
    assert_eq!(results, [0, 1, 2].map(|slot| (slot, -ECANCELED)));
    assert!(works.encoded.is_empty());
}
