//! Random programs on the kernel that runs the tests: what the fake kernel was made after.
//!
//! `URING_SEED=n` plays one seed.

mod real;

use fastrand::Rng;
use libc::{ECANCELED, EINTR, ETIMEDOUT};
use real::{pipe, set, Bench, Bytes};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;
use uring::opcode;
use uring::squeue::Flags;
use uring::types::Fd;
use uring_engine::{Encoded, Marks};

const SLOTS: u32 = 24;

/// Tells how to play a failed seed again.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            eprintln!(
                "seed {seed}: URING_SEED={seed} cargo test -p uring-engine --test real_random"
            );
        }
    }
}

fn reading(fd: i32, bytes: u32, flags: Flags) -> Encoded {
    let mut buffer = Bytes::new(bytes as usize);
    let entry = opcode::Read::new(Fd(fd), buffer.pointer(), bytes).build();
    Encoded::with(entry.flags(flags), buffer)
}

/// R96: whatever is staged, linked, timed and cancelled, everything settles once, and with one of
/// the results that it can have.
#[test]
fn r96_every_operation_settles_on_the_real_kernel() {
    if let Some(seed) = std::env::var("URING_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return play(seed);
    }
    (0..300).for_each(play);
}

fn play(seed: u64) {
    let _replay = Replay(seed);
    let mut rng = Rng::with_seed(seed);
    let (empty, mut writer) = pipe();
    let mut bench = Bench::new(1 << rng.u32(1..5), None, SLOTS);
    let mut staged = 0;
    let mut free: Vec<u32> = (0..SLOTS).collect();
    rng.shuffle(&mut free);
    while let Some(slot) = free.pop() {
        let link = match rng.u8(0..4) {
            0 => Marks::LINK,
            1 => Marks::HARDLINK,
            _ => Marks::NONE,
        };
        let flags = set(rng.u8(0..4) == 0, Flags::ASYNC);
        let encoded = match rng.u8(0..3) {
            0 => Encoded::bare(opcode::Nop::new().build()),
            1 => reading(empty.as_raw_fd(), 8, flags),
            _ => reading(-1, 8, flags),
        };
        let link = match rng.u8(0..12) {
            0 => link | Marks::DRAIN,
            1..=3 => link | Marks::BULK,
            _ => link,
        };
        let limit = Duration::from_micros(rng.u64(0..3_000));
        staged += u32::from(match rng.u8(0..3) {
            0 => bench.stage_timed(slot, link, limit, encoded),
            _ => bench.stage(slot, link, encoded),
        });
        match rng.u8(0..8) {
            0 => drop(bench.turn(rng.usize(0..4))),
            1 => drop(bench.turn(usize::MAX)),
            2 => bench.engine.cancel(rng.u32(0..SLOTS)),
            3 => writer.write_all(b"12345678").expect("room in the pipe"),
            _ => {}
        }
    }
    if rng.bool() {
        bench.turn(usize::MAX);
        bench.engine.cancel_all();
        bench.settle();
    } else {
        assert!(bench.drain(Some(Duration::from_secs(10))), "{:?}", bench.engine.counts());
    }
    let counts = bench.engine.counts();
    assert_eq!((staged, counts.settled, counts.suspect), (SLOTS, u64::from(SLOTS), 0));
    let possible = [0, 8, -ECANCELED, -EINTR, -ETIMEDOUT, -libc::EBADF, -libc::E2BIG];
    for slot in 0..SLOTS {
        assert!(possible.contains(&bench.result(slot)), "slot {slot}: {}", bench.result(slot));
    }
}

/// How many bytes are in the pipe.
fn left(pipe: &OwnedFd) -> usize {
    let mut file = File::from(pipe.try_clone().expect("a descriptor"));
    let mut waiting: libc::c_int = 0;
    // SAFETY: FIONREAD stores one int.
    unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &mut waiting) };
    let mut rest = vec![0; waiting as usize];
    file.read_exact(&mut rest).expect("as many are there");
    rest.len()
}

/// R72, R74: a cancel that races with the bytes loses none of them, and has one outcome.
#[test]
fn r74_bytes_are_read_or_left_in_the_pipe_whoever_wins() {
    let (reader, mut writer) = pipe();
    let mut rng = Rng::with_seed(7);
    let mut bench = Bench::new(8, None, 1);
    let (mut read, mut cancelled) = (0, 0);
    for _ in 0..3_000 {
        let flags = set(rng.bool(), Flags::ASYNC);
        bench.stage(0, Marks::NONE, reading(reader.as_raw_fd(), 8, flags));
        bench.turn(usize::MAX);
        let bytes_first = rng.bool();
        if bytes_first {
            writer.write_all(b"12345678").expect("room in the pipe");
        }
        bench.engine.cancel(0);
        bench.turn(usize::MAX);
        if !bytes_first {
            writer.write_all(b"12345678").expect("room in the pipe");
        }
        bench.settle();
        match bench.result(0) {
            8 => {
                read += 1;
                assert_eq!((bench.output(0), left(&reader)), (&b"12345678"[..], 0));
            }
            result => {
                cancelled += 1;
                assert!([-ECANCELED, -EINTR].contains(&result), "{result}");
                assert_eq!(left(&reader), 8, "cancelled, and nothing is lost");
            }
        }
    }
    assert!(read > 0 && cancelled > 0, "{read} read, {cancelled} cancelled");
}
