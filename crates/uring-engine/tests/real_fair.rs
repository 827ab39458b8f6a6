//! Figures behind `limits::TURN_BYTES` and `limits::INLINE_BYTES`: cached reads with their bytes
//! counted, beside the same reads with nothing counted and therefore no bound.
//!
//! They mean something on a quiet machine and in a release build only:
//! `cargo test --release -p uring-engine --test real_fair -- --ignored --nocapture`

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use uring::opcode;
use uring::types::Fd;
use uring_engine::{open, Encode, Encoded, Engine, Kernel, Marks, Ring, Setup, Slots};

const MIB: usize = 1 << 20;
const FILE: usize = 256 * MIB;
const ROUNDS: usize = 9;

/// Reads a file in pieces; the slot after the last piece is a no-op.
struct Reads<'file> {
    file: &'file File,
    buffer: Vec<u8>,
    size: usize,
    count: u32,
    counted: bool,
}

impl Encode for Reads<'_> {
    fn encode(&mut self, slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        if slot == self.count {
            return Ok(Encoded::bare(opcode::Nop::new().build()));
        }
        let at = slot as usize * self.size;
        let (file_at, buffer_at) = (at % FILE, at % self.buffer.len());
        let buffer = self.buffer[buffer_at..].as_mut_ptr();
        let read = opcode::Read::new(Fd(self.file.as_raw_fd()), buffer, self.size as u32);
        let mut encoded = Encoded::bare(read.offset(file_at as u64).build());
        encoded.bytes = if self.counted { self.size as u32 } else { 0 };
        Ok(encoded)
    }

    fn limit(&mut self, _slot: u32) -> Duration {
        Duration::ZERO
    }
}

/// What a run took.
#[derive(Clone, Copy, Default)]
struct Figures {
    all: Duration,
    /// The CPU time of the longest turn: what others on the machine do is not counted.
    turn: Duration,
    /// The longest that a single no-op waited, beside the reads.
    nop: Duration,
}

fn run(reads: &mut Reads) -> Figures {
    let count = reads.count;
    let ring: Ring = open(Setup::new(256, None)).expect("io_uring works here");
    let mut engine = Engine::new(ring, count + 1);
    let marks = if count > 1 { Marks::BULK } else { Marks::NONE };
    let (start, mut figures) = (Instant::now(), Figures::default());
    engine.stage_all((0..count).map(|slot| (slot, marks)), reads).expect("free slots");
    let (mut done, mut nop_since) = (0, None);
    while done < count {
        let nop = *nop_since.get_or_insert_with(|| {
            engine.stage_all([(count, Marks::NONE)].into_iter(), reads).expect("a free slot");
            Instant::now()
        });
        let turn_since = cpu_time();
        let turn = engine.turn(reads, 1_024, &mut |row| {
            if row.slot == count {
                figures.nop = figures.nop.max(nop.elapsed());
                nop_since = None;
            } else {
                assert!(row.result > 0, "{}", row.result);
                done += 1;
            }
        });
        figures.turn = figures.turn.max(cpu_time() - turn_since);
        if !turn.expect("the ring works").more && done < count {
            engine.kernel().wait(Duration::from_millis(10));
        }
    }
    figures.all = start.elapsed();
    while !engine.is_idle() {
        engine.turn(reads, 9, &mut |_| {}).expect("the ring works");
    }
    figures
}

fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: one timespec of ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
#[ignore = "a measurement"]
fn a_bounded_turn_costs_no_throughput_and_keeps_nobody_waiting() {
    let path = std::env::temp_dir().join(format!("uring-fair-{}", std::process::id()));
    let mut file =
        File::options().read(true).write(true).create_new(true).open(&path).expect("new");
    std::fs::remove_file(&path).expect("ours");
    file.write_all(&vec![1; FILE]).expect("room for it");
    let mut within = true;
    for (size, count) in [(64 << 10, 20_000), (MIB, 1_024), (FILE, 1)] {
        let buffer = vec![1; size.max(16 * MIB)];
        let mut reads = Reads { file: &file, buffer, size, count, counted: false };
        let (mut ratios, mut turns, mut nops, mut free) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            reads.counted = false;
            let unbounded = run(&mut reads);
            reads.counted = true;
            let bounded = run(&mut reads);
            ratios.push(bounded.all.as_secs_f64() / unbounded.all.as_secs_f64());
            turns.push(bounded.turn.as_secs_f64() * 1e3);
            nops.push(bounded.nop.as_secs_f64() * 1e3);
            free.push(unbounded.turn.as_secs_f64() * 1e3);
        }
        let [ratio, turn, nop, free] = [ratios, turns, nops, free].map(median);
        eprintln!(
            "{count} x {size} bytes: {ratio:.3} of the time without a bound; longest turn \
             {turn:.2} ms ({free:.1} without a bound); a no-op beside it at most {nop:.2} ms"
        );
        within &= ratio < 1.03 && turn < 5.0 && nop < 20.0;
    }
    assert!(within, "not what the limits are chosen for");
}
