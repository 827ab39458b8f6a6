//! Buffer groups: pieces, returned buffers, empty groups.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::register::{BufGroup, BufRingOptions};
use uring::{cqueue, opcode, types, IoUring};

fn receive(ring: &mut IoUring, group: &BufGroup, from: &std::net::TcpStream) -> cqueue::Entry {
    run(ring, group.recv(types::Fd(from.as_raw_fd())))
}

#[test]
fn buffers_come_back_when_they_are_put_back() {
    if !needs("buf_group::come_back", 6, 8) {
        return;
    }
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let new = BufRingOptions::new();
    let mut group = BufGroup::register(&ring.submitter(), 2, 8, 2, new).unwrap();
    for round in 0..20u8 {
        (&a).write_all(&[round; 5]).unwrap();
        let done = receive(&mut ring, &group, &b);
        // SAFETY: the completion is one of this group's.
        let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
        assert_eq!(bytes, [round; 5]);
        group.put(done.result(), done.flags());
        group.put(done.result(), done.flags()); // a second time changes nothing
    }
    assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2);
    // SAFETY: an error names no buffer.
    assert!(unsafe { group.take(-libc::ENOBUFS, 0) }.is_none());
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn pieces_of_one_buffer_follow_each_other() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let options = BufRingOptions::new().incremental();
    let mut group = match BufGroup::register(&ring.submitter(), 2, 16, 2, options) {
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
            return skip("buf_group::incremental", "needs Linux 6.12");
        }
        Ok(group) => group,
    };
    let mut ids = Vec::new();
    for text in [b"aaaa", b"bbbb", b"cccc", b"dddd", b"eeee"] {
        (&a).write_all(text).unwrap();
        let done = receive(&mut ring, &group, &b);
        // SAFETY: the completion is one of this group's.
        let (bid, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
        assert_eq!(bytes, text);
        ids.push(bid);
        group.put(done.result(), done.flags());
    }
    assert_eq!(ids, [0, 0, 0, 0, 1]);
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

#[test]
fn buffers_without_a_size_are_refused() {
    let ring = ring();
    let refused = BufGroup::register(&ring.submitter(), 2, 0, 2, BufRingOptions::new());
    assert_eq!(errno(refused.map(drop)), libc::EINVAL);
}

/// A bundle follows the order of the ring, which can differ from that of the ids.
#[test]
fn bundles_follow_the_order_of_the_ring() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    if !ring.params().is_feature_recvsend_bundle() {
        return skip("buf_group::bundles", "needs Linux 6.10");
    }
    let mut group = BufGroup::register(&ring.submitter(), 4, 4, 2, BufRingOptions::new()).unwrap();
    // Two single receives are put back in reverse order: the ring is now 2, 3, 1, 0.
    let done: Vec<cqueue::Entry> = (0..2)
        .map(|_| {
            (&a).write_all(b"xxxx").unwrap();
            receive(&mut ring, &group, &b)
        })
        .collect();
    for done in done.iter().rev() {
        // SAFETY: the completion is one of this group's.
        unsafe { group.take(done.result(), done.flags()) }.unwrap();
        group.put(done.result(), done.flags());
    }
    for _ in 0..2 {
        (&a).write_all(b"aaaabbbbccccdddd").unwrap();
        let (mut order, mut text, mut bundles) = (Vec::new(), Vec::new(), Vec::new());
        while text.len() < 16 {
            let entry = opcode::RecvBundle::new(types::Fd(b.as_raw_fd()), 2).build();
            let done = run(&mut ring, entry);
            // SAFETY: the completion is one of this group's.
            for (bid, bytes) in unsafe { group.take_bundle(done.result(), done.flags()) } {
                order.push(bid);
                text.extend_from_slice(bytes);
            }
            bundles.push(done);
        }
        assert_eq!(text, b"aaaabbbbccccdddd");
        assert_eq!(order, [2, 3, 1, 0]);
        for done in bundles {
            group.put(done.result(), done.flags());
            group.put(done.result(), done.flags()); // a second time changes nothing
        }
        if needs("buf_group::bundles_put_back", 6, 8) {
            assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 4);
        }
    }
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

fn incremental(ring: &IoUring, name: &str) -> Option<BufGroup> {
    let options = BufRingOptions::new().incremental();
    match BufGroup::register(&ring.submitter(), 2, 16, 2, options) {
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
            skip(name, "needs Linux 6.12");
            None
        }
        group => group.ok(),
    }
}

/// Several completions may be taken before the first one is put back.
#[test]
fn pieces_follow_each_other_before_they_are_put_back() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let Some(mut group) = incremental(&ring, "buf_group::batch") else { return };
    for _ in 0..5 {
        let mut batch = Vec::new();
        for text in [b"aaaaaa", b"bbbbbb", b"cccccc"] {
            (&a).write_all(text).unwrap();
            let done = receive(&mut ring, &group, &b);
            // SAFETY: the completion is one of this group's.
            let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
            assert_eq!(bytes, &text[..bytes.len()]);
            let mut rest = text.len() - bytes.len();
            batch.push(done);
            while rest > 0 {
                let done = receive(&mut ring, &group, &b);
                // SAFETY: the completion is one of this group's.
                let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.unwrap();
                assert_eq!(bytes, &text[text.len() - rest..][..bytes.len()]);
                rest -= bytes.len();
                batch.push(done);
            }
        }
        for done in batch {
            group.put(done.result(), done.flags());
        }
        assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2);
    }
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}

/// The end of a stream uses up no buffer. One that was put back would be in the ring twice.
#[test]
fn a_piece_of_no_length_uses_up_nothing() {
    let (mut ring, (a, b)) = (ring(), tcp_pair());
    let Some(mut group) = incremental(&ring, "buf_group::end") else { return };
    drop(a);
    for _ in 0..3 {
        let done = receive(&mut ring, &group, &b);
        assert_eq!(done.result(), 0);
        // SAFETY: the completion is one of this group's.
        unsafe { group.take(done.result(), done.flags()) };
        group.put(done.result(), done.flags());
    }
    assert_eq!(group.ring().available(&ring.submitter()).unwrap(), 2);
    // SAFETY: nothing is in flight.
    unsafe { group.unregister(&ring.submitter()) }.unwrap();
}
