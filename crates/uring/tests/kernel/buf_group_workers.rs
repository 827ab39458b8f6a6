//! Buffer groups with requests that run in a worker: there the kernel uses up a buffer when it
//! chooses it, whatever the result of the request is.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::register::{BufGroup, BufRingOptions};
use uring::squeue::Flags;
use uring::{cqueue, opcode, types, IoUring};

const GROUP: u16 = 3;

fn group(ring: &IoUring, options: BufRingOptions) -> std::io::Result<BufGroup> {
    BufGroup::register(&ring.submitter(), 2, 64, GROUP, options)
}

fn incremental(ring: &IoUring, name: &str) -> Option<BufGroup> {
    match group(ring, BufRingOptions::new().incremental()) {
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
            skip(name, "needs Linux 6.12");
            None
        }
        group => group.ok(),
    }
}

/// A read of a directory fails after the kernel has chosen a buffer.
fn fail(ring: &mut IoUring, flags: Flags) -> cqueue::Entry {
    let directory = std::fs::File::open("/").unwrap();
    let fd = types::Fd(directory.as_raw_fd());
    let read = opcode::Read::new(fd, std::ptr::null_mut(), 0).buf_group(GROUP).build();
    let done = run(ring, read.flags(Flags::BUFFER_SELECT | flags));
    assert_eq!(done.result(), -libc::EISDIR);
    done
}

#[test]
fn an_error_that_names_a_buffer_does_not_lose_it() {
    if !needs("buf_group_workers::errors", 6, 8) {
        return;
    }
    let mut ring = ring();
    let mut group = group(&ring, BufRingOptions::new()).unwrap();
    for flags in [Flags::empty(), Flags::ASYNC].repeat(4) {
        let done = fail(&mut ring, flags);
        // SAFETY: the completion is one of this group's.
        assert!(unsafe { group.take(done.result(), done.flags()) }.is_none());
        group.put(done.result(), done.flags()); // is back already
        assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2);
    }
    let (a, b) = tcp_pair();
    (&a).write_all(b"hello").unwrap();
    let done = run(&mut ring, group.recv(types::Fd(b.as_raw_fd())));
    // SAFETY: the completion is one of this group's.
    let (bid, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
    assert_eq!(bytes, b"hello");
    // SAFETY: the kernel does not write to a buffer that was taken and not put back.
    assert_eq!(&unsafe { group.get_by_id(bid) }.unwrap()[..5], b"hello");
    // SAFETY: no buffer has this number.
    assert!(unsafe { group.get_by_id(2) }.is_none());
}

/// Cancels a request and returns its completion. Repeats the cancel, because the kernel does not
/// find a request that is moving from a worker to a poll.
fn cancel(ring: &mut IoUring, user_data: u64) -> cqueue::Entry {
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 20 {
        push(ring, &[opcode::AsyncCancel::new(user_data).build().user_data(!user_data)]);
        ring.submit_and_wait(1).unwrap();
        let done = ring.completion().find(|done| done.user_data() == user_data);
        if let Some(done) = done {
            return done;
        }
    }
    panic!("{user_data} was not cancelled");
}

/// A receive that waits in a worker has a buffer, which the completion of its cancellation names.
#[test]
fn a_cancelled_receive_does_not_lose_its_buffer() {
    if !needs("buf_group_workers::cancelled", 6, 8) {
        return;
    }
    for kind in [BufRingOptions::new(), BufRingOptions::new().incremental_or_plain()] {
        let mut ring = ring();
        let mut group = group(&ring, kind).unwrap();
        let (_a, b) = tcp_pair();
        for _ in 0..4 {
            let recv = group.recv(types::Fd(b.as_raw_fd())).flags(Flags::ASYNC).user_data(1);
            push(&mut ring, &[recv]);
            ring.submit().unwrap();
            let taken = || group.ring().available(&ring.submitter()).unwrap() < 2;
            while !taken() {
                std::thread::yield_now();
            }
            let done = cancel(&mut ring, 1);
            assert!([-libc::ECANCELED, -libc::EINTR].contains(&done.result()), "{done:?}");
            // SAFETY: the completion is one of this group's.
            assert!(unsafe { group.take(done.result(), done.flags()) }.is_none());
            assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2, "{done:?}");
        }
    }
}

/// The kernel consumes the requested length, so the group requests the whole buffer.
#[test]
fn receives_in_workers_show_the_bytes_that_came() {
    let mut ring = ring();
    let Some(mut group) = incremental(&ring, "buf_group_workers::bytes") else { return };
    let (a, b) = tcp_pair();
    let fd = types::Fd(b.as_raw_fd());
    for round in 0..40u8 {
        let text = [round; 5];
        (&a).write_all(&text).unwrap();
        let flags = if round % 3 == 0 { Flags::empty() } else { Flags::ASYNC };
        let mut missing = &text[..]; // the rest of a buffer may be shorter
        while !missing.is_empty() {
            let done = run(&mut ring, group.recv(fd).flags(flags));
            // SAFETY: the completion is one of this group's.
            let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
            assert_eq!(bytes, &missing[..bytes.len()], "round {round}");
            missing = &missing[bytes.len()..];
            group.put(done.result(), done.flags());
        }
    }
    drop(a);
    for flags in [Flags::ASYNC, Flags::empty()].repeat(2) {
        let done = run(&mut ring, group.recv(fd).flags(flags));
        assert_eq!(done.result(), 0, "the end of the stream");
        // SAFETY: the completion is one of this group's.
        unsafe { group.take(done.result(), done.flags()) };
        group.put(done.result(), done.flags());
    }
    // One buffer may be partly filled.
    assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2);
}

#[test]
fn one_entry_receives_many_times() {
    let mut ring = ring();
    if !has_op("buf_group_workers::multishot", opcode::SendZc::CODE) {
        return; // both came with Linux 6.0
    }
    let options = BufRingOptions::new().incremental_or_plain();
    let mut group = group(&ring, options).unwrap();
    let (a, b) = tcp_pair();
    push(&mut ring, &[group.recv_multishot(types::Fd(b.as_raw_fd())).user_data(7)]);
    for round in 0..40u8 {
        (&a).write_all(&[round; 9]).unwrap();
        let mut missing = 9; // the rest of a buffer may be shorter
        while missing > 0 {
            ring.submit_and_wait(1).unwrap();
            let done = ring.completion().next().unwrap();
            assert!(cqueue::more(done.flags()), "{done:?}");
            // SAFETY: the completion is one of this group's.
            let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
            assert!(bytes.iter().all(|byte| *byte == round), "{round}: {bytes:?}");
            missing -= bytes.len();
            group.put(done.result(), done.flags());
        }
    }
}
