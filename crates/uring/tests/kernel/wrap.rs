//! Small queues wrap thousands of times. `src/queue_tests.rs` proves without a kernel that the
//! counters can pass 2^32, which would take four thousand million requests here.

use super::common::*;
use uring::{opcode, IoUring, LocalRing};

/// Queues of 16 entries wrap thousands of times, and every completion matches its request.
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
