//! Rings whose entries have two sizes.

use super::common::*;
use uring::{cqueue::EntryMixed, opcode, squeue, sys, IoUring, LocalRing};

/// A filler appears if a big completion would wrap. Many rounds reach every position.
#[test]
fn completions_of_both_sizes_arrive_whole_and_in_order() {
    let mut builder = IoUring::builder();
    let Ok(mut ring): std::io::Result<IoUring> = builder.setup_cqe_mixed().build(4) else {
        return skip("mixed::completions", "needs Linux 6.18");
    };
    let (mut next, mut expected) = (0u64, 0u64);
    for round in 0..3000u64 {
        for index in 0..round % 4 {
            let entry = if (round + index) % 3 == 0 {
                let big = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32);
                big.big_cqe([next, !next]).build()
            } else {
                opcode::Nop::new().build()
            };
            push(&mut ring, &[entry.user_data(next)]);
            next += 1;
        }
        ring.submit().unwrap();
        let mut queue = ring.completion();
        let announced = queue.len();
        let mut seen = 0;
        while let Some(done) = queue.next_mixed() {
            assert_eq!((done.entry().user_data(), done.entry().result()), (expected, 0));
            if let EntryMixed::Big(big) = &done {
                assert_eq!(*big.big_cqe(), [expected, !expected]);
            }
            expected += 1;
            seen += 1;
        }
        assert_eq!(announced, seen);
        assert!(queue.is_empty());
    }
    assert_eq!(expected, next);
}

#[test]
fn plain_iteration_passes_over_fillers() {
    let mut builder = IoUring::builder();
    let Ok(ring): std::io::Result<IoUring> = builder.setup_cqe_mixed().build(4) else {
        return skip("mixed::iteration", "needs Linux 6.18");
    };
    let mut ring = LocalRing::new(ring);
    for user_data in 0..500 {
        let big = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32).big_cqe([1, 2]).build();
        let small = opcode::Nop::new().build().user_data(user_data);
        // SAFETY: a NOP points at nothing.
        unsafe {
            ring.push(&big.user_data(user_data)).unwrap();
            ring.push(&small).unwrap();
        }
        ring.submit().unwrap();
        if user_data % 2 == 0 {
            assert_eq!(ring.pop_mixed().unwrap().big_cqe(), Some(&[1, 2]));
        } else {
            assert_eq!(ring.pop().unwrap().user_data(), user_data);
        }
        assert_eq!(ring.pop().unwrap().user_data(), user_data);
        assert!(ring.pop().is_none());
        assert!(ring.cq_is_empty());
    }
}

#[test]
fn big_entries_take_two_slots() {
    let mut builder = IoUring::builder();
    let Ok(mut ring): std::io::Result<IoUring> = builder.setup_sqe_mixed().build(4) else {
        return skip("mixed::entries", "needs Linux 6.19");
    };
    for round in 0..1000u64 {
        if round % 3 == 0 {
            push(&mut ring, &[opcode::Nop::new().build().user_data(round)]);
        } else {
            let big = opcode::Nop128::new().build().user_data(round);
            // SAFETY: a NOP points at nothing.
            unsafe { ring.submission().push_128(&big) }.unwrap();
        }
        ring.submit_and_wait(1).unwrap();
        let done = ring.completion().next().unwrap();
        assert_eq!((done.user_data(), done.result()), (round, 0));
        assert!(ring.completion().is_empty(), "a filler posts nothing");
    }
}

#[test]
fn a_ring_of_small_entries_refuses_big_ones() {
    let mut ring = ring();
    let big = squeue::Entry128::from(opcode::Nop::new().build());
    // SAFETY: a NOP points at nothing.
    unsafe { ring.submission().push_128(&big) }.unwrap_err();
    let mut ring = LocalRing::new(ring);
    // SAFETY: a NOP points at nothing.
    unsafe { ring.push_128(&big) }.unwrap_err();
    assert_eq!(ring.submit().unwrap(), 0);
}
