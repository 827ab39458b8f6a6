//! Random programs against the fake kernel, 10,000 of them, each drawn from one seed: whatever the
//! kernel does, every operation settles exactly once with what became of it, no memory is freed
//! early, nothing is lost and nothing spins (R10, R11, R17, R18, R50-R56, R59, R65, R71-R73).
//!
//! `URING_SEED=n` plays one seed, `URING_SEEDS=n` another number of them.

mod fake;

use fake::request::{Act, Behaviour, BEHAVIOURS};
use fake::work::Work;
use fake::world::World;
use fake::Plan;
use fastrand::Rng;
use libc::{E2BIG, EALREADY, ECANCELED, ENOENT, ETIMEDOUT};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use uring_engine::{limits, Marks, StageError};

const SEEDS: u64 = 10_000;

/// How often the programs came to what they are meant to come to.
static SEEN: Mutex<BTreeMap<&str, u64>> = Mutex::new(BTreeMap::new());

/// What they are meant to come to: each at least once in a hundred programs.
const EVENTS: [&str; 29] = [
    "results",
    "cancelled",
    "timed out",
    "chain too long",
    "stalled turns",
    "interrupted enters",
    "forged completions",
    "cancels not found",
    "cancels too late",
    "failed rings",
    "operations left to the kernel",
    "row before the last",
    "multishot that ended by itself",
    "multishot without buffers",
    "multishot that timed out",
    "multishot that was cancelled",
    "notification",
    "notification of a copy",
    "notification of a timed send",
    "notification of a send that timed out",
    "notification of a cancelled send",
    "barrier",
    "turn that left a barrier waiting",
    "timed out at a barrier",
    "cancelled at a barrier",
    "cancelled in a lane",
    "turn that ended by its bytes",
    "handed to a worker",
    "memory left to the kernel",
];

/// Adds what has become of one program.
fn tally(world: &mut World) {
    let of = |errno: i32| world.results.iter().filter(|(_, result)| *result == -errno).count();
    let results = [world.results.len(), of(ECANCELED), of(ETIMEDOUT), of(E2BIG)];
    let (counts, failure) = (world.engine.counts(), world.engine.failure());
    let kernel = world.kernel();
    let answers = |errno: i32| kernel.answers.iter().filter(|answer| **answer == -errno).count();
    let kernels = [answers(ENOENT), answers(EALREADY), usize::from(failure.is_some())];
    let left = kernel.operations();
    let engines = [counts.stalls, kernel.interrupts, counts.suspect].map(|count| count as usize);
    let memory = world.ledger.in_kernel();
    let all = results.into_iter().chain(engines).chain(kernels).chain([left]);
    let mut seen = SEEN.lock().expect("no panic under it");
    for (event, count) in EVENTS.iter().zip(all) {
        *seen.entry(event).or_default() += count as u64;
    }
    *seen.entry("memory left to the kernel").or_default() += memory as u64;
    for (event, count) in &world.seen {
        *seen.entry(event).or_default() += count;
    }
}

/// Tells how to play a failed seed again.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            eprintln!("seed {seed}: URING_SEED={seed} cargo test -p uring-engine --test states");
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_operation_settles_once_whatever_the_kernel_does() {
    if let Some(seed) = number("URING_SEED") {
        return play(seed);
    }
    let seeds = number("URING_SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        for first in 0..threads {
            let seeds = (first..seeds).step_by(threads as usize);
            scope.spawn(move || seeds.for_each(play));
        }
    });
    let seen = SEEN.lock().expect("no panic under it");
    for event in EVENTS {
        let count = seen.get(event).copied().unwrap_or(0);
        assert!(count >= seeds / 100, "too rarely seen: {event}: {count}");
    }
}

fn plan(rng: &mut Rng) -> Plan {
    let rarely = |rng: &mut Rng, most: u32| if rng.u8(0..3) == 0 { rng.u32(0..=most) } else { 0 };
    let sq_entries = 1 << rng.u32(1..5);
    Plan {
        sq_entries,
        cq_entries: sq_entries << rng.u32(0..3),
        pace: rng.u64(0..12),
        deferred: rng.bool(),
        error: rarely(rng, 60),
        partial: rarely(rng, 60),
        split: rng.u8(0..4) == 0,
        forge: rarely(rng, 40),
        hide: rarely(rng, 60),
        fatal: (rng.u8(0..12) == 0).then(|| {
            let fatal =
                [77, libc::EOWNERDEAD, libc::EEXIST, libc::EBADF, libc::ENXIO, libc::EFAULT];
            (rng.u64(1..40), rng.choice(fatal).expect("not empty"))
        }),
    }
}

/// What is special about a program.
#[derive(Clone, Copy)]
struct Habits {
    /// Some of its operations cannot be cancelled and do not complete.
    stuck: bool,
    /// All of its operations copy as much as may be copied inline.
    heavy: bool,
}

fn play(seed: u64) {
    let _replay = Replay(seed);
    let mut rng = Rng::with_seed(seed);
    let habits = Habits { stuck: rng.u8(0..20) == 0, heavy: rng.u8(0..8) == 0 };
    let stuck = habits.stuck;
    let plan = plan(&mut rng);
    let slots = if habits.heavy { 24 } else { rng.u32(1..24) };
    let mut world = World::new(plan, seed, slots);
    world.at_once = rng.bool();
    for _ in 0..rng.u32(10..80) {
        if !step(&mut world, &mut rng, habits) {
            return failed(world);
        }
    }
    match rng.u8(0..4) {
        0 => abandoned(world),
        1 => drained(world, stuck),
        _ if stuck => drained(world, stuck),
        _ => finished(world, &mut rng),
    }
}

/// One step of a program. False when the ring has failed.
fn step(world: &mut World, rng: &mut Rng, habits: Habits) -> bool {
    match rng.u8(0..20) {
        0..=7 => stage(world, rng, habits),
        8..=9 => world.cancel(rng.u32(0..world.slots() + 3)),
        10 if rng.u8(0..4) == 0 => world.cancel_all(),
        11 => world.kernel().pass(rng.u64(0..60)),
        12 if world.slots() < 60 => world.grow(world.slots() + rng.u32(0..3)),
        13..=15 => drop(world.turn(rng.usize(0..4))),
        _ => drop(world.turn(usize::MAX)),
    }
    // results that came with the failure are handed out first, so a turn may be Ok and the last
    world.engine.failure().is_none()
}

fn work(rng: &mut Rng, habits: Habits) -> Work {
    let act = rng.choice([Act::Nop, Act::Read, Act::Write]).expect("not empty");
    let known = BEHAVIOURS.len() - usize::from(!habits.stuck);
    let behaviour = if rng.bool() { Behaviour::Ordinary } else { BEHAVIOURS[rng.usize(0..known)] };
    let mut work = Work::new(act, behaviour);
    work.length = rng.u32(1..40);
    if rng.u8(0..4) == 0 {
        work = work.limited(rng.u32(0..60));
    }
    if rng.u8(0..24) == 0 {
        work = work.refused(libc::EINVAL);
    }
    match rng.u8(0..8) {
        _ if habits.heavy => work.copying(limits::INLINE_BYTES),
        0 => work.copying(rng.u32(1..=limits::INLINE_BYTES)),
        1 => work.copying(rng.u32(1..limits::INLINE_BYTES * 2)),
        _ => work,
    }
}

fn stage(world: &mut World, rng: &mut Rng, habits: Habits) {
    let mut free: Vec<u32> = (0..world.slots()).filter(|&slot| world.is_free(slot)).collect();
    rng.shuffle(&mut free);
    for _ in 0..rng.usize(1..if habits.heavy { 12 } else { 4 }) {
        let length = if rng.bool() { 1 } else { rng.usize(1..6) };
        if free.len() < length {
            return;
        }
        let mut members: Vec<(u32, Marks, Work)> = Vec::new();
        for slot in free.split_off(free.len() - length) {
            let link = if rng.u8(0..3) == 0 { Marks::HARDLINK } else { Marks::LINK };
            let link = if members.len() + 1 == length { Marks::NONE } else { link };
            let barrier = if rng.u8(0..30) == 0 { Marks::DRAIN } else { Marks::NONE };
            let bulk = if rng.u8(0..3) == 0 { Marks::BULK } else { Marks::NONE };
            members.push((slot, link | barrier | bulk, work(rng, habits)));
        }
        world.stage(&members);
    }
}

/// Everything that is under way comes to its end without further help.
fn finished(mut world: World, rng: &mut Rng) {
    for round in 0..4_000 {
        let limit = if rng.bool() { usize::MAX } else { rng.usize(1..5) };
        if world.turn(limit).is_err() {
            return failed(world);
        }
        if world.engine.live() == 0 && world.ledger.in_kernel() == 0 {
            assert_eq!(world.ledger.alive(), 0, "memory left after the last result");
            tally(&mut world);
            return;
        }
        if round % 16 == 15 {
            for slot in world.uncancelled() {
                world.cancel(slot);
            }
        }
        world.kernel().pass(rng.u64(0..20));
    }
    panic!("{} operations never settled, {:?}", world.engine.live(), world.engine.counts());
}

/// Teardown: true when all came back, and only then is everything freed.
fn drained(mut world: World, stuck: bool) {
    // what cannot be cancelled is waited for without a bound, unless it never comes
    let bound = stuck.then(|| Duration::from_millis(1));
    let empty = world.drain(bound);
    assert!(!empty || world.engine.live() == 0);
    assert!(empty || stuck || world.engine.failure().is_some(), "the kernel lets go of all");
    abandoned(world);
}

/// R31: dropped in the middle of it, the engine keeps what the kernel may still touch.
fn abandoned(mut world: World) {
    tally(&mut world);
    let World { engine, ledger, .. } = world;
    let in_kernel = ledger.in_kernel();
    drop(engine);
    ledger.assert_clean();
    assert_eq!(ledger.in_kernel(), in_kernel);
    if in_kernel == 0 {
        return;
    }
    assert!(ledger.alive() >= in_kernel, "R31: memory freed under the kernel");
}

/// R56: the ring has failed, once and for all; what it held is kept.
fn failed(mut world: World) {
    let errno = world.engine.failure().expect("a failed turn is a failed ring");
    let (results, in_kernel) = (world.results.len(), world.ledger.in_kernel());
    for limit in [usize::MAX, 1, 0] {
        assert_eq!(world.turn(limit), Err(errno));
    }
    assert_eq!(world.engine.stage(0, Marks::NONE), Err(StageError::Closed));
    assert!(!world.drain(Some(Duration::from_secs(1))));
    assert_eq!((world.results.len(), world.ledger.in_kernel()), (results, in_kernel));
    abandoned(world);
}
