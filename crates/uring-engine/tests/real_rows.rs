//! Operations of several completions on the kernel that runs the tests.

mod real;

use libc::{ECANCELED, ETIMEDOUT};
use real::{pipe, Bench, Bytes};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use uring::opcode;
use uring::types::Fd;
use uring_engine::{Encoded, Extra, Kernel, Marks};

const MS: Duration = Duration::from_millis(1);
const MORE: u32 = 1 << 1;
const NOTIFICATION: u32 = 1 << 3;

/// Takes turns until there are `rows` rows.
fn rows(bench: &mut Bench, rows: usize) {
    let start = Instant::now();
    while bench.rows.len() < rows {
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", bench.rows);
        bench.turn(usize::MAX);
        if bench.rows.len() < rows {
            bench.engine.kernel().wait(MS);
        }
    }
}

/// True when this kernel has `opcode`.
fn has(bench: &mut Bench, opcode: u8) -> bool {
    let mut probe = uring::Probe::new();
    let known = bench.engine.kernel().submitter().register_probe(&mut probe);
    known.is_ok() && probe.is_supported(opcode)
}

/// True when the kernel does not know the operation's multishot flag.
fn is_too_old(bench: &Bench) -> bool {
    bench.rows.first().is_some_and(|row| row.1 == -libc::EINVAL)
}

fn poll(fd: i32) -> Encoded {
    Encoded::bare(opcode::PollAdd::new(Fd(fd), libc::POLLIN as u32).multi(true).build())
}

#[test]
fn a_multishot_poll_has_a_row_for_every_event_and_ends_when_it_is_cancelled() {
    let (mut reader, mut writer) = {
        let (reader, writer) = pipe();
        (std::fs::File::from(reader), writer)
    };
    let mut bench = Bench::new(8, None, 2);
    bench.stage(0, Marks::NONE, poll(reader.as_raw_fd()));
    bench.turn(usize::MAX);
    if is_too_old(&bench) {
        return; // Linux 5.13 is the first to have it
    }
    for event in 1..=3 {
        writer.write_all(b"!").expect("room in the pipe");
        rows(&mut bench, event);
        reader.read_exact(&mut [0]).expect("a byte");
    }
    assert!(bench.rows.iter().all(|row| row.1 > 0 && row.2 & MORE != 0 && row.3 == Extra::NONE));
    bench.engine.cancel(0);
    bench.settle();
    assert_eq!(bench.rows[3..], [(0, -ECANCELED, 0, Extra::LAST)]);
}

#[test]
fn r76_a_multishot_poll_that_times_out_says_so_in_its_last_row() {
    let (reader, mut writer) = pipe();
    let mut bench = Bench::new(8, None, 1);
    bench.stage_timed(0, Marks::NONE, 60 * MS, poll(reader.as_raw_fd()));
    bench.turn(usize::MAX);
    if is_too_old(&bench) {
        return;
    }
    writer.write_all(b"!").expect("room in the pipe");
    bench.settle();
    let (last, before) = bench.rows.split_last().expect("rows");
    assert_eq!(*last, (0, -ETIMEDOUT, 0, Extra::LAST));
    assert!(!before.is_empty() && before.iter().all(|row| row.1 > 0 && row.3 == Extra::NONE));
    assert_eq!(bench.engine.counts().suspect, 0);
}

#[test]
fn a_multishot_accept_has_a_row_for_every_connection() {
    let mut bench = Bench::new(8, None, 1);
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    let accept = opcode::AcceptMulti::new(Fd(listener.as_raw_fd())).build();
    bench.stage(0, Marks::NONE, Encoded::bare(accept));
    bench.turn(usize::MAX);
    if is_too_old(&bench) {
        return; // Linux 5.19 is the first to have it
    }
    let _clients: Vec<TcpStream> =
        (0..3).map(|_| TcpStream::connect(address).expect("listening")).collect();
    rows(&mut bench, 3);
    assert!(bench.drain(Some(Duration::from_secs(10))));
    assert_eq!(bench.rows.last(), Some(&(0, -ECANCELED, 0, Extra::LAST)));
    for row in &bench.rows[..3] {
        assert!(row.1 >= 0 && row.2 & MORE != 0);
        // SAFETY: a descriptor that this test got.
        unsafe { libc::close(row.1) };
    }
}

#[test]
fn a_zero_copy_send_has_its_result_twice_with_a_time_limit_and_without() {
    let mut bench = Bench::new(8, None, 2);
    if !has(&mut bench, opcode::SendZc::CODE) {
        return; // Linux 6.0 is the first to have it
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("listening");
    let (mut server, _) = listener.accept().expect("a connection");
    for (slot, timed) in [(0, false), (1, true)] {
        bench.rows.clear();
        let mut buffer = Bytes::new(8_192);
        let witness = buffer.witness();
        let fd = Fd(client.as_raw_fd());
        let send = opcode::SendZc::new(fd, buffer.pointer(), 8_192).build();
        let encoded = Encoded::with(send, buffer);
        if timed {
            bench.stage_timed(slot, Marks::NONE, 20_000 * MS, encoded);
        } else {
            bench.stage(slot, Marks::NONE, encoded);
        }
        bench.turn(usize::MAX);
        assert!(!witness.get());
        server.read_exact(&mut [0; 8_192]).expect("what was sent");
        bench.settle();
        let [(_, first, flags, extra), last] = bench.rows[..] else {
            panic!("two rows: {:?}", bench.rows);
        };
        assert_eq!((first, flags & MORE, extra), (8_192, MORE, Extra::NONE));
        assert_eq!((last.1, last.2), (8_192, NOTIFICATION), "not the notification's 0");
        assert!(last.3.has(Extra::LAST));
    }
    assert_eq!(bench.engine.counts().suspect, 0);
}
