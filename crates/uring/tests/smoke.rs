//! The shortest way through every part: push, submit, complete.

use uring::{opcode, IoUring, LocalRing};

#[test]
fn nops_come_back_in_order() {
    let mut ring = IoUring::new(8).unwrap();
    for user_data in 0..8 {
        let nop = opcode::Nop::new().build().user_data(user_data);
        // SAFETY: a NOP points at nothing.
        unsafe { ring.submission().push(&nop) }.unwrap();
    }
    assert_eq!(ring.submit_and_wait(8).unwrap(), 8);
    let seen: Vec<u64> = ring.completion().map(|entry| entry.user_data()).collect();
    assert_eq!(seen, (0..8).collect::<Vec<u64>>());
}

#[test]
fn a_local_ring_does_the_same() {
    let mut ring = LocalRing::new(IoUring::new(4).unwrap());
    let mut next = 0;
    for round in 0..1000 {
        for user_data in round * 4..round * 4 + 4 {
            let nop = opcode::Nop::new().build().user_data(user_data);
            // SAFETY: a NOP points at nothing.
            unsafe { ring.push(&nop) }.unwrap();
        }
        assert_eq!(ring.submit().unwrap(), 4);
        while let Some(entry) = ring.pop() {
            assert_eq!(entry.user_data(), next);
            next += 1;
        }
    }
    assert_eq!(next, 4000);
}
