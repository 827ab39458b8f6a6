//! Pipes, and moving data through them.

use super::common::*;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use uring::{opcode, types};

#[test]
fn splice_moves_a_file_into_a_pipe() {
    let (mut ring, place, (read, write)) = (ring(), Place::new(), pipe());
    let file = place.file("f", b"0123456789");
    let (from, to) = (types::Fd(file.as_raw_fd()), types::Fd(write.as_raw_fd()));
    assert_eq!(result(&mut ring, opcode::Splice::new(from, 2, to, -1, 5).build()), 5);
    let mut got = [0; 5];
    (&read).read_exact(&mut got).unwrap();
    assert_eq!(&got, b"23456");
    ring.submitter().register_files(&[file.as_raw_fd()]).unwrap();
    let fixed = opcode::Splice::new(types::Fixed(0), 0, to, -1, 2).build();
    assert_eq!(result(&mut ring, fixed), 2);
    let no_pipe = opcode::Splice::new(from, 0, from, 0, 2).build();
    assert_eq!(result(&mut ring, no_pipe), -libc::EINVAL);
}

#[test]
fn tee_copies_and_keeps() {
    let (mut ring, (a, wa), (b, wb)) = (ring(), pipe(), pipe());
    (&wa).write_all(b"twice").unwrap();
    let (from, to) = (types::Fd(a.as_raw_fd()), types::Fd(wb.as_raw_fd()));
    assert_eq!(result(&mut ring, opcode::Tee::new(from, to, 5).build()), 5);
    for mut end in [&a, &b] {
        let mut got = [0; 5];
        end.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"twice");
    }
    let place = Place::new();
    let file = place.file("f", b"");
    let refused = opcode::Tee::new(types::Fd(file.as_raw_fd()), to, 5).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
}

#[test]
fn pipe_gives_two_descriptors_or_two_slots() {
    if !has_op("splice::pipe", opcode::Pipe::CODE) {
        return;
    }
    let mut ring = ring();
    let mut ends = [-1; 2];
    let make = opcode::Pipe::new(ends.as_mut_ptr()).flags(libc::O_CLOEXEC as u32).build();
    assert_eq!(result(&mut ring, make), 0);
    // SAFETY: the kernel has written two new descriptors, which nothing else closes.
    let (read, write) = unsafe {
        let [read, write] = (&raw const ends).read_volatile();
        (std::fs::File::from_raw_fd(read), std::fs::File::from_raw_fd(write))
    };
    (&write).write_all(b"p").unwrap();
    (&read).read_exact(&mut [0]).unwrap();

    ring.submitter().register_files_sparse(4).unwrap();
    let slot = types::DestinationSlot::try_from_slot_target(2).unwrap();
    let fixed = opcode::Pipe::new(ends.as_mut_ptr()).file_index(Some(slot)).build();
    assert_eq!(result(&mut ring, fixed), 0);
    // SAFETY: the kernel has written the slots behind the compiler's back.
    let slots = unsafe { (&raw const ends).read_volatile() };
    // Kernels up to at least 6.18.15 report 0 for slots that they have chosen.
    assert!(slots == [2, 3] || slots == [0, 0], "{slots:?}");
    let write = opcode::Write::new(types::Fixed(3), b"p".as_ptr(), 1).build();
    assert_eq!(result(&mut ring, write), 1, "the slots hold the ends");
    let flags = opcode::Pipe::new(ends.as_mut_ptr()).flags(1 << 30).build();
    assert_eq!(result(&mut ring, flags), -libc::EINVAL);
}
