//! Who owns an operation's memory, and when it is freed.

mod fake;

use fake::memory::Ledger;
use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{EAGAIN, ECANCELED, EINTR, ETIMEDOUT};
use std::rc::Rc;
use std::time::Duration;
use uring_engine::{limits, Kind, Marks, Token};

const MORE: u32 = 1 << 1;

fn world(slots: u32) -> World {
    World::new(Plan::calm(8, 16), 1, slots)
}

fn read(behaviour: Behaviour) -> Work {
    Work::new(Act::Read, behaviour)
}

fn turn(world: &mut World) {
    world.turn(usize::MAX).expect("the ring works");
}

/// The token of the operation in `slot`, and that of its guard.
fn tokens(world: &World, slot: u32) -> (Token, Token) {
    let token = world.engine.slots().token(slot).expect("staged");
    (token, token.with_kind(Kind::Guard))
}

#[test]
fn r10_memory_is_kept_until_the_last_completion_of_a_cancelled_operation() {
    let behaviours = [Behaviour::Blocks, Behaviour::Interrupted, Behaviour::Escapes];
    for (behaviour, result) in behaviours.into_iter().zip([-ECANCELED, -EINTR, 16]) {
        let mut world = World::new(Plan { deferred: true, ..Plan::calm(8, 16) }, 1, 1);
        world.plain(0, read(behaviour));
        turn(&mut world);
        world.cancel(0);
        assert_eq!(world.ledger.alive(), 1, "asked for, not over");
        world.kernel().script.push_back(EAGAIN);
        turn(&mut world);
        assert_eq!((world.ledger.alive(), world.ledger.in_kernel()), (1, 1));
        world.settle();
        assert_eq!((world.result(0), world.ledger.alive()), (Some(result), 0));
    }
}

#[test]
fn r10_memory_of_an_operation_that_timed_out_waits_for_both_completions() {
    for seed in 0..20 {
        // one entry in the completion queue: the two completions come in two turns
        let mut world = World::new(Plan { deferred: true, ..Plan::calm(8, 1) }, seed, 1);
        world.plain(0, read(Behaviour::Blocks).limited(4));
        turn(&mut world);
        world.kernel().pass(4);
        turn(&mut world);
        world.settle();
        assert_eq!((world.result(0), world.ledger.alive()), (Some(-ETIMEDOUT), 0));
    }
}

#[test]
fn r10_memory_is_kept_when_the_submit_fails() {
    let mut world = world(1);
    world.plain(0, read(Behaviour::Inline));
    world.kernel().script.push_back(libc::EFAULT);
    assert_eq!(world.turn(usize::MAX), Err(libc::EFAULT));
    assert_eq!(world.ledger.alive(), 1);
    let ledger = Rc::clone(&world.ledger);
    drop(world);
    assert_eq!(ledger.alive(), 1);
}

#[test]
fn r11_memory_of_an_operation_with_many_results_lives_until_the_last() {
    let mut world = World::new(Plan { pace: 3, ..Plan::calm(8, 16) }, 1, 1);
    world.plain(0, read(Behaviour::Multi));
    turn(&mut world);
    for _ in 0..100 {
        assert_eq!(world.ledger.in_kernel(), world.engine.live());
        world.kernel().pass(1);
        turn(&mut world);
    }
    assert_eq!((world.results.len(), world.ledger.alive()), (1, 0));
    assert!(world.engine.counts().completions >= 2);
}

#[test]
fn r11_memory_of_operations_never_moves() {
    let mut world = world(4);
    (0..4).for_each(|slot| world.plain(slot, Work::new(Act::Write, Behaviour::Late).limited(900)));
    turn(&mut world);
    world.grow(4_000); // the table moves; what the kernel reads at completion does not
    (4..4_000).for_each(|slot| world.plain(slot, Work::new(Act::Write, Behaviour::Late)));
    world.settle();
    assert_eq!(world.results.len(), 4_000);
}

#[test]
fn r17_completions_of_nothing_in_flight_are_counted_and_ignored() {
    let mut world = world(2);
    world.plain(0, read(Behaviour::Inline));
    world.settle();
    world.plain(0, read(Behaviour::Blocks));
    turn(&mut world);
    let (token, guard) = tokens(&world, 0);
    let forged = [
        Token::new(Kind::Operation, token.generation() - 1, 0),
        Token::new(Kind::Operation, token.generation() + 1, 0),
        Token::new(Kind::Operation, 0, 1),
        Token::new(Kind::Operation, 0, 2),
        Token::new(Kind::Operation, 0, u32::MAX),
        Token::from_user_data(u64::MAX),
        token.with_kind(Kind::Cancel), // no cancel is out
        guard,                         // it has no guard
    ];
    for (index, token) in forged.into_iter().enumerate() {
        world.kernel().forge(token.user_data(), 4096, 0);
        world.kernel().forge(token.user_data(), 4096, MORE);
        turn(&mut world);
        assert_eq!(world.engine.counts().suspect, 2 * index as u64 + 2, "{token:?}");
        assert_eq!((world.results.len(), world.engine.live()), (1, 1));
    }
    world.cancel(0);
    world.settle();
    assert_eq!(world.result(0), Some(-ECANCELED), "the ring goes on");
}

#[test]
fn r17_a_completion_for_an_operation_in_the_backlog_is_ignored() {
    let mut world = World::new(Plan::calm(2, 2), 1, 3);
    (0..3).for_each(|slot| world.plain(slot, read(Behaviour::Inline)));
    let (third, _) = tokens(&world, 2);
    world.kernel().forge(third.user_data(), 4096, 0);
    world.kernel().script.push_back(EAGAIN);
    world.settle();
    assert_eq!(world.engine.counts().suspect, 1);
    assert_eq!(world.result(2), Some(16));
}

#[test]
fn r18_a_second_last_completion_is_not_the_other_ones() {
    for second in [0, MORE] {
        let mut world = world(1);
        world.plain(0, read(Behaviour::Blocks).limited(900));
        turn(&mut world);
        let (token, guard) = tokens(&world, 0);
        world.cancel(0);
        // submitted, not reaped: the genuine ones come first
        world.turn(0).expect("works");
        for forged in [token, guard, token] {
            world.kernel().forge(forged.user_data(), 4096, second);
        }
        world.settle();
        assert_eq!(world.engine.counts().suspect, 3);
        assert_eq!(world.result(0), Some(-ECANCELED));
    }
}

/// The dangerous order: the guard's completion twice while the kernel still fills the buffer.
#[test]
fn r18_a_guard_that_answers_twice_does_not_free_the_buffer() {
    let mut world = world(1);
    world.plain(0, read(Behaviour::Stubborn).limited(2));
    turn(&mut world);
    let (_, guard) = tokens(&world, 0);
    world.kernel().pass(2);
    turn(&mut world);
    world.kernel().forge(guard.user_data(), -libc::ETIME, 0);
    turn(&mut world);
    assert_eq!((world.engine.live(), world.engine.counts().suspect), (1, 1));
    assert_eq!(world.ledger.in_kernel(), 1);
    world.settle();
    assert_eq!(world.result(0), Some(16), "it could not be stopped, and tells so");
}

#[test]
fn r31_operations_that_never_complete_are_leaked_with_their_engine() {
    let mut world = world(3);
    world.plain(0, read(Behaviour::Never));
    world.plain(1, read(Behaviour::Blocks));
    turn(&mut world);
    world.plain(2, read(Behaviour::Inline));
    assert!(!world.drain(Some(Duration::from_millis(120))), "one does not come back");
    assert_eq!(world.result(1), Some(-ECANCELED));
    assert_eq!(world.result(2), Some(-ECANCELED), "not submitted any more");
    assert_eq!(world.engine.in_kernel(), 1);
    let kept = Rc::new(());
    world.engine.keep(Box::new(Rc::clone(&kept)));
    let ledger: Rc<Ledger> = Rc::clone(&world.ledger);
    drop(world);
    ledger.assert_clean();
    assert_eq!((ledger.alive(), Rc::strong_count(&kept)), (1, 2), "nor what is registered");
}

/// A.7: without a bound, teardown waits for as long as it takes, and goes on asking.
#[test]
fn r79_drain_without_a_bound_waits_for_what_takes_very_long() {
    let mut world = World::new(Plan { pace: 3_000_000, ..Plan::calm(8, 16) }, 3, 4);
    world.plain(0, read(Behaviour::Stubborn));
    world.plain(1, Work::new(Act::Write, Behaviour::ZeroCopy));
    world.plain(2, read(Behaviour::Multi));
    world.plain(3, read(Behaviour::Blocks));
    turn(&mut world);
    assert!(!world.drain(Some(Duration::ZERO)), "not yet");
    assert!(world.drain(None));
    assert_eq!((world.results.len(), world.ledger.alive()), (4, 0));
    assert_eq!(world.result(0), Some(16));
    let asked = world.kernel().answers.iter().filter(|answer| **answer == -libc::EALREADY).count();
    assert!(asked > usize::from(limits::CANCEL_MISSES_MAX), "asked {asked} times");
}

#[test]
fn r31_a_leaked_engine_keeps_everything() {
    let mut world = world(1);
    let kept = Rc::new(());
    world.engine.keep(Box::new(Rc::clone(&kept)));
    let ledger = Rc::clone(&world.ledger);
    world.engine.leak();
    assert_eq!((Rc::strong_count(&kept), Rc::strong_count(&ledger) > 2), (2, true));
}

#[test]
fn r31_an_idle_engine_leaks_nothing() {
    let mut world = world(2);
    let kept = Rc::new(());
    world.engine.keep(Box::new(Rc::clone(&kept)));
    world.plain(0, read(Behaviour::Inline));
    world.settle();
    world.plain(1, read(Behaviour::Inline)); // staged, never seen by the kernel
    let ledger = Rc::clone(&world.ledger);
    drop(world);
    assert_eq!((ledger.alive(), Rc::strong_count(&kept)), (0, 1));
    assert_eq!(Rc::strong_count(&ledger), 1, "the kernel is closed");
}

#[test]
fn r31_forgotten_registrations_are_given_back_at_once() {
    let mut world = world(1);
    let kept = Rc::new(());
    world.engine.keep(Box::new(Rc::clone(&kept)));
    world.engine.forget_kept();
    assert_eq!(Rc::strong_count(&kept), 1);
    assert_eq!(world.engine.stage(0, Marks::NONE), Ok(()));
}
