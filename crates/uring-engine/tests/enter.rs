//! The errno policy of `io_uring_enter`, row by row (io_uring_enter(2), "ERRORS").

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{EAGAIN, EBUSY, EINTR, ENOMEM};
use uring_engine::{limits, Kernel, Marks, StageError, Turn};

const FATAL: [i32; 8] = [
    libc::EBADR,
    libc::EOWNERDEAD,
    libc::EEXIST,
    libc::EBADF,
    libc::EBADFD,
    libc::ENXIO,
    libc::EFAULT,
    libc::EINVAL,
];

fn world(sq_entries: u32, slots: u32) -> World {
    World::new(Plan::calm(sq_entries, sq_entries * 2), 1, slots)
}

fn read(behaviour: Behaviour) -> Work {
    Work::new(Act::Read, behaviour)
}

/// Makes the next `count` enters fail.
fn script(world: &mut World, errno: i32, count: usize) {
    world.kernel().script.extend(std::iter::repeat_n(errno, count));
}

#[test]
fn r53_signals_between_enters_lose_nothing() {
    let mut world = world(4, 100);
    for slot in 0..100 {
        world.plain(slot, read(Behaviour::Late));
        script(&mut world, EINTR, (slot % 5) as usize);
        script(&mut world, 0, 1);
    }
    world.settle();
    assert_eq!(world.results.len(), 100);
    assert!(world.kernel().interrupts > 50);
}

#[test]
fn r53_a_storm_of_signals_ends_the_turn() {
    let mut world = world(4, 1);
    world.plain(0, read(Behaviour::Inline));
    script(&mut world, EINTR, 1_000);
    let turn = world.turn(usize::MAX).expect("a signal is no failure");
    assert!(turn.stalled);
    assert_eq!(world.engine.counts().enters, u64::from(limits::INTERRUPTS_MAX));
    world.kernel().script.clear();
    world.settle();
    assert_eq!(world.result(0), Some(16));
}

#[test]
fn r54_a_kernel_without_room_is_asked_once_per_turn() {
    for errno in [EAGAIN, EBUSY, ENOMEM] {
        let mut world = world(4, 10);
        for slot in 0..10 {
            world.plain(slot, read(Behaviour::Inline));
        }
        script(&mut world, errno, 50);
        for enters in 1..=50 {
            let turn = world.turn(usize::MAX).expect("shortage is no failure");
            assert_eq!(turn, Turn { rows: 0, more: false, stalled: true });
            assert_eq!(world.engine.counts().enters, enters, "no spin");
            assert_eq!((world.engine.in_kernel(), world.engine.backlog()), (4, 6));
        }
        assert_eq!(world.engine.counts().stalls, 50);
        assert!(world.engine.has_work());
        world.settle();
        assert_eq!(world.works.encoded, (0..10).collect::<Vec<u32>>(), "once, in order");
        assert_eq!(world.results.len(), 10);
    }
}

#[test]
fn r54_completions_make_room_within_the_turn() {
    let mut world = world(4, 6);
    (0..4).for_each(|slot| world.plain(slot, read(Behaviour::Late)));
    world.turn(usize::MAX).expect("works");
    world.kernel().pass(5);
    world.plain(4, read(Behaviour::Inline));
    script(&mut world, EBUSY, 1);
    let turn = world.turn(usize::MAX).expect("works");
    assert_eq!(turn, Turn { rows: 5, more: false, stalled: false });
    assert!(world.engine.is_idle());
}

#[test]
fn r54_a_limit_reached_while_stalled_is_more_and_not_stalled() {
    let mut world = world(4, 6);
    (0..4).for_each(|slot| world.plain(slot, read(Behaviour::Late)));
    world.turn(usize::MAX).expect("works");
    world.kernel().pass(5);
    world.plain(4, read(Behaviour::Inline));
    script(&mut world, EBUSY, 1);
    let turn = world.turn(2).expect("works");
    assert_eq!(turn, Turn { rows: 2, more: true, stalled: false });
    world.settle();
    assert_eq!(world.results.len(), 5);
}

#[test]
fn r55_what_a_submit_leaves_is_submitted_next() {
    let plan = Plan { partial: 70, pace: 3, ..Plan::calm(16, 16) };
    let mut world = World::new(plan, 3, 300);
    for slot in (0..300).step_by(3) {
        world.plain(slot, read(Behaviour::Ordinary));
        world.stage(&[
            (slot + 1, Marks::LINK, read(Behaviour::Late)),
            (slot + 2, Marks::NONE, Work::new(Act::Write, Behaviour::Ordinary)),
        ]);
    }
    world.settle();
    assert_eq!(world.results.len(), 300);
    let counts = world.engine.counts();
    assert_eq!((counts.submitted, counts.settled, counts.suspect), (300, 300, 0));
}

#[test]
fn r55_an_enter_that_takes_nothing_is_not_repeated_at_once() {
    let mut world = world(4, 1);
    world.kernel().plan.partial = 100;
    world.plain(0, read(Behaviour::Inline));
    for _ in 0..5 {
        assert!(world.turn(usize::MAX).expect("works").stalled);
    }
    assert!(world.engine.counts().enters <= 5);
    world.kernel().plan.partial = 0;
    world.kernel().script.clear();
    world.settle();
}

#[test]
fn r56_a_fatal_errno_ends_the_ring_and_keeps_its_memory() {
    for errno in FATAL {
        let mut world = world(4, 9);
        (0..4).for_each(|slot| world.plain(slot, read(Behaviour::Blocks)));
        world.turn(usize::MAX).expect("works");
        (4..9).for_each(|slot| world.plain(slot, read(Behaviour::Inline)));
        script(&mut world, errno, 1);
        for _ in 0..3 {
            // the errno comes up once; the ring has failed for good
            assert_eq!(world.turn(usize::MAX), Err(errno));
        }
        assert_eq!(world.engine.failure(), Some(errno));
        assert_eq!(world.engine.stage(9, Marks::NONE), Err(StageError::Closed));
        assert_eq!(world.engine.counts().enters, 2);
        let ledger = std::rc::Rc::clone(&world.ledger);
        assert_eq!((ledger.in_kernel(), ledger.alive()), (8, 8));
        drop(world);
        ledger.assert_clean();
        assert_eq!(ledger.alive(), 8, "nobody knows what the kernel does with it");
    }
}

#[test]
fn r56_results_that_came_before_the_failure_are_given_before_it_is_told() {
    for errno in FATAL {
        let mut world = world(4, 3);
        world.plain(0, read(Behaviour::Late));
        world.plain(1, read(Behaviour::Blocks));
        world.turn(usize::MAX).expect("works");
        world.kernel().pass(5);
        world.plain(2, read(Behaviour::Inline));
        script(&mut world, errno, 1);
        let turn = world.turn(usize::MAX).expect("there is a result");
        assert_eq!(turn, Turn { rows: 1, more: true, stalled: false });
        assert_eq!(world.result(0), Some(16), "an opened file would be lost without it");
        assert_eq!(world.turn(usize::MAX), Err(errno));
    }
}

#[test]
fn r56_a_dropped_completion_fails_the_ring() {
    let mut world = world(4, 2);
    world.plain(0, read(Behaviour::Inline));
    world.settle();
    world.plain(1, read(Behaviour::Blocks));
    world.kernel().lost = 1;
    assert_eq!(world.turn(usize::MAX), Err(libc::EBADR));
    assert_eq!(world.turn(usize::MAX), Err(libc::EBADR));
}

#[test]
fn r57_overflowed_completions_are_fetched_in_order() {
    let mut world = World::new(Plan::calm(64, 2), 1, 64);
    (0..64).for_each(|slot| world.plain(slot, read(Behaviour::Late)));
    world.turn(usize::MAX).expect("works");
    world.kernel().pass(5);
    assert!(world.kernel().needs_enter());
    let turn = world.turn(usize::MAX).expect("works");
    assert_eq!(turn, Turn { rows: 64, more: false, stalled: false });
}
