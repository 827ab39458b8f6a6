//! Rings of provided buffers.

use super::common::*;
use std::io::Write;
use std::os::fd::AsRawFd;
use uring::register::{BufRing, BufRingOptions};
use uring::{cqueue, opcode, squeue, types, IoUring};

fn read(ring: &mut IoUring, file: &std::fs::File, group: u16) -> cqueue::Entry {
    let entry = opcode::Read::new(types::Fd(file.as_raw_fd()), std::ptr::null_mut(), 0)
        .buf_group(group)
        .build();
    run(ring, entry.flags(squeue::Flags::BUFFER_SELECT))
}

fn buffers_are_used_in_order(options: BufRingOptions) {
    if !needs("buf_ring::order", 6, 8) {
        return;
    }
    let (mut ring, (from, to)) = (ring(), pipe());
    let mut memory = vec![0u8; 4 * 16];
    let mut buffers = match BufRing::register(&ring.submitter(), 4, 5, options) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            return skip("buf_ring::order", "this kernel lacks the option");
        }
        buffers => buffers.unwrap(),
    };
    assert_eq!((buffers.entries(), buffers.bgid()), (4, 5));
    for bid in 0..4 {
        let at = memory.as_mut_ptr().wrapping_add(usize::from(bid) * 16);
        // SAFETY: the memory outlives the group.
        unsafe { buffers.add(at, 16, 100 + bid, bid) };
    }
    // SAFETY: all four places are filled.
    unsafe { buffers.advance(4) };
    assert_eq!(buffers.available(&ring.submitter()).unwrap(), 4);
    for bid in 100..104 {
        (&to).write_all(b"sixteen bytes ok").unwrap();
        let done = read(&mut ring, &from, 5);
        assert_eq!((done.result(), cqueue::buffer_select(done.flags())), (16, Some(bid)));
    }
    assert_eq!(buffers.available(&ring.submitter()).unwrap(), 0);
    (&to).write_all(b"x").unwrap();
    assert_eq!(read(&mut ring, &from, 5).result(), -libc::ENOBUFS);
    // SAFETY: the memory outlives the group, and the place is filled.
    unsafe {
        buffers.add(memory.as_mut_ptr(), 16, 7, 0);
        buffers.cq_advance(&mut ring.completion(), 1);
    }
    assert_eq!(cqueue::buffer_select(read(&mut ring, &from, 5).flags()), Some(7));
    assert_eq!(&memory[16..32], b"sixteen bytes ok");
    buffers.unregister(&ring.submitter()).unwrap();
    (&to).write_all(b"x").unwrap();
    assert_eq!(read(&mut ring, &from, 5).result(), -libc::ENOBUFS);
}

#[test]
fn in_memory_of_this_process() {
    buffers_are_used_in_order(BufRingOptions::new());
}

#[test]
fn in_memory_of_the_kernels() {
    buffers_are_used_in_order(BufRingOptions::new().kernel_memory());
}

#[test]
fn impossible_rings_are_refused() {
    if !needs("buf_ring::impossible_rings_are_refused", 5, 19) {
        return;
    }
    let ring = ring();
    let submitter = ring.submitter();
    let new = BufRingOptions::new;
    let refused =
        |entries, bgid| errno(BufRing::register(&submitter, entries, bgid, new()).map(drop));
    assert_eq!(refused(3, 0), libc::EINVAL);
    assert_eq!(refused(0, 0), libc::EINVAL);
    let _first = BufRing::register(&submitter, 8, 1, new()).unwrap();
    assert_eq!(refused(8, 1), libc::EEXIST);
    assert_eq!(errno(submitter.unregister_buf_ring(77)), libc::ENOENT);
    if needs("buf_ring::head", 6, 8) {
        assert_eq!(errno(submitter.buf_ring_head(77)), libc::ENOENT);
    }
    // SAFETY: refused.
    let odd = unsafe { submitter.register_buf_ring_with_flags(4097, 8, 2, 0) };
    assert_eq!(errno(odd), libc::EINVAL);
}

#[test]
fn incremental_rings_fall_back_where_they_must() {
    if !needs("buf_ring::incremental_rings_fall_back_where_they_must", 5, 19) {
        return;
    }
    let ring = ring();
    let options = BufRingOptions::new().incremental_or_plain();
    let buffers = BufRing::register(&ring.submitter(), 8, 1, options).unwrap();
    if !buffers.is_incremental() {
        skip("buf_ring::incremental", "needs Linux 6.12");
    }
}

#[test]
fn the_least_rest_needs_an_incremental_ring() {
    let ring = ring();
    let options = BufRingOptions::new().min_left(8);
    let refused = BufRing::register(&ring.submitter(), 8, 1, options).map(drop);
    assert_eq!(errno(refused), libc::EINVAL);
    let options = BufRingOptions::new().incremental().min_left(8);
    match BufRing::register(&ring.submitter(), 8, 1, options) {
        Ok(_) => {}
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
            skip("buf_ring::min_left", "needs Linux 7.1 or a stable kernel that has it");
        }
    }
}
