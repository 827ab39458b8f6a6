//! Helpers of the tests: running one entry, skipping by name, temporary files.

use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use uring::{cqueue, squeue, types, IoUring, Probe};

pub use crate::skip::{running, skip};

/// Returns a ring for a test.
pub fn ring() -> IoUring {
    IoUring::new(16).expect("io_uring works here")
}

/// Returns whether this kernel has an operation. If not, skips the test by name.
pub fn has_op(name: &str, code: u8) -> bool {
    let mut probe = Probe::new();
    ring().submitter().register_probe(&mut probe).expect("Linux 5.6 or newer");
    if !probe.is_supported(code) {
        skip(name, &format!("this kernel lacks operation {code}"));
    }
    probe.is_supported(code)
}

/// Returns whether this kernel is new enough. If not, skips the test by name. For behaviour that
/// only the version reveals.
pub fn needs(name: &str, major: u32, minor: u32) -> bool {
    let enough = running() >= (major, minor);
    if !enough {
        skip(name, &format!("needs Linux {major}.{minor}"));
    }
    enough
}

/// Pushes entries. Everything that they point at must outlive their completions.
pub fn push(ring: &mut IoUring, entries: &[squeue::Entry]) {
    // SAFETY: every caller keeps the memory of its entries until it has waited for them.
    unsafe { ring.submission().push_multiple(entries) }.expect("there is room");
}

/// Runs one entry and returns its completion.
pub fn run(ring: &mut IoUring, entry: squeue::Entry) -> cqueue::Entry {
    push(ring, &[entry]);
    enter(ring, Duration::from_secs(20));
    ring.completion().next().expect("a completion")
}

/// Submits and waits for a completion, with a time limit.
fn enter(ring: &IoUring, limit: Duration) {
    let limit = types::Timespec::from(limit);
    let args = types::SubmitArgs::new().timespec(&limit);
    let entered = match ring.params().is_feature_ext_arg() {
        true => ring.submitter().submit_with_args(1, &args),
        false => ring.submit_and_wait(1),
    };
    match entered {
        Err(error) if error.raw_os_error() == Some(libc::ETIME) => {}
        done => drop(done.expect("submit")),
    }
}

/// Returns the next completion, if one arrives soon.
pub fn soon(ring: &mut IoUring) -> Option<cqueue::Entry> {
    enter(ring, Duration::from_millis(200));
    ring.completion().next()
}

/// Runs one entry and returns its result.
pub fn result(ring: &mut IoUring, entry: squeue::Entry) -> i32 {
    run(ring, entry).result()
}

/// Waits for `count` completions and returns them, sorted by user data.
pub fn wait(ring: &mut IoUring, count: usize) -> Vec<cqueue::Entry> {
    let mut seen = wait_until(ring, &format!("{count}"), |seen| seen.len() >= count);
    assert_eq!(seen.len(), count, "{seen:?}");
    seen.sort_by_key(cqueue::Entry::user_data);
    seen
}

/// Waits for the completions of one entry up to its last. They may come one by one or all at once.
pub fn wait_to_the_last(ring: &mut IoUring) -> Vec<cqueue::Entry> {
    wait_until(ring, "a last one", |seen| {
        seen.last().is_some_and(|done| !cqueue::more(done.flags()))
    })
}

/// Waits for completions until they are `enough`, and returns them in the order of arrival.
fn wait_until(
    ring: &mut IoUring,
    expected: &str,
    enough: impl Fn(&[cqueue::Entry]) -> bool,
) -> Vec<cqueue::Entry> {
    let mut seen = Vec::new();
    let start = Instant::now();
    while !enough(&seen) {
        enter(ring, Duration::from_secs(20));
        seen.extend(ring.completion());
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(20), "expected {expected}, {seen:?} came");
    }
    seen
}

/// The directory of one test, which is removed after it.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("uring-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary directory");
        Place(path)
    }

    /// Returns a path in the directory, as a C string.
    pub fn path(&self, name: &str) -> CString {
        CString::new(self.0.join(name).into_os_string().into_encoded_bytes()).expect("no NUL")
    }

    /// Returns a file in the directory, open for reading and writing.
    pub fn file(&self, name: &str, content: &[u8]) -> std::fs::File {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("write");
        std::fs::File::options().read(true).write(true).open(path).expect("open")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns the two ends of a pipe, for reading and for writing.
pub fn pipe() -> (std::fs::File, std::fs::File) {
    let mut ends = [0; 2];
    // SAFETY: the array has two places.
    assert_eq!(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
    // SAFETY: both descriptors are new and ours.
    unsafe { (std::fs::File::from_raw_fd(ends[0]), std::fs::File::from_raw_fd(ends[1])) }
}

/// Returns two connected stream sockets.
pub fn socket_pair() -> (std::os::unix::net::UnixStream, std::os::unix::net::UnixStream) {
    std::os::unix::net::UnixStream::pair().expect("a socket pair")
}

/// Returns two connected TCP sockets of this machine.
pub fn tcp_pair() -> (std::net::TcpStream, std::net::TcpStream) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listen");
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).expect("connect");
    (client, listener.accept().expect("accept").0)
}

/// Returns an eventfd.
pub fn eventfd() -> OwnedFd {
    // SAFETY: eventfd has no preconditions, and the descriptor is new and ours.
    unsafe { OwnedFd::from_raw_fd(libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC)) }
}

/// Returns the count of an eventfd since the last read.
pub fn eventfd_count(fd: &OwnedFd) -> u64 {
    let mut count = 0u64;
    // SAFETY: eight bytes are there.
    let read = unsafe { libc::read(fd.as_raw_fd(), (&raw mut count).cast(), 8) };
    if read == 8 {
        count
    } else {
        0
    }
}

/// Returns the errno of an error.
pub fn errno<T: std::fmt::Debug>(result: std::io::Result<T>) -> i32 {
    result.expect_err("a refusal").raw_os_error().expect("an errno")
}
