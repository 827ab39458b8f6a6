//! Operations that name files by path.

use super::common::*;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use uring::{opcode, types};

const CWD: types::Fd = types::Fd(libc::AT_FDCWD);

#[test]
fn openat_gives_a_descriptor() {
    let (mut ring, place) = (ring(), Place::new());
    let path = place.path("new");
    let open = opcode::OpenAt::new(CWD, path.as_ptr())
        .flags(libc::O_CREAT | libc::O_RDWR | libc::O_CLOEXEC)
        .mode(0o600)
        .build();
    let fd = result(&mut ring, open);
    assert!(fd > 2, "{fd}");
    // SAFETY: the descriptor is new and ours.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    let meta = std::fs::File::from(fd).metadata().unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777, 0o600);
    let missing = place.path("missing");
    let open = opcode::OpenAt::new(CWD, missing.as_ptr()).build();
    assert_eq!(result(&mut ring, open), -libc::ENOENT);
}

#[test]
fn openat_into_slots() {
    if !needs("path_ops::openat_into_slots", 5, 19) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("f", b"slot"));
    ring.submitter().register_files_sparse(3).unwrap();
    let path = place.path("f");
    let open = opcode::OpenAt::new(CWD, path.as_ptr());
    let slot = types::DestinationSlot::try_from_slot_target(1).unwrap();
    assert_eq!(result(&mut ring, open.file_index(Some(slot)).build()), 0);
    let any = open.file_index(Some(types::DestinationSlot::auto_target()));
    let mut chosen = [result(&mut ring, any.build()), result(&mut ring, any.build())];
    chosen.sort_unstable();
    assert_eq!(chosen, [0, 2]);
    assert_eq!(result(&mut ring, any.build()), -libc::ENFILE);
    assert_eq!(result(&mut ring, any.flags(libc::O_CLOEXEC).build()), -libc::EINVAL);
    let mut buf = [0u8; 4];
    let read = opcode::Read::new(types::Fixed(1), buf.as_mut_ptr(), 4).build();
    assert_eq!(result(&mut ring, read), 4);
    assert_eq!(&buf, b"slot");
}

#[test]
fn openat2_keeps_its_restrictions() {
    let (mut ring, place) = (ring(), Place::new());
    std::os::unix::fs::symlink("/etc/hostname", place.0.join("link")).unwrap();
    let path = place.path("link");
    let how = types::OpenHow::new().resolve(libc::RESOLVE_NO_SYMLINKS);
    let open = opcode::OpenAt2::new(CWD, path.as_ptr(), &raw const how).build();
    assert_eq!(result(&mut ring, open), -libc::ELOOP);
    let how = types::OpenHow::new().flags(libc::O_CREAT as u64 | libc::O_WRONLY as u64).mode(0o640);
    let path = place.path("made");
    let fd = result(&mut ring, opcode::OpenAt2::new(CWD, path.as_ptr(), &raw const how).build());
    // SAFETY: the descriptor is new and ours.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
    assert!(place.0.join("made").exists());
}

#[test]
fn statx_describes() {
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("f", b"12345"));
    let path = place.path("f");
    // SAFETY: zeroes are a valid statx.
    let mut stat: libc::statx = unsafe { std::mem::zeroed() };
    let entry = opcode::Statx::new(CWD, path.as_ptr(), (&raw mut stat).cast())
        .mask(libc::STATX_SIZE)
        .build();
    assert_eq!(result(&mut ring, entry), 0);
    // SAFETY: the kernel has written it behind the compiler's back.
    assert_eq!(unsafe { (&raw const stat.stx_size).read_volatile() }, 5);
    let missing = place.path("missing");
    let entry = opcode::Statx::new(CWD, missing.as_ptr(), (&raw mut stat).cast()).build();
    assert_eq!(result(&mut ring, entry), -libc::ENOENT);
}

#[test]
fn directories_are_made_and_removed() {
    if !needs("path_ops::directories_are_made_and_removed", 5, 15) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    let path = place.path("d");
    let make = || opcode::MkDirAt::new(CWD, path.as_ptr()).mode(0o700).build();
    assert_eq!(result(&mut ring, make()), 0);
    assert_eq!(result(&mut ring, make()), -libc::EEXIST);
    let unlink = opcode::UnlinkAt::new(CWD, path.as_ptr());
    assert_eq!(result(&mut ring, unlink.build()), -libc::EISDIR);
    assert_eq!(result(&mut ring, unlink.flags(libc::AT_REMOVEDIR).build()), 0);
    assert_eq!(result(&mut ring, unlink.flags(1).build()), -libc::EINVAL);
}

#[test]
fn renames_follow_their_flags() {
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("a", b"a"));
    drop(place.file("b", b"b"));
    let (a, b) = (place.path("a"), place.path("b"));
    let rename = opcode::RenameAt::new(CWD, a.as_ptr(), CWD, b.as_ptr());
    let careful = rename.flags(libc::RENAME_NOREPLACE).build();
    assert_eq!(result(&mut ring, careful), -libc::EEXIST);
    assert_eq!(result(&mut ring, rename.build()), 0);
    assert_eq!(std::fs::read(place.0.join("b")).unwrap(), b"a");
}

#[test]
fn links_hard_and_symbolic() {
    if !needs("path_ops::links_hard_and_symbolic", 5, 15) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("a", b"a"));
    let (a, hard, soft) = (place.path("a"), place.path("hard"), place.path("soft"));
    let link = || opcode::LinkAt::new(CWD, a.as_ptr(), CWD, hard.as_ptr()).build();
    assert_eq!(result(&mut ring, link()), 0);
    assert_eq!(result(&mut ring, link()), -libc::EEXIST);
    assert_eq!(std::fs::read(place.0.join("hard")).unwrap(), b"a");
    let symlink = || opcode::SymlinkAt::new(CWD, a.as_ptr(), soft.as_ptr()).build();
    assert_eq!(result(&mut ring, symlink()), 0);
    assert_eq!(result(&mut ring, symlink()), -libc::EEXIST);
    assert_eq!(std::fs::read(place.0.join("soft")).unwrap(), b"a");
}

#[test]
fn paths_may_be_relative_to_a_directory() {
    let (mut ring, place) = (ring(), Place::new());
    drop(place.file("f", b"x"));
    let dir = std::fs::File::open(&place.0).unwrap();
    let open = opcode::OpenAt::new(types::Fd(dir.as_raw_fd()), c"f".as_ptr()).build();
    let fd = result(&mut ring, open);
    assert!(fd > 2);
    // SAFETY: the descriptor is new and ours.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
}
