//! Teardown on the kernel that runs the tests: what cannot be cancelled is waited for.

mod real;

use real::{pipe, Bench, Bytes};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use uring::opcode;
use uring::squeue::Flags;
use uring::types::Fd;
use uring_engine::{Encoded, Extra, Marks};

const MS: Duration = Duration::from_millis(1);
const LARGE: usize = 512 << 20;

/// R79: a write that a worker is in the middle of goes on whatever is asked.
#[test]
fn r79_drain_without_a_bound_waits_for_a_write_that_cannot_be_cancelled() {
    // SAFETY: creates a file without a name in memory.
    let fd = unsafe { libc::memfd_create(c"drain".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(fd >= 0);
    let mut bench = Bench::new(8, None, 1);
    let mut buffer = Bytes::new(LARGE);
    let witness = buffer.witness();
    let write = opcode::Write::new(Fd(fd), buffer.pointer(), LARGE as u32).build();
    bench.stage(0, Marks::NONE, Encoded::with(write.flags(Flags::ASYNC), buffer));
    bench.turn(usize::MAX);
    std::thread::sleep(5 * MS); // the worker has begun
    assert!(!bench.drain(Some(Duration::ZERO)), "a bound that is too short");
    assert!(!witness.get() && bench.rows.is_empty());
    assert!(bench.drain(None));
    assert_eq!(bench.rows, [(0, LARGE as i32, 0, Extra::LAST)], "in full, and told");
    // SAFETY: ours.
    unsafe { libc::close(fd) };
}

/// What drain brings in goes to the sink as in a turn, so that nothing that was opened is lost.
#[test]
fn r97_drain_hands_out_the_descriptors_that_it_brings_in() {
    let mut bench = Bench::new(8, None, 4);
    let (empty, _keep) = pipe();
    let mut buffer = Bytes::new(8);
    let read = opcode::Read::new(Fd(empty.as_raw_fd()), buffer.pointer(), 8).build();
    bench.stage(0, Marks::NONE, Encoded::with(read, buffer));
    for slot in 1..4 {
        let path = c"/dev/null".as_ptr();
        let open = opcode::OpenAt::new(Fd(libc::AT_FDCWD), path).flags(libc::O_CLOEXEC).build();
        bench.stage(slot, Marks::NONE, Encoded::bare(open));
    }
    bench.turn(0); // submitted, and nothing taken
    assert!(bench.drain(Some(Duration::from_secs(10))));
    let opened: Vec<i32> = bench.rows.iter().filter(|row| row.0 > 0).map(|row| row.1).collect();
    assert_eq!(opened.len(), 3);
    for fd in opened {
        // SAFETY: descriptors that this test got.
        assert!(fd >= 0 && unsafe { libc::close(fd) } == 0);
    }
}

/// A read that ends only when somebody writes, long after drain began.
#[test]
fn drain_without_a_bound_repeats_its_cancels() {
    let (empty, mut writer) = pipe();
    let mut bench = Bench::new(8, None, 2);
    for (slot, link) in [(0, Marks::HARDLINK), (1, Marks::NONE)] {
        let mut buffer = Bytes::new(8);
        let read = opcode::Read::new(Fd(empty.as_raw_fd()), buffer.pointer(), 8).build();
        bench.stage(slot, link, Encoded::with(read, buffer));
    }
    bench.turn(usize::MAX);
    let late = std::thread::spawn(move || {
        std::thread::sleep(120 * MS);
        writer.write_all(b"12345678").is_ok()
    });
    let start = Instant::now();
    assert!(bench.drain(None));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(bench.rows.len(), 2);
    late.join().expect("no panic");
}
