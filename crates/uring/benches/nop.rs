//! The cost of a NOP with this crate and with the `io-uring` crate.
//!
//! `nop WAY BATCH ROUNDS` runs ROUNDS batches and prints the nanoseconds per NOP. `nop.sh` counts
//! and compares. `nop.c` is the same loop with liburing. Every ring has room for two batches,
//! because a view reads the kernel's head only when it publishes the next batch.

#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

/// The loop over borrowed views, which both crates have under the same names.
macro_rules! views {
    ($crate_name:ident, $batch:expr, $rounds:expr) => {{
        let mut ring = $crate_name::IoUring::new(2 * $batch).unwrap();
        let (submitter, mut sq, mut cq) = ring.split();
        let start = Instant::now();
        let mut sum = 0;
        for _ in 0..$rounds {
            for number in 0..$batch {
                let entry = $crate_name::opcode::Nop::new().build().user_data(number.into());
                // SAFETY: a NOP points at nothing.
                unsafe { sq.push(&entry) }.unwrap();
            }
            sq.sync();
            submitter.submit_and_wait($batch as usize).unwrap();
            cq.sync();
            for done in &mut cq {
                sum += done.user_data();
            }
        }
        (start.elapsed(), black_box(sum))
    }};
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [way, batch, rounds] = &args[..] else {
        return println!("usage: nop (local|views|io-uring) BATCH ROUNDS");
    };
    let (batch, rounds): (u32, u32) = (batch.parse().unwrap(), rounds.parse().unwrap());
    let (time, sum) = match way.as_str() {
        "local" => local(batch, rounds),
        "views" => views!(uring, batch, rounds),
        "io-uring" => views!(io_uring, batch, rounds),
        _ => panic!("{way} is none of local, views, io-uring"),
    };
    assert_eq!(sum, u64::from(rounds) * (0..u64::from(batch)).sum::<u64>());
    println!("{:.2}", time.as_secs_f64() * 1e9 / f64::from(batch) / f64::from(rounds));
}

fn local(batch: u32, rounds: u32) -> (std::time::Duration, u64) {
    let mut ring = uring::LocalRing::new(uring::IoUring::new(2 * batch).unwrap());
    let start = Instant::now();
    let mut sum = 0;
    for _ in 0..rounds {
        for number in 0..batch {
            let entry = uring::opcode::Nop::new().build().user_data(number.into());
            // SAFETY: a NOP points at nothing.
            unsafe { ring.push(&entry) }.unwrap();
        }
        ring.submit_and_wait(batch as usize).unwrap();
        for done in ring.drain() {
            sum += done.user_data();
        }
    }
    (start.elapsed(), black_box(sum))
}
