//! Peeking at completions, and waiting without submitting.

use super::common::*;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};
use uring::register::{BufGroup, BufRing, BufRingOptions};
use uring::{opcode, squeue, sys, types, IoUring, LocalRing};

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

fn with_nops(count: u64) -> IoUring {
    let mut ring = ring();
    push(&mut ring, &(0..count).map(nop).collect::<Vec<_>>());
    assert_eq!(ring.submit_and_wait(count as usize).unwrap(), count as usize);
    ring
}

#[test]
fn what_was_peeked_at_stays_until_it_is_passed() {
    let mut ring = with_nops(4);
    let mut queue = ring.completion();
    assert_eq!(queue.peek().unwrap().user_data(), 0);
    assert_eq!((queue.peek().unwrap().user_data(), queue.len()), (0, 4));
    queue.advance(2);
    assert_eq!((queue.peek().unwrap().user_data(), queue.len()), (2, 2));
    assert_eq!(queue.next().unwrap().user_data(), 2);
    queue.advance(usize::MAX);
    assert!(queue.peek().is_none() && queue.is_empty());
    drop(queue);
    assert!(ring.completion().is_empty(), "the slots are the kernel's again");
}

#[test]
fn a_local_ring_looks_as_well() {
    let mut ring = LocalRing::new(with_nops(5));
    assert_eq!(ring.peek().unwrap().user_data(), 0);
    ring.advance(2);
    assert_eq!(ring.peek().unwrap().user_data(), 2);
    assert_eq!(ring.drain().next().unwrap().user_data(), 2);
    let rest: Vec<u64> = ring.drain().map(|done| done.user_data()).collect();
    assert_eq!(rest, [3, 4]);
    ring.advance(1);
    assert!(ring.peek().is_none() && ring.pop().is_none() && ring.drain().next().is_none());
    ring.release();
    assert!(ring.into_inner().completion().is_empty());
}

/// A filler counts as no completion, and a 32-byte completion as one.
#[test]
fn a_mixed_ring_is_passed_entry_by_entry() {
    let mut builder = IoUring::builder();
    let Ok(ring): std::io::Result<IoUring> = builder.setup_cqe_mixed().build(4) else {
        return skip("looking::mixed", "needs Linux 6.18");
    };
    let mut local = LocalRing::new(ring);
    for user_data in 0..100 {
        let big = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32).build().user_data(user_data);
        // SAFETY: a NOP points at nothing.
        unsafe {
            local.push(&big).unwrap();
            local.push(&nop(user_data)).unwrap();
            local.push(&nop(1000)).unwrap();
        }
        local.submit_and_wait(3).unwrap();
        if user_data % 2 == 0 {
            assert_eq!(local.peek().unwrap().user_data(), user_data);
            local.advance(2);
            assert_eq!(local.drain().map(|done| done.user_data()).collect::<Vec<_>>(), [1000]);
        } else {
            let mut ring = local.into_inner();
            let mut queue = ring.completion();
            assert_eq!(queue.peek().unwrap().user_data(), user_data);
            queue.advance(1);
            assert_eq!(queue.peek().unwrap().user_data(), user_data);
            queue.advance(1);
            assert_eq!(queue.by_ref().map(|done| done.user_data()).collect::<Vec<_>>(), [1000]);
            drop(queue);
            local = LocalRing::new(ring);
        }
    }
}

#[test]
fn a_wait_submits_nothing() {
    let mut ring = ring();
    push(&mut ring, &[nop(1)]);
    let soon = types::Timespec::from(Duration::from_millis(5));
    let args = types::SubmitArgs::new().timespec(&soon);
    assert_eq!(errno(ring.submitter().wait_with_args(1, &args)), libc::ETIME);
    ring.wait(0).unwrap();
    assert_eq!(ring.submission().len(), 1);
    assert_eq!(ring.completion().len(), 0);
    ring.submit().unwrap();
    ring.wait(1).unwrap();
    ring.submitter().wait_with_args(1, &args).unwrap();
    assert_eq!(ring.completion().next().unwrap().user_data(), 1);
}

#[test]
fn completions_are_copied_and_waited_for() {
    let mut ring = with_nops(3);
    let mut room = [const { MaybeUninit::uninit() }; 2];
    let seen = |entries: &mut [uring::cqueue::Entry]| {
        entries.iter().map(uring::cqueue::Entry::user_data).collect::<Vec<_>>()
    };
    // Available completions are enough, so this does not wait for ten.
    assert_eq!(seen(ring.copy_cqes(&mut room, 10).unwrap()), [0, 1]);
    assert_eq!(seen(ring.copy_cqes(&mut room, 0).unwrap()), [2]);
    assert_eq!(seen(ring.copy_cqes(&mut room, 0).unwrap()), [0; 0]);
    let (read, write) = socket_pair();
    let mut byte = 0u8;
    let fd = types::Fd(std::os::fd::AsRawFd::as_raw_fd(&read));
    push(&mut ring, &[opcode::Recv::new(fd, &raw mut byte, 1).build().user_data(9)]);
    ring.submit().unwrap();
    let start = Instant::now();
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        std::io::Write::write_all(&mut &write, b"x").unwrap();
    });
    assert_eq!(seen(ring.copy_cqes(&mut room, 1).unwrap()), [9]);
    assert!(start.elapsed() >= Duration::from_millis(20) && byte == b'x');
    writer.join().unwrap();
}

#[test]
fn the_main_types_show_what_they_are() {
    let mut ring = with_nops(1);
    let mut builder: uring::Builder = IoUring::builder();
    let shown = format!("{ring:?} {:?} {:?}", ring.submitter(), builder.dontfork());
    for part in ["IoUring", "sq_entries: 16", "Submitter", "queued: 0", "dontfork: true"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let mut queue = ring.completion();
    assert!(format!("{queue:?}").contains("user_data: 0"));
    assert_eq!(queue.len(), 1, "showing consumes nothing");
    queue.advance(1);
    assert_eq!(format!("{queue:?}"), "[]");
    drop(queue);
    if needs("looking::shown_buffers", 5, 19) {
        let new = BufRingOptions::new();
        let group = BufGroup::register(&ring.submitter(), 2, 64, 3, new).unwrap();
        let buffers = BufRing::register(&ring.submitter(), 2, 4, new).unwrap();
        let shown = format!("{group:?} {buffers:?}");
        assert!(shown.contains("size: 64") && shown.contains("bgid: 4"), "{shown}");
    }
    assert!(format!("{:?}", LocalRing::new(ring)).contains("sq_ready: 0"));
}
