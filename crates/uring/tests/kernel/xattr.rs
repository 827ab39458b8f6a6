//! Extended attributes, by path and by descriptor.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{opcode, types};

#[test]
fn attributes_by_path_and_by_descriptor() {
    if !needs("xattr::attributes_by_path_and_by_descriptor", 5, 19) {
        return;
    }
    let (mut ring, place) = (ring(), Place::new());
    let file = place.file("f", b"");
    let path = place.path("f");
    let name = c"user.uring".as_ptr();
    let set = opcode::SetXattr::new(name, b"value".as_ptr().cast(), path.as_ptr(), 5);
    let got = result(&mut ring, set.flags(libc::XATTR_CREATE).build());
    if got == -libc::EOPNOTSUPP {
        return skip("xattr::attributes", "the temporary directory has no user attributes");
    }
    assert_eq!(got, 0);
    assert_eq!(result(&mut ring, set.flags(libc::XATTR_CREATE).build()), -libc::EEXIST);
    let mut value = [0u8; 16];
    let get = opcode::GetXattr::new(name, value.as_mut_ptr().cast(), path.as_ptr(), 16);
    assert_eq!(result(&mut ring, get.build()), 5);
    assert_eq!(&value[..5], b"value");

    let fd = types::Fd(file.as_raw_fd());
    let set = opcode::FSetXattr::new(fd, name, b"other!".as_ptr().cast(), 6);
    assert_eq!(result(&mut ring, set.flags(libc::XATTR_REPLACE).build()), 0);
    let get = opcode::FGetXattr::new(fd, name, value.as_mut_ptr().cast(), 16);
    assert_eq!(result(&mut ring, get.build()), 6);
    assert_eq!(&value[..6], b"other!");
    let length = opcode::FGetXattr::new(fd, name, std::ptr::null_mut(), 0);
    assert_eq!(result(&mut ring, length.build()), 6);
    let short = opcode::FGetXattr::new(fd, name, value.as_mut_ptr().cast(), 2);
    assert_eq!(result(&mut ring, short.build()), -libc::ERANGE);
    let none = c"user.none".as_ptr();
    let replace = opcode::FSetXattr::new(fd, none, b"x".as_ptr().cast(), 1);
    assert_eq!(result(&mut ring, replace.flags(libc::XATTR_REPLACE).build()), -libc::ENODATA);
    let get = opcode::FGetXattr::new(fd, none, value.as_mut_ptr().cast(), 16);
    assert_eq!(result(&mut ring, get.build()), -libc::ENODATA);
    let get = opcode::GetXattr::new(none, value.as_mut_ptr().cast(), path.as_ptr(), 16);
    assert_eq!(result(&mut ring, get.build()), -libc::ENODATA);
}
