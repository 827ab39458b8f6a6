//! Zero-copy receive. Few cards support it, but Linux 7.1 and newer have a queue without a card,
//! which copies. It proves everything except the card.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::register::{Zcrx, ZcrxOptions};
use uring::{cqueue, opcode, squeue, sys, types, IoUring};

type Ring = IoUring<squeue::Entry, cqueue::Entry32>;

fn big_ring() -> Ring {
    let mut builder = Ring::builder();
    builder.setup_single_issuer().setup_defer_taskrun().build(8).unwrap()
}

const OPTIONS: ZcrxOptions = ZcrxOptions {
    if_idx: 1, // the loopback
    if_rxq: 0,
    rq_entries: 64,
    area_len: 1 << 20,
    rx_buf_len: 0,
    flags: 0,
};

/// Returns a queue without a card, or `None` if the kernel does not support it.
fn without_card(ring: &Ring, name: &str) -> Option<Zcrx> {
    let options = ZcrxOptions { if_idx: 0, flags: sys::ZCRX_REG_NODEV, ..OPTIONS };
    match Zcrx::register(&ring.submitter(), options) {
        Ok(queue) => Some(queue),
        Err(error) => {
            skip(name, &format!("needs Linux 7.1 with zero-copy receive, or a card ({error})"));
            None
        }
    }
}

fn next(ring: &mut Ring) -> cqueue::Entry32 {
    loop {
        if let Some(done) = ring.completion().next() {
            return done;
        }
        ring.submit_and_wait(1).unwrap();
    }
}

#[test]
fn a_card_that_cannot_is_refused() {
    if !needs("zcrx::a_card_that_cannot_is_refused", 6, 1) {
        return;
    }
    let ring = big_ring();
    let refusal = errno(Zcrx::register(&ring.submitter(), OPTIONS).map(drop));
    let expected = [libc::EINVAL, libc::EOPNOTSUPP, libc::EPERM, libc::ENODEV, libc::ENOMEM];
    assert!(expected.contains(&refusal), "{refusal}");
    let odd = ZcrxOptions { rq_entries: 3, ..OPTIONS };
    assert_eq!(errno(Zcrx::register(&ring.submitter(), odd).map(drop)), libc::EINVAL);
    skip("zcrx::without_a_copy", "needs a network card with header split and flow steering");
}

#[test]
fn data_arrives_in_the_area_and_its_buffers_go_round() {
    if !needs("zcrx::data_arrives_in_the_area_and_its_buffers_go_round", 6, 1) {
        return;
    }
    let mut ring = big_ring();
    let Some(mut queue) = without_card(&ring, "zcrx::data") else { return };
    let (a, b) = tcp_pair();
    let recv = opcode::RecvZc::new(types::Fd(b.as_raw_fd()), 0).ifq(queue.id()).build();
    let arm = |ring: &mut Ring| {
        // SAFETY: the entry points at nothing.
        unsafe { ring.submission().push(&recv.clone().user_data(5)) }.unwrap();
        ring.submit().unwrap();
    };
    arm(&mut ring);
    let sent: Vec<u8> = (0..4 << 20).map(|n: u32| (n / 7) as u8).collect();
    let copy = sent.clone();
    let writer = std::thread::spawn(move || (&a).write_all(&copy));
    let mut got = Vec::new();
    while got.len() < sent.len() {
        let done = next(&mut ring);
        if done.result() == -libc::ENOSPC {
            arm(&mut ring); // the completion queue was full
            continue;
        }
        assert!(done.result() > 0 && cqueue::more(done.flags()), "{done:?}");
        // SAFETY: the completion is one of this queue's, and recycled after the last use.
        unsafe {
            got.extend_from_slice(queue.data(&done).unwrap());
            queue.recycle(&done).unwrap();
        }
        ring.submitter().zcrx_flush_refill(queue.id()).unwrap();
    }
    assert!(got == sent, "the bytes differ");
    writer.join().unwrap().unwrap();
    let last = next(&mut ring);
    assert_eq!((last.result(), cqueue::more(last.flags())), (0, false), "the peer has finished");
}

#[test]
fn a_queue_can_be_shared_with_another_ring() {
    if !needs("zcrx::a_queue_can_be_shared_with_another_ring", 6, 1) {
        return;
    }
    let (first, second) = (big_ring(), big_ring());
    let Some(queue) = without_card(&first, "zcrx::export_import") else { return };
    let fd = first.submitter().zcrx_export(queue.id()).unwrap();
    let mut import = sys::io_uring_zcrx_ifq_reg {
        if_idx: fd.as_raw_fd() as u32,
        flags: sys::ZCRX_REG_IMPORT,
        ..Default::default()
    };
    // SAFETY: an import names no memory.
    unsafe { second.submitter().register_ifq(&mut import) }.unwrap();
    second.submitter().zcrx_flush_refill(import.zcrx_id).unwrap();
}

#[test]
fn a_queue_that_is_not_there_cannot_be_controlled() {
    let ring = ring();
    let submitter = ring.submitter();
    let mut area = sys::io_uring_zcrx_area_reg::default();
    let refusals = [
        errno(submitter.zcrx_flush_refill(0)),
        errno(submitter.zcrx_export(0).map(drop)),
        errno(submitter.zcrx_arm_event(0, sys::ZCRX_EVENT_COPY)),
        // SAFETY: the area names no memory.
        errno(unsafe { submitter.zcrx_add_area(0, &mut area) }),
    ];
    for refusal in refusals {
        assert!([libc::EINVAL, libc::ENXIO, libc::EOPNOTSUPP].contains(&refusal), "{refusal}");
    }
}

#[test]
fn events_of_a_queue_without_a_card() {
    if !needs("zcrx::events_of_a_queue_without_a_card", 6, 1) {
        return;
    }
    let ring = big_ring();
    let Some(queue) = without_card(&ring, "zcrx::events") else { return };
    match ring.submitter().zcrx_arm_event(queue.id(), sys::ZCRX_EVENT_COPY) {
        Ok(()) => {}
        // No event was described at registration.
        Err(error) => {
            let refusal = error.raw_os_error().unwrap();
            let expected = [libc::EINVAL, libc::EOPNOTSUPP, libc::ENOENT, libc::EALREADY];
            assert!(expected.contains(&refusal), "{error}");
        }
    }
}

#[test]
fn impossible_areas_are_refused() {
    if !needs("zcrx::impossible_areas_are_refused", 6, 1) {
        return;
    }
    let ring = big_ring();
    let refused = |options| errno(Zcrx::register(&ring.submitter(), options).map(drop));
    assert_eq!(refused(ZcrxOptions { area_len: 0, ..OPTIONS }), libc::EINVAL);
    assert_eq!(refused(ZcrxOptions { area_len: usize::MAX, ..OPTIONS }), libc::EINVAL);
    assert_eq!(refused(ZcrxOptions { rq_entries: 1 << 20, ..OPTIONS }), libc::EINVAL);
}
