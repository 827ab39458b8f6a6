//! Barriers on the kernel that runs the tests, before them a read of a pipe that never ends: the
//! kernel's own barrier (`IOSQE_IO_DRAIN`) would make every cancel wait for that read, too.

mod real;

use libc::{ECANCELED, EINTR, ETIMEDOUT};
use real::{pipe, Bench, Bytes};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};
use uring::squeue::Flags;
use uring::types::Fd;
use uring::{opcode, IoUring};
use uring_engine::{Encoded, Extra, Kernel, Marks};

const MS: Duration = Duration::from_millis(1);
const CANCELLED: [i32; 2] = [-ECANCELED, -EINTR];

fn nop() -> Encoded {
    Encoded::bare(opcode::Nop::new().build())
}

fn read(pipe: &OwnedFd) -> Encoded {
    let mut buffer = Bytes::new(64);
    let entry = opcode::Read::new(Fd(pipe.as_raw_fd()), buffer.pointer(), 64).build();
    Encoded::with(entry, buffer)
}

/// An engine with a read that never ends in slot 0 and a barrier in slot 1 behind it.
fn blocked(limit: Option<Duration>) -> (Bench, OwnedFd, File) {
    let (empty, writer) = pipe();
    let mut bench = Bench::new(8, None, 8);
    bench.stage(0, Marks::NONE, read(&empty));
    match limit {
        Some(limit) => bench.stage_timed(1, Marks::DRAIN, limit, nop()),
        None => bench.stage(1, Marks::DRAIN, nop()),
    };
    bench.turn(usize::MAX);
    assert_eq!((bench.engine.in_kernel(), bench.engine.backlog()), (1, 1));
    (bench, empty, writer)
}

/// Takes turns until `slots` have settled.
fn settle(bench: &mut Bench, slots: &[u32]) {
    let start = Instant::now();
    while !slots.iter().all(|slot| bench.order.contains(slot)) {
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", bench.engine.counts());
        bench.engine.kernel().wait(MS);
        bench.turn(usize::MAX);
    }
}

#[test]
fn a_barrier_waits_for_the_read_and_then_runs() {
    let (mut bench, _empty, mut writer) = blocked(None);
    bench.stage(2, Marks::NONE, nop());
    bench.turn(usize::MAX);
    assert!(bench.order.is_empty());
    writer.write_all(b"go").expect("room in the pipe");
    bench.settle();
    assert_eq!(bench.order, [0, 1, 2]);
    assert_eq!((bench.result(0), bench.result(1), bench.result(2)), (2, 0, 0));
}

#[test]
fn the_barrier_is_cancelled_at_once() {
    let (mut bench, _empty, _writer) = blocked(None);
    bench.stage(2, Marks::NONE, nop());
    bench.engine.cancel(1);
    bench.turn(usize::MAX);
    assert_eq!((bench.result(1), bench.result(2)), (-ECANCELED, 0));
    assert_eq!(bench.rows[0].3, Extra::LAST | Extra::REFUSED);
    assert_eq!(bench.engine.in_kernel(), 1, "the read goes on");
    bench.engine.cancel(0);
    bench.settle();
}

#[test]
fn the_read_before_the_barrier_is_cancelled_and_the_barrier_runs() {
    let (mut bench, _empty, _writer) = blocked(None);
    bench.engine.cancel(0);
    bench.settle();
    assert!(CANCELLED.contains(&bench.result(0)));
    assert_eq!(bench.result(1), 0);
}

#[test]
fn time_limits_pass_on_time_at_the_barrier_and_behind_it() {
    let start = Instant::now();
    let (mut bench, _empty, _writer) = blocked(Some(60 * MS));
    bench.stage_timed(2, Marks::NONE, 20 * MS, nop());
    bench.stage_timed(3, Marks::NONE, 30_000 * MS, nop());
    settle(&mut bench, &[2]);
    assert!(start.elapsed() >= 20 * MS, "{:?}", start.elapsed());
    settle(&mut bench, &[1, 3]);
    assert!(start.elapsed() >= 60 * MS && start.elapsed() < 5_000 * MS, "{:?}", start.elapsed());
    assert_eq!(bench.order, [2, 1, 3]);
    assert_eq!([1, 2, 3].map(|slot| bench.result(slot)), [-ETIMEDOUT, -ETIMEDOUT, 0]);
    bench.engine.cancel(0);
    bench.settle();
    assert_eq!(bench.engine.counts().suspect, 0);
}

#[test]
fn a_released_operation_has_the_rest_of_its_limit() {
    let (mut bench, _empty, mut writer) = blocked(None);
    let (never, _keep) = pipe();
    bench.stage_timed(2, Marks::NONE, 800 * MS, read(&never));
    let start = Instant::now();
    bench.turn(usize::MAX);
    std::thread::sleep(400 * MS);
    writer.write_all(b"go").expect("room in the pipe");
    settle(&mut bench, &[2]);
    let took = start.elapsed();
    assert_eq!(bench.result(2), -ETIMEDOUT);
    assert!(took >= 800 * MS && took < 1_150 * MS, "counted from the wait: {took:?}");
    bench.settle();
}

#[test]
fn an_alarm_for_nobody_does_not_keep_the_engine_busy() {
    let (mut bench, _empty, mut writer) = blocked(Some(3_600_000 * MS));
    writer.write_all(b"go").expect("room in the pipe");
    bench.settle();
    assert_eq!((bench.result(1), bench.engine.is_idle()), (0, true));
}

#[test]
fn drain_does_not_wait_for_the_read() {
    let (mut bench, _empty, _writer) = blocked(Some(3_600_000 * MS));
    bench.stage(2, Marks::NONE, nop());
    bench.stage(3, Marks::DRAIN, nop());
    let start = Instant::now();
    assert!(bench.drain(None));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!((0..4).all(|slot| CANCELLED.contains(&bench.result(slot))));
}

/// What the engine's rule about multishot operations is made after.
#[test]
fn the_kernels_own_barrier_waits_for_the_end_of_a_multishot() {
    let (reader, mut writer) = pipe();
    let mut ring = IoUring::new(8).expect("io_uring works here");
    let poll = opcode::PollAdd::new(Fd(reader.as_raw_fd()), libc::POLLIN as u32).multi(true);
    let entries =
        [poll.build().user_data(1), opcode::Nop::new().build().flags(Flags::IO_DRAIN).user_data(2)];
    // SAFETY: the entries point at nothing.
    unsafe { ring.submission().push_multiple(&entries).expect("room") };
    ring.submit().expect("submitted");
    writer.write_all(b"go").expect("room in the pipe");
    ring.submit_and_wait(1).expect("the poll's first completion");
    std::thread::sleep(20 * MS);
    ring.submit().expect("task work has run");
    let (mut seen, mut multishot) = (Vec::new(), true);
    for completion in ring.completion() {
        seen.push(completion.user_data());
        multishot &= completion.user_data() != 1 || completion.result() != -libc::EINVAL;
    }
    // before Linux 5.13 there is no multishot poll, and the barrier has nothing to wait for
    assert!(
        !multishot || !seen.is_empty() && seen.iter().all(|&user_data| user_data == 1),
        "{seen:?}"
    );
}
