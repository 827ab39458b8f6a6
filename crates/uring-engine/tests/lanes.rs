//! Two lanes and a budget of bytes: a batch keeps neither single operations nor the loop.

mod fake;

use fake::request::{Act, Behaviour};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use uring::squeue::Flags;
use uring_engine::limits::{INLINE_BYTES, TURN_BYTES, TURN_TIME};
use uring_engine::{Kernel, Marks, Turn};

fn world(sq_entries: u32, slots: u32) -> World {
    World::new(Plan::calm(sq_entries, sq_entries * 2), 1, slots)
}

fn nop() -> Work {
    Work::new(Act::Nop, Behaviour::Inline)
}

fn bulk(world: &mut World, slots: std::ops::Range<u32>, bytes: u32) {
    slots.for_each(|slot| world.stage(&[(slot, Marks::BULK, nop().copying(bytes))]));
}

/// How many of the rows so far are of slots in `slots`.
fn settled(world: &World, slots: std::ops::Range<u32>) -> usize {
    world.results.iter().filter(|(slot, _)| slots.contains(slot)).count()
}

#[test]
fn a_single_operation_and_a_chain_do_not_wait_behind_a_batch() {
    for at_once in [false, true] {
        let mut world = world(8, 1_003);
        world.at_once = at_once;
        bulk(&mut world, 0..1_000, INLINE_BYTES);
        world.stage(&[(1_000, Marks::LINK, nop()), (1_001, Marks::NONE, nop())]);
        world.plain(1_002, nop());
        let turn = world.turn(usize::MAX).expect("works");
        assert!(turn.more);
        assert_eq!(settled(&world, 1_000..1_003), 3, "in the first turn");
        world.settle();
        let batch = world.works.encoded.iter().filter(|&&slot| slot < 1_000);
        assert!(batch.copied().eq(0..1_000), "in order");
    }
}

#[test]
fn a_batch_gets_on_beside_single_operations_that_never_end() {
    let mut world = world(8, 108);
    bulk(&mut world, 0..100, 0);
    let mut turns = 0;
    while settled(&world, 0..100) < 100 {
        turns += 1;
        assert!(turns < 100, "starved");
        // as many as a turn may hand out, again and again
        (100..108)
            .filter(|&slot| world.is_free(slot))
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|slot| world.plain(slot, nop()));
        world.turn(8).expect("works");
    }
    assert!(settled(&world, 100..108) > 100, "and so do those");
}

#[test]
fn a_turn_copies_a_bounded_number_of_bytes_and_says_that_there_is_more() {
    for (marks, at_once) in [(Marks::NONE, false), (Marks::BULK, false), (Marks::BULK, true)] {
        let mut world = world(8, 100);
        world.at_once = at_once;
        for slot in 0..100 {
            world.stage(&[(slot, marks, nop().copying(INLINE_BYTES))]);
        }
        let share = (TURN_BYTES / INLINE_BYTES) as usize;
        for turn in 1..=100 / share {
            let ended = world.turn(usize::MAX).expect("works");
            assert_eq!(ended, Turn { rows: share, more: turn * share < 100, stalled: false });
        }
        world.settle();
        assert_eq!(world.results.len(), 100);
    }
}

#[test]
fn small_transfers_are_counted_to_the_byte() {
    let mut world = world(8, 4_000);
    bulk(&mut world, 0..4_000, 4_096);
    let turn = world.turn(usize::MAX).expect("works");
    assert_eq!(turn, Turn { rows: (TURN_BYTES / 4_096) as usize, more: true, stalled: false });
    world.settle();
}

#[test]
fn a_large_transfer_is_handed_to_a_worker() {
    let mut world = world(8, 3);
    world.plain(0, nop().copying(INLINE_BYTES));
    world.plain(1, nop().copying(INLINE_BYTES + 1));
    world.stage(&[(2, Marks::BULK, nop().copying(u32::MAX))]);
    assert_eq!(world.turn(usize::MAX).map(|turn| turn.rows), Ok(3), "it uses nothing up");
    let flags: Vec<Flags> = world.kernel().log.iter().map(|entry| entry.flags).collect();
    assert_eq!(flags, [Flags::empty(), Flags::ASYNC, Flags::ASYNC]);
}

#[test]
fn a_chain_that_uses_the_bytes_up_goes_on_in_a_worker() {
    let mut world = world(32, 24);
    let link = |slot| if slot < 23 { Marks::LINK } else { Marks::NONE };
    let members: Vec<_> =
        (0..24).map(|slot| (slot, link(slot), nop().copying(INLINE_BYTES))).collect();
    world.stage(&members);
    world.settle();
    let inline = |flags: Flags| !flags.contains(Flags::ASYNC);
    let copied = world.kernel().log.iter().filter(|entry| inline(entry.flags)).count();
    assert_eq!(copied, (TURN_BYTES / INLINE_BYTES) as usize);
    assert_eq!(world.results.len(), 24);
}

#[test]
fn a_chain_stays_in_the_lane_of_its_first_member() {
    let mut world = world(8, 6);
    world.at_once = true;
    // a batch whose bytes are used up holds its chain back, and single operations pass
    bulk(&mut world, 0..3, INLINE_BYTES);
    world.stage(&[(3, Marks::LINK | Marks::BULK, nop()), (4, Marks::NONE, nop())]);
    world.plain(5, nop());
    world.settle();
    let order: Vec<u32> = world.works.encoded.clone();
    let at = |slot| order.iter().position(|&other| other == slot).expect("encoded");
    assert!(at(5) < at(3) && at(3) + 1 == at(4), "{order:?}");
}

#[test]
fn room_that_only_a_batch_could_use_is_left_to_it_in_turn() {
    // a chain of a batch that needs the whole queue, beside single operations that fill it
    let mut world = world(4, 12);
    let link = |slot| if slot < 3 { Marks::LINK } else { Marks::NONE };
    let chain: Vec<_> = (0..4).map(|slot| (slot, link(slot) | Marks::BULK, nop())).collect();
    world.stage(&chain);
    for _ in 0..4 {
        for slot in (4..12).filter(|&slot| world.is_free(slot)).collect::<Vec<_>>() {
            world.plain(slot, nop());
        }
        world.turn(4).expect("works");
    }
    assert_eq!(settled(&world, 0..4), 4);
    assert_eq!(world.kernel().unsubmitted(), 0);
    world.settle();
}

#[test]
fn a_turn_ends_when_its_time_is_up_and_says_that_there_is_more() {
    let plan = Plan { pace: TURN_TIME.as_nanos() as u64, ..Plan::calm(4, 8) };
    let mut world = World::new(plan, 1, 400);
    (0..400).for_each(|slot| world.plain(slot, nop()));
    let mut turns = 1;
    while world.turn(usize::MAX).expect("works").more {
        turns += 1;
    }
    assert_eq!(world.results.len(), 400);
    // an enter for four of them, which takes half of the time on average
    assert!((20..=60).contains(&turns), "{turns} turns");
}
