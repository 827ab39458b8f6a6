//! Registered credentials.

use super::common::*;
use uring::opcode;

#[test]
fn registered_used_and_dropped() {
    let mut ring = ring();
    let id = ring.submitter().register_personality().unwrap();
    assert!(id > 0);
    assert_eq!(result(&mut ring, opcode::Nop::new().build().personality(id)), 0);
    ring.submitter().unregister_personality(id).unwrap();
    assert_eq!(result(&mut ring, opcode::Nop::new().build().personality(id)), -libc::EINVAL);
    assert_eq!(errno(ring.submitter().unregister_personality(id)), libc::EINVAL);
}
