//! Zero-copy receive: what can be asked for without a card.

use super::common::*;
use uring::register::{Zcrx, ZcrxOptions};
use uring::{cqueue, squeue, sys, IoUring};

#[test]
fn a_card_that_cannot_is_refused() {
    let mut builder = IoUring::<squeue::Entry, cqueue::Entry32>::builder();
    let ring = builder.setup_single_issuer().setup_defer_taskrun().build(8).unwrap();
    let options = ZcrxOptions {
        if_idx: 1, // the loopback
        if_rxq: 0,
        rq_entries: 64,
        area_len: 1 << 16,
        rx_buf_len: 0,
        flags: 0,
    };
    let refusal = errno(Zcrx::register(&ring.submitter(), options).map(drop));
    let expected = [libc::EINVAL, libc::EOPNOTSUPP, libc::EPERM, libc::ENODEV, libc::ENOMEM];
    assert!(expected.contains(&refusal), "{refusal}");
    let odd = ZcrxOptions { rq_entries: 3, ..options };
    assert_eq!(errno(Zcrx::register(&ring.submitter(), odd).map(drop)), libc::EINVAL);
    skip("zcrx::data", "needs a network card with header split and flow steering");
}

#[test]
fn a_queue_that_is_not_there_cannot_be_controlled() {
    let ring = ring();
    let submitter = ring.submitter();
    let refusals = [
        (errno(submitter.zcrx_flush_refill(0)), "zcrx::flush_effect"),
        (errno(submitter.zcrx_export(0).map(drop)), "zcrx::export_effect"),
        (errno(submitter.zcrx_arm_event(0, sys::ZCRX_EVENT_COPY)), "zcrx::arm_event_effect"),
    ];
    for (refusal, name) in refusals {
        assert!([libc::EINVAL, libc::ENXIO, libc::EOPNOTSUPP].contains(&refusal), "{refusal}");
        skip(name, "needs Linux 6.19 or newer and a network card");
    }
    let mut area = sys::io_uring_zcrx_area_reg::default();
    // SAFETY: the area names no memory.
    let refusal = errno(unsafe { submitter.zcrx_add_area(0, &mut area) });
    assert!([libc::EINVAL, libc::ENXIO, libc::EOPNOTSUPP].contains(&refusal), "{refusal}");
    skip("zcrx::add_area_effect", "needs Linux 7.3 and a network card");
}
