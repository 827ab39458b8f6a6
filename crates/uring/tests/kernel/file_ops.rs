//! Operations on open files other than reads and writes.

use super::common::*;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use uring::{opcode, types};

#[test]
fn fsync_whole_and_range() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"data");
    let fd = types::Fd(file.as_raw_fd());
    assert_eq!(result(&mut ring, opcode::Fsync::new(fd).build()), 0);
    assert_eq!(result(&mut ring, opcode::Fsync::new(fd).offset(1).len(2).build()), 0);
    let data = types::FsyncFlags::DATASYNC;
    assert_eq!(result(&mut ring, opcode::Fsync::new(fd).flags(data).build()), 0);
    let unknown = data | types::FsyncFlags::from_bits_retain(1 << 1);
    assert_eq!(result(&mut ring, opcode::Fsync::new(fd).flags(unknown).build()), -libc::EINVAL);
    let (pipe, _other) = pipe();
    let refused = opcode::Fsync::new(types::Fd(pipe.as_raw_fd())).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
}

#[test]
fn sync_file_range() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"data");
    let fd = types::Fd(file.as_raw_fd());
    let entry = opcode::SyncFileRange::new(fd, 4).flags(libc::SYNC_FILE_RANGE_WRITE);
    assert_eq!(result(&mut ring, entry.build()), 0);
    assert_eq!(result(&mut ring, entry.flags(1 << 20).build()), -libc::EINVAL);
}

#[test]
fn fallocate_reserves_and_refuses_no_length() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"");
    let fd = types::Fd(file.as_raw_fd());
    assert_eq!(result(&mut ring, opcode::Fallocate::new(fd, 8192).offset(4096).build()), 0);
    assert_eq!(file.metadata().unwrap().len(), 12288);
    let keep = opcode::Fallocate::new(fd, 1 << 20).mode(libc::FALLOC_FL_KEEP_SIZE);
    assert_eq!(result(&mut ring, keep.build()), 0);
    assert_eq!(file.metadata().unwrap().len(), 12288);
    assert_eq!(result(&mut ring, opcode::Fallocate::new(fd, 0).build()), -libc::EINVAL);
}

#[test]
fn ftruncate_cuts_and_extends() {
    if !has_op("file_ops::ftruncate", opcode::Ftruncate::CODE) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"0123456789");
    let fd = types::Fd(file.as_raw_fd());
    for len in [3, 5_000_000_000] {
        assert_eq!(result(&mut ring, opcode::Ftruncate::new(fd, len).build()), 0);
        assert_eq!(file.metadata().unwrap().len(), len);
    }
    let (pipe, _other) = pipe();
    let refused = opcode::Ftruncate::new(types::Fd(pipe.as_raw_fd()), 1).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
}

#[test]
fn fadvise_short_and_long() {
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"data");
    let fd = types::Fd(file.as_raw_fd());
    let advice = libc::POSIX_FADV_WILLNEED;
    assert_eq!(result(&mut ring, opcode::Fadvise::new(fd, 4, advice).build()), 0);
    if needs("file_ops::fadvise64", 6, 11) {
        assert_eq!(result(&mut ring, opcode::Fadvise64::new(fd, 1 << 33, advice).build()), 0);
    }
    assert_eq!(result(&mut ring, opcode::Fadvise::new(fd, 4, 99).build()), -libc::EINVAL);
}

#[test]
fn close_closes_once() {
    let mut ring = ring();
    let fd = eventfd().into_raw_fd();
    assert_eq!(result(&mut ring, opcode::Close::new(types::Fd(fd)).build()), 0);
    // Another test may have this number now. Only a number that is never in use is checked.
    let closed = opcode::Close::new(types::Fd(1_000_000)).build();
    assert_eq!(result(&mut ring, closed), -libc::EBADF);
}

#[test]
fn a_ring_cannot_be_closed_through_a_ring() {
    let (mut first, second) = (ring(), ring());
    let close = opcode::Close::new(types::Fd(second.as_raw_fd())).build();
    assert_eq!(result(&mut first, close), -libc::EBADF);
}

#[test]
fn close_empties_a_registered_slot() {
    let mut ring = ring();
    let fd = eventfd();
    ring.submitter().register_files(&[fd.as_raw_fd()]).unwrap();
    assert_eq!(result(&mut ring, opcode::Close::new(types::Fixed(0)).build()), 0);
    assert_eq!(result(&mut ring, opcode::Close::new(types::Fixed(0)).build()), -libc::EBADF);
    let outside = opcode::Close::new(types::Fixed(u32::MAX)).build();
    assert_eq!(result(&mut ring, outside), -libc::EINVAL);
}

#[test]
fn files_update_replaces_and_chooses_slots() {
    if !needs("file_ops::files_update_replaces_and_chooses_slots", 5, 19) {
        return;
    }
    let mut ring = ring();
    ring.submitter().register_files_sparse(4).unwrap();
    let fd = eventfd();
    let fds = [fd.as_raw_fd()];
    let update = opcode::FilesUpdate::new(fds.as_ptr(), 1).offset(2).build();
    assert_eq!(result(&mut ring, update), 1);
    let mut chosen = [fd.as_raw_fd()];
    let alloc = opcode::FilesUpdate::new(chosen.as_mut_ptr(), 1).offset(-1).build();
    assert_eq!(result(&mut ring, alloc), 1);
    // SAFETY: the kernel has written the slot behind the compiler's back.
    let slot = unsafe { chosen.as_ptr().read_volatile() };
    assert!([0, 1, 3].contains(&slot), "{slot}");
    let outside = opcode::FilesUpdate::new(fds.as_ptr(), 1).offset(9).build();
    assert_eq!(result(&mut ring, outside), -libc::EINVAL);
}

#[test]
fn a_slot_gets_a_descriptor_of_its_own() {
    if !has_op("file_ops::fixed_fd_install", opcode::FixedFdInstall::CODE) {
        return;
    }
    let mut ring = ring();
    let (read, write) = pipe();
    ring.submitter().register_files(&[write.as_raw_fd()]).unwrap();
    drop(write);
    for (flags, expected) in [(0, libc::FD_CLOEXEC), (uring::sys::IORING_FIXED_FD_NO_CLOEXEC, 0)] {
        let got = result(&mut ring, opcode::FixedFdInstall::new(types::Fixed(0), flags).build());
        assert!(got > 2, "{got}");
        // SAFETY: the descriptor is new and ours.
        let fd = unsafe { OwnedFd::from_raw_fd(got) };
        // SAFETY: asking for the flags of a descriptor changes nothing.
        let cloexec = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFD) } & libc::FD_CLOEXEC;
        assert_eq!(cloexec, expected);
        std::io::Write::write_all(&mut std::fs::File::from(fd), b"z").unwrap();
    }
    let mut got = [0u8; 2];
    std::io::Read::read_exact(&mut &read, &mut got).unwrap();
    let bad = opcode::FixedFdInstall::new(types::Fixed(0), 1 << 9).build();
    assert_eq!(result(&mut ring, bad), -libc::EINVAL);
}
