//! The engine on the kernel that runs the tests: rings made by [`uring_engine::open`].

mod real;

use libc::{ECANCELED, EINTR, ETIMEDOUT};
use real::{pipe, set, Bench, Bytes};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use uring::opcode;
use uring::squeue::Flags;
use uring::types::Fd;
use uring_engine::{Encoded, Kernel, Marks};

const MS: Duration = Duration::from_millis(1);

fn nop() -> Encoded {
    Encoded::bare(opcode::Nop::new().build())
}

fn read(fd: i32, bytes: usize, flags: Flags) -> Encoded {
    let mut buffer = Bytes::new(bytes);
    let entry = opcode::Read::new(Fd(fd), buffer.pointer(), bytes as u32).build();
    Encoded::with(entry.flags(flags), buffer)
}

/// R50: ten times the entries of the submission queue, staged at once.
#[test]
fn r50_a_full_submission_queue_loses_nothing() {
    let mut bench = Bench::new(8, None, 80);
    for slot in 0..80 {
        bench.stage(slot, Marks::NONE, nop());
    }
    bench.turn(usize::MAX);
    assert_eq!(bench.order, (0..80).collect::<Vec<u32>>(), "no-ops complete in order");
    let counts = bench.engine.counts();
    assert_eq!((counts.staged, counts.settled, counts.submitted), (80, 80, 80));
    assert!(bench.engine.is_idle());
}

/// R57: a completion queue of four entries that nobody empties in time.
#[test]
fn r57_ten_thousand_completions_pass_through_four_entries() {
    const ALL: u64 = 10_000;
    let mut bench = Bench::new(4, Some(4), 1024);
    let mut staged = 0;
    let start = Instant::now();
    while bench.engine.counts().settled < ALL {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", bench.engine.counts());
        for slot in 0..1024 {
            if staged < ALL && bench.stage(slot, Marks::NONE, nop()) {
                staged += 1;
            }
        }
        // fewer results per turn than are submitted: the rest waits in the kernel
        for _ in 0..300 {
            bench.turn(1);
        }
        bench.turn(usize::MAX);
    }
    assert_eq!(bench.engine.kernel().dropped(), 0);
    assert_eq!(bench.engine.counts().suspect, 0);
    assert!(bench.engine.is_idle());
}

/// R76, R90: a guard that strikes is ETIMEDOUT, one that does not is not seen; short is short.
#[test]
fn r76_a_guarded_pipe_read_times_out_or_reads() {
    for flags in [Flags::empty(), Flags::ASYNC] {
        let (empty, _keep) = pipe();
        let (full, mut writer) = pipe();
        writer.write_all(b"hello").expect("room in the pipe");
        let mut bench = Bench::new(8, None, 2);
        bench.stage_timed(0, Marks::NONE, 20 * MS, read(empty.as_raw_fd(), 64, flags));
        bench.stage_timed(1, Marks::NONE, 20_000 * MS, read(full.as_raw_fd(), 64, flags));
        bench.settle();
        assert_eq!(bench.result(0), -ETIMEDOUT, "{flags:?}");
        assert_eq!(bench.result(1), 5, "{flags:?}");
        assert_eq!(bench.output(1)[..5], *b"hello");
        assert!(bench.engine.is_idle());
    }
}

/// R73: whatever the cancel itself answers, its target tells.
#[test]
fn r73_a_pending_read_is_cancelled() {
    for flags in [Flags::empty(), Flags::ASYNC] {
        let (empty, _keep) = pipe();
        let mut bench = Bench::new(8, None, 1);
        bench.stage(0, Marks::NONE, read(empty.as_raw_fd(), 64, flags));
        bench.turn(usize::MAX);
        bench.engine.cancel(0);
        bench.settle();
        assert!([-ECANCELED, -EINTR].contains(&bench.result(0)), "{}", bench.result(0));
        assert_eq!(bench.engine.live(), 0);
    }
}

/// R73: the kernel cannot find a member of a chain that it has not started yet.
#[test]
fn r73_a_follower_cancelled_early_is_cancelled_when_it_starts() {
    for flags in [Flags::empty(), Flags::ASYNC] {
        let (first, mut writer) = pipe();
        let (second, _keep) = pipe();
        let mut bench = Bench::new(8, None, 2);
        bench.stage(0, Marks::HARDLINK, read(first.as_raw_fd(), 64, flags));
        bench.stage(1, Marks::NONE, read(second.as_raw_fd(), 64, flags));
        bench.turn(usize::MAX);
        bench.engine.cancel(1);
        bench.turn(usize::MAX);
        assert_eq!(bench.engine.live(), 2, "neither has been touched");
        writer.write_all(b"go").expect("room in the pipe");
        bench.settle();
        assert_eq!(bench.result(0), 2);
        assert!([-ECANCELED, -EINTR].contains(&bench.result(1)), "{}", bench.result(1));
    }
}

/// R93: a chain runs in order; R77: after a failure or a short transfer the rest is cancelled.
#[test]
fn r77_a_chain_runs_in_order_and_ends_with_its_first_failure() {
    let file = tempfile();
    let fd = Fd(file.as_raw_fd());
    let mut bench = Bench::new(8, None, 7);
    let mut text = Bytes::from(b"durable");
    let write = opcode::Write::new(fd, text.pointer(), 7).build();
    bench.stage(0, Marks::LINK, Encoded::with(write, text));
    bench.stage(1, Marks::LINK, Encoded::bare(opcode::Fsync::new(fd).build()));
    let mut back = Bytes::new(7);
    let reread = opcode::Read::new(fd, back.pointer(), 7).build();
    bench.stage(2, Marks::NONE, Encoded::with(reread, back));

    bench.stage(3, Marks::LINK, read(-1, 8, Flags::empty()));
    bench.stage(4, Marks::NONE, nop());
    bench.stage(5, Marks::LINK, read(fd.0, 4096, Flags::empty()));
    bench.stage(6, Marks::NONE, nop());
    bench.settle();
    assert_eq!((bench.result(0), bench.result(1), bench.result(2)), (7, 0, 7));
    assert_eq!(bench.output(2), b"durable");
    assert_eq!((bench.result(3), bench.result(4)), (-libc::EBADF, -ECANCELED));
    assert_eq!(bench.result(6), -ECANCELED, "the read before it was short");
}

/// R76: a guard inside a chain stops its member; what that does to the rest is the link's affair.
/// The fake kernel's chains are modelled on this.
#[test]
fn r76_a_guard_inside_a_chain_stops_its_member_and_a_soft_chain() {
    for flags in [Flags::empty(), Flags::ASYNC] {
        for (link, rest) in [(Marks::LINK, -ECANCELED), (Marks::HARDLINK, 0)] {
            let (empty, _keep) = pipe();
            let mut bench = Bench::new(16, None, 4);
            let long = 20_000 * MS;
            bench.stage_timed(0, link, long, nop());
            bench.stage_timed(1, link, 10 * MS, read(empty.as_raw_fd(), 64, flags));
            bench.stage_timed(2, link, long, nop());
            bench.stage(3, Marks::NONE, nop());
            bench.settle();
            let results = [0, 1, 2, 3].map(|slot| bench.result(slot));
            assert_eq!(results, [0, -ETIMEDOUT, rest, rest], "{link:?} {flags:?}");
            assert_eq!(bench.engine.counts().suspect, 0);
        }
    }
}

/// R77: a hard link outlives a failure; one that dangles at the end of a turn ties nothing.
#[test]
fn r77_hard_links_survive_and_dangling_links_tie_nothing() {
    let mut bench = Bench::new(8, None, 4);
    bench.stage(0, Marks::HARDLINK, read(-1, 8, Flags::empty()));
    bench.stage(1, Marks::LINK, read(-1, 8, Flags::empty()));
    bench.turn(usize::MAX);
    bench.stage(2, Marks::NONE, nop());
    bench.settle();
    let results = [0, 1, 2].map(|slot| bench.result(slot));
    assert_eq!(results, [-libc::EBADF, -libc::EBADF, 0]);
}

/// R30: closing with reads in flight cancels them and waits for each.
#[test]
fn r30_drain_settles_pending_reads_and_staged_operations() {
    let (empty, _keep) = pipe();
    let mut bench = Bench::new(16, None, 200);
    for slot in 0..100 {
        bench.stage(slot, Marks::NONE, read(empty.as_raw_fd(), 64, Flags::empty()));
    }
    bench.turn(usize::MAX);
    assert_eq!(bench.engine.in_kernel(), 100);
    for slot in 100..200 {
        let marks = if slot % 2 == 0 { Marks::LINK } else { Marks::NONE };
        bench.stage(slot, marks, nop());
    }
    let start = Instant::now();
    assert!(bench.drain(Some(Duration::from_secs(10))));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!((0..200).all(|slot| [-ECANCELED, -EINTR].contains(&bench.result(slot))));
    assert!(!bench.stage(0, Marks::NONE, nop()), "closed");
}

/// R71, R30: operations that were pushed but never submitted are in the queue when drain begins.
#[test]
fn r30_drain_takes_back_a_chain_of_blocked_reads() {
    let (empty, _keep) = pipe();
    let mut bench = Bench::new(4, None, 6);
    for slot in 0..6 {
        let marks = if slot % 3 == 2 { Marks::NONE } else { Marks::HARDLINK };
        bench.stage(slot, marks, read(empty.as_raw_fd(), 64, set(slot % 2 == 0, Flags::ASYNC)));
    }
    bench.turn(usize::MAX);
    assert!(bench.drain(Some(Duration::from_secs(10))));
    assert!((0..6).all(|slot| [-ECANCELED, -EINTR].contains(&bench.result(slot))));
}

/// R31: an engine dropped with a read in flight keeps the memory the kernel may write to.
#[test]
fn r31_a_read_in_flight_outlives_its_engine() {
    let (reader, mut writer) = pipe();
    let mut bench = Bench::new(4, None, 1);
    let buffer = Bytes::new(64);
    let dropped = buffer.witness();
    let mut buffer = buffer;
    let entry = opcode::Read::new(Fd(reader.as_raw_fd()), buffer.pointer(), 64).build();
    bench.stage(0, Marks::NONE, Encoded::with(entry.flags(Flags::ASYNC), buffer));
    bench.turn(usize::MAX);
    drop(bench);
    writer.write_all(b"late").expect("room in the pipe");
    std::thread::sleep(20 * MS);
    assert!(!dropped.get(), "the buffer was given back while the kernel had it");
}

/// R58: a ring is opened only with the features that the engine relies on.
#[test]
fn r58_an_open_ring_loses_no_completion_and_copies_entries() {
    let bench = Bench::new(4, None, 1);
    drop(bench);
    let ring = uring_engine::open(uring_engine::Setup::new(4, None)).expect("io_uring");
    assert!(ring.parameters().is_feature_nodrop());
    assert!(ring.parameters().is_feature_submit_stable());
}

fn tempfile() -> std::fs::File {
    let path = std::env::temp_dir().join(format!("uring-engine-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(true).open(&path);
    let file = file.expect("a file to write to");
    std::fs::remove_file(&path).expect("ours");
    file
}
