//! The safe layer: buffers are returned, and memory that the kernel may use is not freed.

use super::common::*;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uring::owned::{Buffer, Completion, Ring, Token};
use uring::IoUring;

/// A buffer that counts its drops.
struct Watched(Vec<u8>, Arc<AtomicUsize>);

impl Drop for Watched {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: the bytes are those of the vector, which has the same promises.
unsafe impl Buffer for Watched {
    fn memory(&mut self) -> *mut [u8] {
        self.0.memory()
    }
}

fn wait<B: Buffer>(ring: &mut Ring<B>) -> Completion<B> {
    ring.wait().expect("the ring works").expect("an operation is in flight")
}

/// Waits for the completion of one operation.
fn wait_for<B: Buffer>(ring: &mut Ring<B>, token: Token) -> Completion<B> {
    let done = wait(ring);
    assert_eq!(done.token, token);
    done
}

fn text(done: Completion) -> String {
    let count = done.result.expect("success") as usize;
    String::from_utf8(done.buffer.expect("a buffer")[..count].to_vec()).unwrap()
}

fn shared_pipe() -> (Arc<File>, File) {
    let (reader, writer) = pipe();
    (Arc::new(reader), writer)
}

fn was_cancelled<B>(done: &Completion<B>) -> bool {
    let errno = done.result.as_ref().err().and_then(std::io::Error::raw_os_error);
    matches!(errno, Some(libc::ECANCELED | libc::EINTR))
}

#[test]
fn a_buffer_is_written_synced_and_read_back() {
    let (mut ring, place) = (Ring::new(4).unwrap(), Place::new());
    let file = Arc::new(place.file("f", b""));
    let write = ring.write(&file, b"0123456789".to_vec(), 0);
    let done = wait_for(&mut ring, write);
    assert_eq!((done.result.unwrap(), done.buffer.unwrap()), (10, b"0123456789".to_vec()));
    let sync = ring.fsync(&file);
    let done = wait_for(&mut ring, sync);
    assert_eq!((done.result.unwrap(), done.buffer), (0, None));
    let read = ring.read(&file, vec![0; 4], 3);
    assert_eq!(text(wait_for(&mut ring, read)), "3456");
    assert!(ring.wait().unwrap().is_none());
}

#[test]
fn a_short_transfer_goes_on_in_a_part_of_the_buffer() {
    let (mut ring, place) = (Ring::new(4).unwrap(), Place::new());
    let file = Arc::new(place.file("f", b"abc"));
    ring.read(&file, vec![b'.'; 6], 0);
    let done = wait(&mut ring);
    assert_eq!(done.result.unwrap(), 3);
    ring.write_range(&file, b"__def".to_vec(), 2.., 3);
    assert_eq!(wait(&mut ring).result.unwrap(), 3);
    ring.read_range(&file, done.buffer.unwrap(), 3..=4, 3);
    let done = wait(&mut ring);
    assert_eq!((done.result.unwrap(), done.buffer.unwrap()), (2, b"abcde.".to_vec()));
}

#[test]
fn a_range_outside_of_the_buffer_panics_and_starts_nothing() {
    let mut ring = Ring::new(4).unwrap();
    let file = Arc::new(Place::new().file("f", b"abc"));
    for range in [0..4, 4..4, 2..usize::MAX] {
        let attempt = std::panic::AssertUnwindSafe(|| ring.read_range(&file, vec![0; 3], range, 0));
        assert!(std::panic::catch_unwind(attempt).is_err());
    }
    assert_eq!((ring.in_flight(), Arc::strong_count(&file)), (0, 1));
}

#[test]
fn an_error_brings_the_buffer_back_too() {
    let mut ring = Ring::new(4).unwrap();
    let directory = Arc::new(File::open("/").unwrap());
    ring.read(&directory, vec![7; 5], 0);
    let done = wait(&mut ring);
    assert_eq!(done.result.unwrap_err().raw_os_error(), Some(libc::EISDIR));
    assert_eq!(done.buffer, Some(vec![7; 5]));
}

#[test]
fn a_connection_is_accepted_and_echoed() {
    let mut ring = Ring::new(4).unwrap();
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let accept = ring.accept(&listener);
    ring.submit().unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let done = wait_for(&mut ring, accept);
    assert_eq!(done.result.unwrap(), 0);
    let server = Arc::new(TcpStream::from(done.accepted.expect("a connection")));
    client.write_all(b"hello").unwrap();
    ring.recv(&server, vec![0; 100]);
    let done = wait(&mut ring);
    let count = done.result.unwrap() as usize;
    ring.send_range(&server, done.buffer.unwrap(), ..count);
    assert_eq!(wait(&mut ring).result.unwrap(), 5);
    let mut echo = [0; 5];
    client.read_exact(&mut echo).unwrap();
    assert_eq!(&echo, b"hello");
    drop(client);
    ring.recv(&server, vec![0; 100]);
    assert_eq!(wait(&mut ring).result.unwrap(), 0);
}

#[test]
fn a_timeout_completes_when_it_is_over_and_a_cancelled_one_says_so() {
    let mut ring = Ring::new(4).unwrap();
    let (start, span) = (Instant::now(), Duration::from_millis(20));
    ring.timeout(span);
    assert_eq!(wait(&mut ring).result.unwrap(), 0);
    assert!(start.elapsed() >= span);
    let long = ring.timeout(Duration::from_secs(1000));
    ring.cancel(long);
    assert!(was_cancelled(&wait_for(&mut ring, long)));
}

#[test]
fn the_longest_timeout_waits() {
    let mut ring = Ring::new(4).unwrap();
    let timeout = ring.timeout(Duration::MAX);
    assert!(ring.try_wait().unwrap().is_none());
    ring.cancel(timeout);
    assert!(was_cancelled(&wait_for(&mut ring, timeout)));
}

#[test]
fn a_cancelled_read_brings_its_buffer_back() {
    let (mut ring, (reader, mut writer)) = (Ring::new(4).unwrap(), shared_pipe());
    let token = ring.read(&reader, vec![0; 8], 0);
    ring.submit().unwrap();
    // Repeated, because on old kernels a cancel misses a read that a worker is just starting.
    let limit = Instant::now() + Duration::from_secs(20);
    let done = loop {
        ring.cancel(token);
        if let Some(done) = ring.try_wait().unwrap() {
            break done;
        }
        assert!(Instant::now() < limit);
        std::thread::sleep(Duration::from_millis(1));
    };
    assert_eq!(done.token, token);
    assert!(was_cancelled(&done), "{done:?}");
    assert_eq!(done.buffer.unwrap(), [0; 8]);
    // The token of a completed operation cancels nothing, even if its slot is in use again.
    let next = ring.read(&reader, vec![0; 8], 0);
    ring.cancel(token);
    ring.submit().unwrap();
    writer.write_all(b"late").unwrap();
    assert_eq!(text(wait_for(&mut ring, next)), "late");
}

#[test]
fn more_operations_than_the_queues_hold_all_complete() {
    let (mut ring, place) = (Ring::new(1).unwrap(), Place::new());
    let file = Arc::new(place.file("f", &[1; 100]));
    let mut tokens: Vec<Token> = (0..100).map(|at| ring.read(&file, vec![0; 1], at)).collect();
    assert_eq!(ring.in_flight(), 100);
    while let Some(done) = ring.wait().unwrap() {
        assert_eq!(done.buffer.unwrap(), [1]);
        tokens.retain(|token| *token != done.token);
    }
    assert_eq!((tokens.len(), ring.in_flight(), Arc::strong_count(&file)), (0, 0, 1));
}

#[test]
fn a_look_does_not_wait() {
    let (mut ring, (reader, mut writer)) = (Ring::new(4).unwrap(), shared_pipe());
    assert!(ring.try_wait().unwrap().is_none());
    ring.read(&reader, vec![0; 8], 0);
    assert!(ring.try_wait().unwrap().is_none());
    writer.write_all(b"now").unwrap();
    let limit = Instant::now() + Duration::from_secs(20);
    let done = loop {
        match ring.try_wait().unwrap() {
            None => assert!(Instant::now() < limit),
            Some(done) => break done,
        }
    };
    assert_eq!(text(done), "now");
}

#[test]
fn a_file_stays_open_until_its_operation_has_completed() {
    let mut ring = Ring::new(4).unwrap();
    let (reader, mut writer) = shared_pipe();
    ring.read(&reader, vec![0; 8], 0);
    drop(reader);
    // The read is not submitted yet. If the file were closed, the next file would get its number.
    let _other = File::open("/proc/self/stat").unwrap();
    writer.write_all(b"mine").unwrap();
    assert_eq!(text(wait(&mut ring)), "mine");
    // The file is closed now, except in a child that another test may have forked.
    let limit = Instant::now() + Duration::from_secs(20);
    while writer.write(b"x").is_ok() {
        assert!(Instant::now() < limit, "the file is still open");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Returns a ring with `count` reads that wait forever.
fn reading(count: usize, reader: &Arc<File>, freed: &Arc<AtomicUsize>) -> Ring<Watched> {
    let mut ring = Ring::build(&IoUring::builder(), 2).unwrap();
    for _ in 0..count {
        ring.read(reader, Watched(vec![0; 4096], Arc::clone(freed)), 0);
    }
    ring.submit().unwrap();
    ring
}

#[test]
fn a_dropped_ring_has_ended_its_operations_before_it_frees_their_buffers() {
    let (freed, (reader, mut writer)) = (Arc::new(AtomicUsize::new(0)), shared_pipe());
    let mut ring = reading(10, &reader, &freed);
    ring.timeout(Duration::from_secs(1000));
    ring.submit().unwrap();
    assert_eq!(freed.load(Ordering::Relaxed), 0);
    drop(ring);
    assert_eq!(freed.load(Ordering::Relaxed), 10);
    assert_eq!(Arc::strong_count(&reader), 1);
    // No read is left that would consume this.
    writer.write_all(b"still here").unwrap();
    let mut left = [0; 10];
    (&*reader).read_exact(&mut left).unwrap();
    assert_eq!(&left, b"still here");
}

#[test]
fn a_dropped_ring_discards_what_it_has_not_submitted() {
    let (freed, place) = (Arc::new(AtomicUsize::new(0)), Place::new());
    let file = Arc::new(place.file("f", b"old"));
    let mut ring = Ring::build(&IoUring::builder(), 1).unwrap();
    for _ in 0..5 {
        ring.write(&file, Watched(b"new".to_vec(), Arc::clone(&freed)), 0);
    }
    drop(ring);
    assert_eq!((freed.load(Ordering::Relaxed), Arc::strong_count(&file)), (5, 1));
    assert_eq!(std::fs::read(place.0.join("f")).unwrap(), b"old");
}

#[test]
fn a_forgotten_ring_keeps_what_the_kernel_may_write_to() {
    let (freed, (reader, mut writer)) = (Arc::new(AtomicUsize::new(0)), shared_pipe());
    std::mem::forget(reading(1, &reader, &freed));
    // The kernel reads into the buffer, which still exists.
    writer.write_all(b"for nobody").unwrap();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(freed.load(Ordering::Relaxed), 0);
}

#[test]
fn a_panic_with_operations_in_flight_ends_them() {
    let (freed, (reader, mut writer)) = (Arc::new(AtomicUsize::new(0)), shared_pipe());
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ring = reading(3, &reader, &freed);
        panic!("in the middle");
    }));
    assert!(panic.is_err());
    assert_eq!((freed.load(Ordering::Relaxed), Arc::strong_count(&reader)), (3, 1));
    writer.write_all(b"x").unwrap();
}

#[test]
fn completions_that_nobody_asked_for_are_freed_with_the_ring() {
    let freed = Arc::new(AtomicUsize::new(0));
    let (reader, mut writer) = shared_pipe();
    let mut ring = reading(2, &reader, &freed);
    writer.write_all(b"x").unwrap();
    let done = wait(&mut ring);
    assert_eq!(ring.in_flight(), 1);
    drop((done, ring));
    assert_eq!(freed.load(Ordering::Relaxed), 2);
}

#[test]
fn a_connection_that_nobody_takes_is_closed() {
    let mut ring = Ring::new(4).unwrap();
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    ring.accept(&listener);
    ring.submit().unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    while ring.in_flight() > 0 {
        drop(ring.wait().unwrap());
    }
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn a_ring_moves_to_another_thread() {
    let (mut ring, (reader, mut writer)) = (Ring::new(4).unwrap(), shared_pipe());
    ring.read(&reader, vec![0; 8], 0);
    writer.write_all(b"moved").unwrap();
    let there = std::thread::spawn(move || text(wait(&mut ring)));
    assert_eq!(there.join().unwrap(), "moved");
}

/// On another thread, the drop can neither cancel nor wait, so it leaks the buffers.
#[test]
fn a_ring_that_cannot_end_its_operations_leaks_their_buffers() {
    let (freed, (reader, mut writer)) = (Arc::new(AtomicUsize::new(0)), shared_pipe());
    let mut builder = IoUring::builder();
    builder.setup_single_issuer();
    let Ok(mut ring) = Ring::<Watched>::build(&builder, 4) else {
        return skip("owned::a_ring_that_cannot_end_its_operations", "needs Linux 6.0");
    };
    ring.read(&reader, Watched(vec![0; 64], Arc::clone(&freed)), 0);
    ring.submit().unwrap();
    std::thread::spawn(move || drop(ring)).join().unwrap();
    // The read's memory must still exist, whether the kernel has ended the read or not.
    writer.write_all(b"x").unwrap();
    assert_eq!(freed.load(Ordering::Relaxed), 0);
}

#[test]
fn a_forked_child_cannot_use_the_ring_and_does_its_parent_no_harm() {
    let (freed, (reader, mut writer)) = (Arc::new(AtomicUsize::new(0)), shared_pipe());
    let mut ring = reading(1, &reader, &freed);
    // SAFETY: the child runs only this code, and exits without unwinding.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let errors = [ring.submit().err(), ring.wait().err(), ring.try_wait().err()];
        let refused = |e: &Option<std::io::Error>| e.as_ref()?.raw_os_error();
        let right = errors.iter().all(|error| refused(error) == Some(libc::ECHILD));
        drop(ring);
        let leaked = freed.load(Ordering::Relaxed) == 0;
        // SAFETY: the same.
        unsafe { libc::_exit(if right && leaked { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: the status is a live integer.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    writer.write_all(b"parent").unwrap();
    let done = wait(&mut ring);
    assert_eq!(done.result.unwrap(), 6);
    assert_eq!(done.buffer.unwrap().0[..6], *b"parent");
}

#[test]
fn a_polling_thread_is_refused() {
    let mut builder = IoUring::builder();
    builder.setup_sqpoll(10);
    assert_eq!(errno(Ring::<Vec<u8>>::build(&builder, 4)), libc::EINVAL);
}

#[test]
fn boxes_and_static_memory_are_buffers() {
    let (reader, mut writer) = shared_pipe();
    writer.write_all(b"boxstatic").unwrap();
    let mut ring = Ring::build(&IoUring::builder(), 4).unwrap();
    ring.read(&reader, vec![0; 3].into_boxed_slice(), 0);
    assert_eq!(*wait(&mut ring).buffer.unwrap(), *b"box");
    let mut ring = Ring::build(&IoUring::builder(), 4).unwrap();
    ring.read(&reader, vec![0; 6].leak(), 0);
    assert_eq!(wait(&mut ring).buffer.unwrap(), b"static");
}
