//! Cloning another ring's registered buffers.

use super::common::*;
use std::os::fd::AsRawFd;
use types::CloneBuffersFlags as Flags;
use uring::{opcode, types, IoUring};

fn with_buffers(memory: &mut [Vec<u8>]) -> IoUring {
    let ring = ring();
    let iov: Vec<libc::iovec> = memory
        .iter_mut()
        .map(|m| libc::iovec { iov_base: m.as_mut_ptr().cast(), iov_len: m.len() })
        .collect();
    // SAFETY: the callers keep the memory until the ring has been dropped.
    unsafe { ring.submitter().register_buffers(&iov) }.unwrap();
    ring
}

#[test]
fn all_some_and_replaced() {
    let mut memory = vec![vec![1u8; 4096], vec![2u8; 4096], vec![3u8; 4096]];
    let source = with_buffers(&mut memory);
    let mut target = ring();
    let fd = source.as_raw_fd();
    match target.submitter().register_buffers_clone(fd) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            return skip("clone_buffers::all", "needs Linux 6.12");
        }
        done => done.unwrap(),
    }
    assert_eq!(errno(target.submitter().register_buffers_clone(fd)), libc::EBUSY);
    let place = Place::new();
    let file = place.file("f", b"");
    let write = |slot: u16, from: &[u8]| {
        let fd = types::Fd(file.as_raw_fd());
        opcode::WriteFixed::new(fd, from.as_ptr(), 4, slot).build()
    };
    assert_eq!(result(&mut target, write(2, &memory[2])), 4);
    let replace = Flags::DST_REPLACE;
    if !needs("clone_buffers::offsets", 6, 13) {
        return;
    }
    target.submitter().register_buffers_clone_offset(fd, 0, 2, 1, replace).unwrap();
    assert_eq!(result(&mut target, write(2, &memory[2])), -libc::EFAULT);
    assert_eq!(result(&mut target, write(2, &memory[0])), 4);
    let outside = target.submitter().register_buffers_clone_offset(fd, 3, 0, 1, replace);
    assert!([libc::EINVAL, libc::EOVERFLOW].contains(&errno(outside)));
    let none = ring();
    let empty = none.submitter().register_buffers_clone(ring().as_raw_fd());
    assert!([libc::ENXIO, libc::EBADF].contains(&errno(empty)));
}

#[test]
fn the_source_can_be_a_registered_index() {
    if !needs("clone_buffers::the_source_can_be_a_registered_index", 6, 12) {
        return;
    }
    let mut memory = vec![vec![1u8; 4096]];
    let source = with_buffers(&mut memory);
    source.submitter().register_ring_fd().unwrap();
    let index = source.registered_index().unwrap() as i32;
    let mut target = ring();
    let flags = Flags::SRC_REGISTERED;
    target.submitter().register_buffers_clone_offset(index, 0, 0, 0, flags).unwrap();
    let place = Place::new();
    let file = place.file("f", b"");
    let fd = types::Fd(file.as_raw_fd());
    let write = opcode::WriteFixed::new(fd, memory[0].as_ptr(), 4, 0).build();
    assert_eq!(result(&mut target, write), 4);
    target.submitter().unregister_buffers().unwrap();
}
