//! Probing the kernel's operations.

use super::common::*;
use uring::{opcode, sys, Probe};

#[test]
fn it_knows_the_old_and_refuses_the_impossible() {
    let mut probe = Probe::new();
    assert!(!probe.is_supported(opcode::Nop::CODE));
    let ring = ring();
    // Twice, because the kernel requires zeroes on entry each time.
    ring.submitter().register_probe(&mut probe).unwrap();
    ring.submitter().register_probe(&mut probe).unwrap();
    for code in [opcode::Nop::CODE, opcode::Readv::CODE, opcode::Read::CODE] {
        assert!(probe.is_supported(code));
    }
    assert!(!probe.is_supported(255));
    assert!(probe.is_supported(probe.last_op()));
    assert!(format!("{probe:?}").starts_with("{0, 1, 2"));
    if u32::from(probe.last_op()) >= sys::IORING_OP_LAST {
        panic!("this kernel has operations that the table lacks: {}", probe.last_op());
    }
}
