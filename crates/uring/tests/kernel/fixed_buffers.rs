//! Registered buffers.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, types};

fn iovec(memory: &mut [u8]) -> libc::iovec {
    libc::iovec { iov_base: memory.as_mut_ptr().cast(), iov_len: memory.len() }
}

#[test]
fn fixed_reads_and_writes() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"0123456789");
    let fd = types::Fd(file.as_raw_fd());
    let mut memory = vec![0u8; 4096];
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iovec(&mut memory)]) }.unwrap();
    let at = memory.as_mut_ptr().wrapping_add(100);
    assert_eq!(result(&mut ring, opcode::ReadFixed::new(fd, at, 10, 0).build()), 10);
    assert_eq!(&memory[100..110], b"0123456789");
    let write = opcode::WriteFixed::new(fd, at, 5, 0).offset(10).build();
    assert_eq!(result(&mut ring, write), 5);
    assert_eq!(std::fs::read(place.0.join("f")).unwrap(), b"012345678901234");
    let outside = opcode::ReadFixed::new(fd, at, 4096, 0).build();
    assert_eq!(result(&mut ring, outside), -libc::EFAULT);
    let no_slot = opcode::ReadFixed::new(fd, at, 1, 5).build();
    assert_eq!(result(&mut ring, no_slot), -libc::EFAULT);
    let submitter = ring.submitter();
    // SAFETY: refused.
    assert_eq!(errno(unsafe { submitter.register_buffers(&[iovec(&mut memory)]) }), libc::EBUSY);
    submitter.unregister_buffers().unwrap();
    assert_eq!(errno(submitter.unregister_buffers()), libc::ENXIO);
}

#[test]
fn fixed_vectors() {
    if !has_op("fixed_buffers::vectors", opcode::ReadvFixed::CODE) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"");
    let fd = types::Fd(file.as_raw_fd());
    let mut memory = vec![b'm'; 4096];
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iovec(&mut memory)]) }.unwrap();
    let base = memory.as_mut_ptr();
    let part =
        |at: usize, len| libc::iovec { iov_base: base.wrapping_add(at).cast(), iov_len: len };
    let iov = [part(0, 3), part(1000, 4)];
    let write = opcode::WritevFixed::new(fd, iov.as_ptr(), 2, 0).build();
    assert_eq!(result(&mut ring, write), 7);
    let iov = [part(10, 2), part(2000, 5)];
    let read = opcode::ReadvFixed::new(fd, iov.as_ptr(), 2, 0).build();
    assert_eq!(result(&mut ring, read), 7);
    let mut elsewhere = [0u8; 4];
    let iov = [iovec(&mut elsewhere)];
    let read = opcode::ReadvFixed::new(fd, iov.as_ptr(), 1, 0).build();
    assert_eq!(result(&mut ring, read), -libc::EFAULT);
}

#[test]
fn sparse_tables_are_filled_and_tags_tell_when_a_buffer_is_free() {
    if !needs("fixed_buffers::sparse_tables_are_filled_and_tags_tell_when_a_buffer_is_free", 5, 19)
    {
        return;
    }
    let mut ring = ring();
    let submitter = ring.submitter();
    submitter.register_buffers_sparse(4).unwrap();
    let (mut a, mut b) = (vec![0u8; 4096], vec![0u8; 4096]);
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe {
        submitter.register_buffers_update(1, &[iovec(&mut a)], Some(&[77])).unwrap();
        let count = submitter.register_buffers_update_counted(1, &[iovec(&mut b)], None).unwrap();
        assert_eq!(count, 1);
        let outside = submitter.register_buffers_update(9, &[iovec(&mut b)], None);
        assert_eq!(errno(outside), libc::EINVAL);
    }
    assert_eq!(wait(&mut ring, 1)[0].user_data(), 77);
    ring.submitter().unregister_buffers().unwrap();
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers2(&[iovec(&mut a)], &[78]) }.unwrap();
    ring.submitter().unregister_buffers().unwrap();
    match soon(&mut ring) {
        None => skip("fixed_buffers::tags_of_unregistered_buffers", "needs Linux 6.13"),
        Some(done) => assert_eq!(done.user_data(), 78),
    }
}

#[test]
fn too_many_buffers_are_refused() {
    let ring = ring();
    let none = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };
    // SAFETY: empty slots name no memory.
    let got = unsafe { ring.submitter().register_buffers(&vec![none; 16385]) };
    assert_eq!(errno(got), libc::EINVAL);
    // SAFETY: empty slots name no memory.
    unsafe { ring.submitter().register_buffers(&vec![none; 16384]) }.unwrap();
}
