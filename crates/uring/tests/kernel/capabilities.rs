//! The capabilities of this kernel, from every source.

use super::common::*;
use uring::register::Capabilities;
use uring::{opcode, squeue, sys, IoUring};

#[test]
fn a_yes_is_true() {
    let able = Capabilities::probe().unwrap();
    assert!(able.has_opcode(opcode::Nop::CODE) && !able.has_opcode(255));
    assert!(able.has_register_op(sys::IORING_REGISTER_BUFFERS) && !able.has_register_op(200));
    assert!(able.has_setup_flags(sys::IORING_SETUP_CQSIZE | sys::IORING_SETUP_CLAMP));
    assert!(!able.has_setup_flags(1 << 31));
    assert!(able.has_enter_flags(sys::IORING_ENTER_GETEVENTS) && !able.has_enter_flags(1 << 31));
    assert!(able.has_sqe_flags(squeue::Flags::IO_LINK));
    assert!(able.has_features(ring().params().features()));
    for (flag, needs) in [
        (sys::IORING_SETUP_CQE_MIXED, 0),
        (sys::IORING_SETUP_SQE_MIXED, 0),
        (sys::IORING_SETUP_SQ_REWIND, sys::IORING_SETUP_NO_SQARRAY),
    ] {
        let mut builder = IoUring::builder();
        let made: std::io::Result<IoUring> = builder.setup_raw_flags(flag | needs).build(4);
        assert_eq!(able.has_setup_flags(flag), made.is_ok(), "{flag:#x}");
    }
}
