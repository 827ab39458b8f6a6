//! Linked operations: order, and what a failure or a short transfer does to the rest.

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use libc::{ECANCELED, EIO, ETIMEDOUT};
use uring_engine::Marks;

fn world(slots: u32) -> World {
    World::new(Plan::calm(16, 32), 1, slots)
}

fn read(behaviour: Behaviour) -> Work {
    Work::new(Act::Read, behaviour)
}

fn write(behaviour: Behaviour) -> Work {
    Work::new(Act::Write, behaviour)
}

fn nop() -> Work {
    Work::new(Act::Nop, Behaviour::Inline)
}

fn results(world: &World) -> Vec<i32> {
    (0..world.slots()).map(|slot| world.result(slot).expect("it has settled")).collect()
}

#[test]
fn r59_members_complete_in_order() {
    let mut world = world(4);
    world.stage(&[
        (3, Marks::LINK, write(Behaviour::Late)),
        (1, Marks::LINK, write(Behaviour::Stubborn)),
        (2, Marks::HARDLINK, write(Behaviour::Inline)),
        (0, Marks::NONE, nop()),
    ]);
    world.settle();
    assert_eq!(world.results, [(3, 16), (1, 16), (2, 16), (0, 0)]);
}

#[test]
fn r77_a_failed_member_cancels_the_members_after_it() {
    let mut world = world(4);
    world.stage(&[
        (0, Marks::LINK, write(Behaviour::Late)),
        (1, Marks::LINK, write(Behaviour::Fails)),
        (2, Marks::LINK, write(Behaviour::Late).limited(900)),
        (3, Marks::NONE, nop()),
    ]);
    world.settle();
    assert_eq!(results(&world), [16, -EIO, -ECANCELED, -ECANCELED]);
}

#[test]
fn r77_a_hard_link_survives_the_failure_of_its_member() {
    let mut world = world(3);
    world.stage(&[
        (0, Marks::HARDLINK, write(Behaviour::Fails)),
        (1, Marks::LINK, write(Behaviour::Fails)),
        (2, Marks::NONE, nop()),
    ]);
    world.settle();
    assert_eq!(results(&world), [-EIO, -EIO, -ECANCELED]);
}

#[test]
fn r90_a_short_transfer_is_reported_as_it_is_and_breaks_the_chain() {
    let mut world = world(4);
    world.plain(0, read(Behaviour::Short));
    world.stage(&[(1, Marks::LINK, write(Behaviour::Short)), (2, Marks::NONE, nop())]);
    world.plain(3, Work { length: 4096, ..read(Behaviour::Short) });
    world.settle();
    let results = results(&world);
    assert!((0..16).contains(&results[0]) && (0..16).contains(&results[1]), "{results:?}");
    assert_eq!(results[2], -ECANCELED);
    assert!((0..4096).contains(&results[3]));
}

#[test]
fn r76_a_guard_in_the_middle_stops_its_member_and_the_rest() {
    for seed in 0..20 {
        let mut world = World::new(Plan::calm(16, 32), seed, 4);
        world.stage(&[
            (0, Marks::LINK, write(Behaviour::Late).limited(900)),
            (1, Marks::LINK, read(Behaviour::Blocks).limited(3)),
            (2, Marks::LINK, read(Behaviour::Inline).limited(900)),
            (3, Marks::NONE, nop()),
        ]);
        world.settle();
        assert_eq!(results(&world), [16, -ETIMEDOUT, -ECANCELED, -ECANCELED]);
    }
}

#[test]
fn r76_a_guard_on_a_hard_link_stops_only_its_member() {
    let mut world = world(2);
    world.stage(&[
        (0, Marks::HARDLINK, read(Behaviour::Blocks).limited(3)),
        (1, Marks::NONE, read(Behaviour::Late).limited(900)),
    ]);
    world.settle();
    assert_eq!(results(&world), [-ETIMEDOUT, 16]);
}

/// The last one staged is linked to nothing: what a later turn brings is another chain.
#[test]
fn r59_a_link_at_the_end_of_what_is_staged_ends_the_chain() {
    let mut world = world(3);
    world.works.by_slot[0] = nop();
    world.works.by_slot[1] = nop();
    assert_eq!(world.engine.stage(0, Marks::LINK), Ok(()));
    assert_eq!(world.engine.stage(1, Marks::HARDLINK), Ok(()));
    let (engine, works) = (&mut world.engine, &mut world.works);
    let mut order = Vec::new();
    engine.turn(works, 9, &mut |settled| order.push(settled.slot)).expect("works");
    assert_eq!(order, [0, 1]);
    assert!(engine.kernel().log[1].flags.is_empty(), "no link that dangles");
}

#[test]
fn r77_a_cancelled_first_member_cancels_the_rest() {
    let mut world = world(3);
    world.stage(&[
        (0, Marks::LINK, read(Behaviour::Blocks)),
        (1, Marks::LINK, read(Behaviour::Inline)),
        (2, Marks::NONE, nop()),
    ]);
    world.turn(usize::MAX).expect("works");
    world.cancel(0);
    world.settle();
    assert_eq!(results(&world), [-ECANCELED; 3]);
}
