//! Resizing a ring with mixed completions while some are unread.

use super::common::*;
use uring::{opcode, sys, IoUring};

/// From every position, because in the smaller queue the halves of a completion can lie at both
/// ends.
#[test]
fn a_big_completion_is_not_torn() {
    let mut builder = IoUring::builder();
    builder.setup_single_issuer().setup_defer_taskrun().setup_cqe_mixed().setup_cqsize(16);
    for passed in 0..16 {
        let Ok(mut ring): std::io::Result<IoUring> = builder.build(8) else {
            return skip("resize_mixed::completions", "needs Linux 6.18");
        };
        for _ in 0..passed {
            assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
        }
        for number in 0..3 {
            let big = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32);
            let big = big.big_cqe([number, !number]).build().user_data(number);
            push(&mut ring, &[big, opcode::Nop::new().build().user_data(number)]);
        }
        ring.submit_and_wait(6).unwrap();
        // Nine slots, and a filler if a big completion would have wrapped.
        match ring.resize(4, 8) {
            Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EOVERFLOW)),
            Ok(()) => panic!("nine slots do not fit into eight"),
        }
        let mut queue = ring.completion();
        for number in 0..2 {
            assert_eq!(queue.next_mixed().unwrap().big_cqe(), Some(&[number, !number]));
            assert_eq!(queue.next_mixed().unwrap().entry().user_data(), number);
        }
        drop(queue);
        ring.resize(4, 4).unwrap();
        let mut queue = ring.completion();
        assert_eq!(queue.len(), 2, "from {passed}");
        let big = queue.next_mixed().unwrap();
        assert_eq!((big.entry().user_data(), big.big_cqe()), (2, Some(&[2, !2])), "{passed}");
        assert_eq!(queue.next_mixed().unwrap().entry().user_data(), 2);
        assert!(queue.next_mixed().is_none());
    }
}
