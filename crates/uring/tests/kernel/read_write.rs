//! Reads and writes at an offset of a file.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, squeue, sys, types};

#[test]
fn read_and_write_at_an_offset() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"0123456789");
    let fd = types::Fd(file.as_raw_fd());
    let write = opcode::Write::new(fd, b"AB".as_ptr(), 2).offset(4).build();
    assert_eq!(result(&mut ring, write), 2);
    let mut buf = [0u8; 16];
    let read = opcode::Read::new(fd, buf.as_mut_ptr(), 16).offset(2).build();
    assert_eq!(result(&mut ring, read), 8);
    assert_eq!(&buf[..8], b"23AB6789");
}

#[test]
fn the_offset_minus_one_is_the_files_position() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"0123456789");
    let fd = types::Fd(file.as_raw_fd());
    let mut buf = [0u8; 4];
    for expected in [b"0123", b"4567"] {
        let read = opcode::Read::new(fd, buf.as_mut_ptr(), 4).offset(u64::MAX).build();
        assert_eq!(result(&mut ring, read), 4);
        assert_eq!(&buf, expected);
    }
}

#[test]
fn vectors() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"");
    let fd = types::Fd(file.as_raw_fd());
    let (mut a, mut b) = (*b"abc", *b"defg");
    let iov = [
        libc::iovec { iov_base: a.as_mut_ptr().cast(), iov_len: 3 },
        libc::iovec { iov_base: b.as_mut_ptr().cast(), iov_len: 4 },
    ];
    assert_eq!(result(&mut ring, opcode::Writev::new(fd, iov.as_ptr(), 2).build()), 7);
    (a, b) = ([0; 3], [0; 4]);
    let read = opcode::Readv::new(fd, iov.as_ptr(), 2).offset(1).build();
    assert_eq!(result(&mut ring, read), 6);
    // SAFETY: the arrays are written by the kernel behind the compiler's back.
    let (a, b) = unsafe { ((&raw const a).read_volatile(), (&raw const b).read_volatile()) };
    assert_eq!((&a, &b[..3]), (b"bcd", &b"efg"[..]));
}

#[test]
fn a_descriptor_that_is_not_open_is_refused() {
    let mut byte = 0u8;
    let read = opcode::Read::new(types::Fd(-1), &raw mut byte, 1).build();
    assert_eq!(result(&mut ring(), read), -libc::EBADF);
}

#[test]
fn memory_that_is_not_there_is_refused() {
    let place = Place::new();
    let file = place.file("f", b"content");
    let read = opcode::Read::new(types::Fd(file.as_raw_fd()), 8 as *mut u8, 7).build();
    assert_eq!(result(&mut ring(), read), -libc::EFAULT);
}

#[test]
fn an_unknown_per_call_flag_is_refused() {
    let place = Place::new();
    let file = place.file("f", b"content");
    let mut byte = 0u8;
    let read = opcode::Read::new(types::Fd(file.as_raw_fd()), &raw mut byte, 1);
    assert_eq!(result(&mut ring(), read.rw_flags(1 << 30).build()), -libc::EOPNOTSUPP);
}

#[test]
fn nowait_says_eagain_where_it_would_block() {
    if !needs("read_write::nowait_on_a_pipe", 6, 4) {
        return;
    }
    let (read, _write) = pipe();
    let mut byte = 0u8;
    let entry = opcode::Read::new(types::Fd(read.as_raw_fd()), &raw mut byte, 1)
        .rw_flags(libc::RWF_NOWAIT)
        .build();
    assert_eq!(result(&mut ring(), entry), -libc::EAGAIN);
}

/// No file system here supports protection information, but the kernel reads it first. The errno
/// for an invalid address shows that it does.
#[test]
fn protection_information_is_looked_up_and_refused_by_a_plain_file() {
    let mut ring = ring();
    if !ring.params().is_feature_rw_attr() {
        return skip("read_write::protection_information", "needs Linux 6.14");
    }
    let place = Place::new();
    let file = place.file("f", b"content");
    let fd = types::Fd(file.as_raw_fd());
    let mut memory = vec![0u8; 4096];
    let at = memory.as_mut_ptr();
    let iov = libc::iovec { iov_base: at.cast(), iov_len: 4096 };
    // SAFETY: the memory outlives the ring's use of it below.
    unsafe { ring.submitter().register_buffers(&[iov]) }.unwrap();
    let part = libc::iovec { iov_base: at.cast(), iov_len: 1 };
    let part = &raw const part;
    let entries = |pi: *const sys::io_uring_attr_pi| {
        let mut all = vec![
            opcode::Read::new(fd, at, 1).pi(pi).build(),
            opcode::Write::new(fd, at, 1).pi(pi).build(),
            opcode::Readv::new(fd, part, 1).pi(pi).build(),
            opcode::Writev::new(fd, part, 1).pi(pi).build(),
            opcode::ReadFixed::new(fd, at, 1, 0).pi(pi).build(),
            opcode::WriteFixed::new(fd, at, 1, 0).pi(pi).build(),
        ];
        if has_op("read_write::protection_information_of_vectors", opcode::ReadvFixed::CODE) {
            all.push(opcode::ReadvFixed::new(fd, part, 1, 0).pi(pi).build());
            all.push(opcode::WritevFixed::new(fd, part, 1, 0).pi(pi).build());
        }
        all
    };
    let pi = sys::io_uring_attr_pi::default();
    for entry in entries(&raw const pi) {
        let got = result(&mut ring, entry.clone());
        assert!([-libc::EOPNOTSUPP, -libc::EINVAL].contains(&got), "{entry:?}: {got}");
    }
    for entry in entries(std::ptr::without_provenance(8)) {
        assert_eq!(result(&mut ring, entry.clone()), -libc::EFAULT, "{entry:?}");
    }
    for entry in entries(std::ptr::null()) {
        assert_eq!(result(&mut ring, entry.clone()), 1, "{entry:?}: none is asked for");
    }
}

#[test]
fn a_read_repeats_until_its_pipe_ends() {
    if !has_op("read_write::read_multi", opcode::ReadMulti::CODE) {
        return;
    }
    let (mut ring, (read, write)) = (ring(), pipe());
    let mut memory = vec![0u8; 4 * 64];
    let provide = opcode::ProvideBuffers::new(memory.as_mut_ptr(), 64, 4, 7, 0).build();
    assert!(result(&mut ring, provide) >= 0);
    push(&mut ring, &[opcode::ReadMulti::new(types::Fd(read.as_raw_fd()), 0, 7).build()]);
    ring.submit().unwrap();
    for text in [b"one", b"two"] {
        std::io::Write::write_all(&mut &write, text).unwrap();
        let done = wait(&mut ring, 1).remove(0);
        assert_eq!(done.result(), 3);
        assert!(uring::cqueue::more(done.flags()));
        let bid = usize::from(uring::cqueue::buffer_select(done.flags()).unwrap());
        // SAFETY: the kernel has filled the buffer behind the compiler's back.
        let got: [u8; 3] =
            unsafe { memory.as_ptr().add(bid * 64).cast::<[u8; 3]>().read_volatile() };
        assert_eq!(&got, text);
    }
    drop(write);
    let last = wait(&mut ring, 1).remove(0);
    assert!(!uring::cqueue::more(last.flags()));
    memory.fill(0);
}

#[test]
fn a_repeated_read_with_a_length_is_refused() {
    if !has_op("read_write::read_multi_length", opcode::ReadMulti::CODE) {
        return;
    }
    let (read, _write) = pipe();
    let entry = opcode::ReadMulti::new(types::Fd(read.as_raw_fd()), 64, 7).build();
    assert_eq!(result(&mut ring(), entry), -libc::EINVAL);
}

#[test]
fn a_chain_stops_at_a_failure_unless_it_is_hard() {
    if !needs("read_write::a_chain_stops_at_a_failure_unless_it_is_hard", 5, 17) {
        return;
    }
    let mut ring = ring();
    let bad = |data| {
        let mut byte = 0u8;
        opcode::Read::new(types::Fd(-1), &raw mut byte, 1).build().user_data(data)
    };
    let nop = |data| opcode::Nop::new().build().user_data(data);
    push(&mut ring, &[bad(0).flags(squeue::Flags::IO_LINK), nop(1)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::EBADF, -libc::ECANCELED]);
    push(&mut ring, &[bad(0).flags(squeue::Flags::IO_HARDLINK), nop(1)]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [-libc::EBADF, 0]);
}

#[test]
fn a_linked_write_and_fsync_happen_in_order() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("log", b"");
    let fd = types::Fd(file.as_raw_fd());
    let write = opcode::Write::new(fd, b"entry".as_ptr(), 5).build().user_data(1);
    let sync = opcode::Fsync::new(fd).flags(types::FsyncFlags::DATASYNC).build().user_data(2);
    push(&mut ring, &[write.flags(squeue::Flags::IO_LINK), sync]);
    let results: Vec<i32> = wait(&mut ring, 2).iter().map(|done| done.result()).collect();
    assert_eq!(results, [5, 0]);
}

#[test]
fn drain_async_and_skip_success() {
    if !needs("read_write::drain_async_and_skip_success", 5, 17) {
        return;
    }
    let mut ring = ring();
    let nop = |data| opcode::Nop::new().build().user_data(data);
    push(&mut ring, &[nop(0).flags(squeue::Flags::ASYNC), nop(1).flags(squeue::Flags::IO_DRAIN)]);
    ring.submit_and_wait(2).unwrap();
    let order: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(order, [0, 1]);
    push(&mut ring, &[nop(2).flags(squeue::Flags::SKIP_SUCCESS), nop(3)]);
    ring.submit_and_wait(1).unwrap();
    let order: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(order, [3]);
}
