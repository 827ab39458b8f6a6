//! Registered files.

use super::common::*;
use std::io::Read;
use std::os::fd::AsRawFd;
use uring::register::SKIP_FILE;
use uring::{opcode, types};

#[test]
fn slots_stand_for_descriptors() {
    let (mut ring, (read, write)) = (ring(), pipe());
    ring.submitter().register_files(&[-1, write.as_raw_fd()]).unwrap();
    let entry = |slot| opcode::Write::new(types::Fixed(slot), b"s".as_ptr(), 1).build();
    assert_eq!(result(&mut ring, entry(1)), 1);
    assert_eq!(result(&mut ring, entry(0)), -libc::EBADF);
    assert_eq!(result(&mut ring, entry(99)), -libc::EBADF);
    (&read).read_exact(&mut [0]).unwrap();
    let submitter = ring.submitter();
    assert_eq!(errno(submitter.register_files(&[0])), libc::EBUSY);
    submitter.unregister_files().unwrap();
    assert_eq!(errno(submitter.unregister_files()), libc::ENXIO);
    assert_eq!(errno(submitter.register_files(&[])), libc::EINVAL);
    assert_eq!(errno(submitter.register_files(&[1_000_000])), libc::EBADF);
}

#[test]
fn a_ring_cannot_be_registered() {
    let (first, second) = (ring(), ring());
    assert_eq!(errno(first.submitter().register_files(&[second.as_raw_fd()])), libc::EBADF);
}

#[test]
fn updates_replace_skip_and_clear() {
    if !needs("fixed_files::updates_replace_skip_and_clear", 5, 19) {
        return;
    }
    let (mut ring, (read, write)) = (ring(), pipe());
    let submitter = ring.submitter();
    submitter.register_files_sparse(4).unwrap();
    let fd = write.as_raw_fd();
    assert_eq!(submitter.register_files_update(0, &[fd, fd]).unwrap(), 2);
    assert_eq!(submitter.register_files_update(0, &[SKIP_FILE, -1]).unwrap(), 2);
    assert_eq!(errno(submitter.register_files_update(3, &[fd, fd])), libc::EINVAL);
    let entry = |slot| opcode::Write::new(types::Fixed(slot), b"s".as_ptr(), 1).build();
    assert_eq!(result(&mut ring, entry(0)), 1);
    assert_eq!(result(&mut ring, entry(1)), -libc::EBADF);
    (&read).read_exact(&mut [0]).unwrap();
}

#[test]
fn tags_tell_when_a_file_is_free() {
    let mut ring = ring();
    let fd = eventfd();
    ring.submitter().register_files_tags(&[fd.as_raw_fd()], &[11]).unwrap();
    let count = ring.submitter().register_files_update_tags(0, &[fd.as_raw_fd()], &[12]).unwrap();
    assert_eq!(count, 1);
    assert_eq!(wait(&mut ring, 1)[0].user_data(), 11);
    ring.submitter().unregister_files().unwrap();
    match soon(&mut ring) {
        None => skip("fixed_files::tags_of_unregistered_files", "needs Linux 6.13"),
        Some(done) => assert_eq!(done.user_data(), 12),
    }
}

#[test]
fn free_slots_come_from_the_allowed_range() {
    if !needs("fixed_files::free_slots_come_from_the_allowed_range", 6, 0) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("f", b""));
    let path = place.path("f");
    let submitter = ring.submitter();
    assert_eq!(errno(submitter.register_file_alloc_range(0, 1)), libc::EINVAL);
    submitter.register_files_sparse(8).unwrap();
    submitter.register_file_alloc_range(5, 2).unwrap();
    assert_eq!(errno(submitter.register_file_alloc_range(7, 9)), libc::EINVAL);
    let open = opcode::OpenAt::new(types::Fd(libc::AT_FDCWD), path.as_ptr())
        .file_index(Some(types::DestinationSlot::auto_target()));
    assert_eq!(result(&mut ring, open.build()), 5);
    assert_eq!(result(&mut ring, open.build()), 6);
    assert_eq!(result(&mut ring, open.build()), -libc::ENFILE);
}

#[test]
fn too_many_files_are_refused() {
    if !needs("fixed_files::too_many_files_are_refused", 5, 19) {
        return;
    }
    assert_eq!(errno(ring().submitter().register_files_sparse(1 << 21)), libc::EMFILE);
}
