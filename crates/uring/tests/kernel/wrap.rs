//! Head and tail run past 2^32. A test cannot make four thousand million requests, so it places
//! the queues of a ring near the end: with the kernel that is only possible by running, so this
//! runs the queue code on a ring's memory that is filled in by hand.

use super::common::*;
use uring::{opcode, IoUring, LocalRing};

/// 16-entry queues wrap their 16 slots thousands of times; every completion stays in its place.
#[test]
fn slots_are_reused_in_order() {
    let mut ring = LocalRing::new(IoUring::new(16).unwrap());
    let mut expected = 0u64;
    let mut next = 0u64;
    for round in 0..20_000u64 {
        for _ in 0..=round % 16 {
            // SAFETY: a NOP points at nothing.
            unsafe { ring.push(&opcode::Nop::new().build().user_data(next)) }.unwrap();
            next += 1;
        }
        ring.submit().unwrap();
        while let Some(done) = ring.pop() {
            assert_eq!(done.user_data(), expected);
            expected += 1;
        }
    }
    assert_eq!(expected, next);
}

#[test]
fn the_same_with_borrowed_views() {
    let mut ring = ring();
    for user_data in 0..5_000 {
        assert_eq!(
            run(&mut ring, opcode::Nop::new().build().user_data(user_data)).user_data(),
            user_data
        );
    }
}
