//! Queries without a ring.

use super::common::*;
use uring::register::{query_chain, query_opcodes, query_scq, query_zcrx, query_zcrx_event};
use uring::{sys, Probe};

#[test]
fn it_agrees_with_the_probe() {
    let answer = match query_opcodes() {
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
            return skip("query::opcodes", "needs Linux 6.18");
        }
        Ok(answer) => answer,
    };
    let (ring, mut probe) = (ring(), Probe::new());
    ring.submitter().register_probe(&mut probe).unwrap();
    assert_eq!(answer.nr_request_opcodes, u32::from(probe.last_op()) + 1);
    assert_eq!(answer.feature_flags, u64::from(ring.params().features()));
    assert!(answer.nr_register_opcodes > sys::IORING_REGISTER_QUERY);
    assert!(answer.nr_register_opcodes <= sys::IORING_REGISTER_LAST);
}

/// Each query succeeds or fails with EOPNOTSUPP.
#[test]
fn newer_questions_are_answered_or_refused() {
    if query_opcodes().is_err() {
        return skip("query::newer", "needs Linux 6.18");
    }
    let answers = [
        (query_zcrx().map(drop), "query::zcrx", "needs Linux 6.19"),
        (query_scq().map(drop), "query::scq", "needs Linux 6.19"),
        (query_zcrx_event().map(drop), "query::zcrx_event", "needs Linux 7.2"),
    ];
    for (answer, name, reason) in answers {
        if let Err(error) = answer {
            assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP));
            skip(name, reason);
        }
    }
}

#[test]
fn a_chain_answers_each_question_by_itself() {
    if query_opcodes().is_err() {
        return skip("query::chain", "needs Linux 6.18");
    }
    let mut data = [0u8; 200];
    let mut unknown = sys::io_uring_query_hdr {
        query_op: 999,
        query_data: data.as_mut_ptr() as u64,
        size: 8,
        ..Default::default()
    };
    let mut first = sys::io_uring_query_hdr {
        next_entry: &raw mut unknown as u64,
        query_data: data.as_mut_ptr() as u64,
        query_op: sys::IO_URING_QUERY_OPCODES,
        size: 200,
        ..Default::default()
    };
    // SAFETY: both headers and the data are live and writable.
    unsafe { query_chain(&mut first) }.unwrap();
    assert_eq!((first.result, first.size), (0, 48));
    // SAFETY: the kernel has written it behind the compiler's back.
    let unknown = unsafe { (&raw const unknown).read_volatile() };
    assert_eq!(unknown.result, -libc::EOPNOTSUPP);
}
