//! Rings and forked children: children inherit a ring by default, and `dontfork` keeps it from
//! them. In both cases the child can use and drop the ring.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::register::{BufGroup, BufRingOptions};
use uring::{cqueue, opcode, squeue, types, IoUring, LocalRing};

/// Runs `child` in a forked process, which must return `true` within a time limit. The child has no
/// other threads, so it must not print or wait for a lock that one of them holds.
fn in_child(child: impl FnOnce() -> bool) {
    // SAFETY: the child makes system calls, allocates and exits; it never returns from here.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork");
    if pid == 0 {
        // SAFETY: neither call has preconditions.
        unsafe {
            libc::alarm(20);
            libc::_exit(if child() { 0 } else { 1 });
        }
    }
    let mut status = 0;
    // SAFETY: the status is writable.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert_eq!(status, 0, "256 is a check that failed, 11 a segmentation fault");
}

/// Memory that fills the holes in the address space.
struct Filling(Vec<(*mut u8, usize)>);

impl Filling {
    fn new() -> Filling {
        let mut pieces = Vec::with_capacity(400);
        for len in [4096, 8192, 12288, 16384].repeat(100) {
            let (prot, flags) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            // SAFETY: new memory disturbs nothing, and is as long as it is written here.
            unsafe {
                let at = libc::mmap(std::ptr::null_mut(), len, prot, flags, -1, 0);
                at.cast::<u8>().write_bytes(0xa5, len);
                pieces.push((at.cast::<u8>(), len));
            }
        }
        Filling(pieces)
    }

    /// Writes to every piece. Crashes if one of them was unmapped.
    fn is_whole(&self) -> bool {
        // SAFETY: the memory was mapped in `new`, and is not unmapped here.
        let bytes = |(at, len): &(*mut u8, usize)| unsafe { std::slice::from_raw_parts(*at, *len) };
        self.0.iter().map(bytes).all(|bytes| bytes.iter().all(|byte| *byte == 0xa5))
    }
}

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

/// Runs one NOP.
fn echo(ring: &mut IoUring, user_data: u64) -> bool {
    // SAFETY: a NOP points at nothing.
    let pushed = unsafe { ring.submission().push(&nop(user_data)) };
    pushed.is_ok()
        && ring.submit_and_wait(1).is_ok_and(|taken| taken == 1)
        && ring.completion().next().is_some_and(|done| done.user_data() == user_data)
}

fn is_refused<T>(result: std::io::Result<T>) -> bool {
    result.is_err_and(|error| error.raw_os_error() == Some(libc::EBADF))
}

/// "Create the ring, then daemonize."
#[test]
fn a_child_uses_the_ring_that_it_inherits() {
    let mut ring = ring();
    assert!(echo(&mut ring, 1));
    in_child(|| {
        let (filling, mut ring) = (Filling::new(), ring);
        let used = (2..100).all(|user_data| echo(&mut ring, user_data));
        drop(ring);
        used && filling.is_whole()
    });
}

#[test]
fn what_a_child_drops_stays_the_parents() {
    let mut ring = ring();
    in_child(|| {
        // SAFETY: the parent's ring is not used here any more.
        drop(unsafe { std::ptr::read(&raw const ring) });
        true
    });
    assert!(echo(&mut ring, 1));
}

/// A registered index belongs to a task. In the child, the same index is another ring.
#[test]
fn a_child_does_not_use_its_parents_registered_index() {
    if !needs("fork::registered_index", 5, 18) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_ring_fd().unwrap();
    let index = ring.registered_index();
    in_child(|| {
        let Ok(mut own) = IoUring::new(4) else { return false };
        let registered = own.submitter().register_ring_fd().is_ok();
        let same = registered && own.registered_index() == index;
        let used = same && echo(&mut ring, 2) && echo(&mut own, 3);
        // SAFETY: the parent's ring is not used here any more.
        drop(unsafe { std::ptr::read(&raw const ring) });
        used && echo(&mut own, 4)
    });
    assert!(echo(&mut ring, 5));
}

fn confined() -> IoUring {
    IoUring::builder().dontfork().build(16).unwrap()
}

#[test]
fn a_ring_that_is_kept_from_children_is_empty_there() {
    let mut ring = confined();
    assert!(echo(&mut ring, 1));
    push(&mut ring, &[nop(7)]);
    in_child(|| {
        let (filling, mut ring) = (Filling::new(), ring);
        // SAFETY: a NOP points at nothing.
        let pushed = unsafe { ring.submission().push(&nop(2)) };
        let (submitter, sq, mut cq) = ring.split();
        let empty = sq.is_empty() && sq.capacity() == 0 && cq.next().is_none() && cq.is_empty();
        let refused = is_refused(submitter.submit())
            && is_refused(submitter.submit_and_wait(1))
            && is_refused(submitter.get_events())
            && is_refused(submitter.register_eventfd(0));
        drop((sq, cq));
        let refused = refused && is_refused(ring.resize(64, 0));
        drop(ring);
        pushed.is_err() && empty && refused && filling.is_whole()
    });
}

#[test]
fn a_child_leaves_what_its_parent_has_queued() {
    let mut ring = confined();
    push(&mut ring, &[nop(7)]);
    in_child(|| {
        let refused = is_refused(ring.submit());
        // SAFETY: the parent's ring is not used here any more.
        drop(unsafe { std::ptr::read(&raw const ring) });
        refused
    });
    assert_eq!(ring.submit_and_wait(1).unwrap(), 1);
    assert_eq!(ring.completion().next().unwrap().user_data(), 7);
}

#[test]
fn a_child_makes_rings_of_its_own() {
    let ring = confined();
    in_child(|| {
        let outer = ring.submit();
        let Ok(mut own): std::io::Result<IoUring> = IoUring::builder().dontfork().build(4) else {
            return false;
        };
        let works = echo(&mut own, 1);
        let still_refused = is_refused(ring.submit());
        // The grandchild.
        in_child(|| is_refused(own.submit()) && is_refused(ring.submit()));
        is_refused(outer) && works && still_refused && echo(&mut own, 2)
    });
}

#[test]
fn a_local_ring_that_is_kept_from_children_is_empty_there() {
    let mut ring = LocalRing::new(confined());
    // SAFETY: a NOP points at nothing.
    unsafe {
        ring.push(&nop(1)).unwrap();
        ring.submit_and_wait(1).unwrap();
        ring.push(&nop(2)).unwrap();
    }
    in_child(|| {
        let (filling, mut ring) = (Filling::new(), ring);
        // SAFETY: a NOP points at nothing.
        let pushed = unsafe { ring.push(&nop(3)) };
        let refused = pushed.is_err() && ring.pop().is_none() && is_refused(ring.submit());
        ring.flush();
        ring.release();
        let empty = ring.cq_is_empty() && ring.sq_ready() == 0 && ring.sq_space_left() == 0;
        drop(ring.into_inner());
        refused && empty && filling.is_whole()
    });
}

/// The child inherits the group's memory, and can read and drop it.
#[test]
fn a_child_uses_the_buffers_that_it_inherits() {
    if !needs("fork::buffers", 5, 19) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let mut group =
        BufGroup::register(&ring.submitter(), 4, 4096, 0, BufRingOptions::new()).unwrap();
    in_child(|| {
        std::io::Write::write_all(&mut &a, b"hello").unwrap();
        let recv = group.recv(types::Fd(b.as_raw_fd()));
        // SAFETY: the group outlives the wait.
        if unsafe { ring.submission().push(&recv) }.is_err() || ring.submit_and_wait(1).is_err() {
            return false;
        }
        let Some(done): Option<cqueue::Entry> = ring.completion().next() else { return false };
        // SAFETY: the completion is one of this group's.
        let taken = unsafe { group.take(done.result(), done.flags()) };
        let came = taken.is_some_and(|(_, bytes)| bytes == b"hello");
        group.put(done.result(), done.flags());
        drop(group);
        came
    });
}

/// The number of a process says little: it is used again, and every namespace counts from 1.
#[test]
fn a_child_with_its_parents_number_cannot_use_an_owned_ring() {
    /// Runs `child` as number 1 of a new namespace and returns how it ended.
    fn as_number_1(child: impl FnOnce() -> i32) -> i32 {
        let mut status = 0;
        // SAFETY: the status is writable; the child does nothing but what is tested here, and ends
        // without unwinding.
        unsafe {
            if libc::unshare(libc::CLONE_NEWPID) != 0 {
                return NOT_PERMITTED;
            }
            let pid = libc::fork();
            if pid == 0 {
                libc::alarm(20);
                libc::_exit(child());
            }
            assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
        }
        libc::WEXITSTATUS(status)
    }
    const NOT_PERMITTED: i32 = 77;
    // in a thread of its own: what it forks later goes to the new namespace, too
    let ended = std::thread::spawn(|| {
        as_number_1(|| {
            let mut ring = uring::owned::Ring::new(4).unwrap();
            ring.timeout(std::time::Duration::from_secs(1000));
            as_number_1(|| {
                let refused = ring.submit().err().and_then(|error| error.raw_os_error());
                i32::from(std::process::id() != 1 || refused != Some(libc::ECHILD))
            })
        })
    });
    match ended.join().unwrap() {
        NOT_PERMITTED => skip("fork::a_child_with_its_parents_number", "needs CAP_SYS_ADMIN"),
        ended => assert_eq!(ended, 0),
    }
}
