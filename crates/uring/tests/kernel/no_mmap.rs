//! Rings in memory that this process provides.

use super::common::*;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;
use uring::{cqueue, opcode, squeue, IoUring};

fn works(ring: &mut IoUring) {
    for user_data in 0..1000 {
        let done = run(ring, opcode::Nop::new().build().user_data(user_data));
        assert_eq!((done.user_data(), done.result()), (user_data, 0));
    }
}

#[test]
fn in_memory_of_its_own() {
    if !needs("no_mmap::in_memory_of_its_own", 6, 5) {
        return;
    }
    for entries in [1, 8, 32, 4096] {
        let mut ring: IoUring = IoUring::builder().build_no_mmap(entries).unwrap();
        assert!(ring.params().is_setup_no_mmap());
        works(&mut ring);
    }
    let mut ring: IoUring = IoUring::builder().setup_no_sqarray().build_no_mmap(8).unwrap();
    works(&mut ring);
}

#[test]
fn with_big_entries() {
    if !needs("no_mmap::with_big_entries", 6, 5) {
        return;
    }
    let builder = IoUring::<squeue::Entry128, cqueue::Entry32>::builder();
    let mut ring = builder.build_no_mmap(16).unwrap();
    for user_data in 0..100 {
        let nop = opcode::Nop::new().build().user_data(user_data);
        // SAFETY: a NOP points at nothing.
        unsafe { ring.submission().push(&nop.into()) }.unwrap();
        ring.submit_and_wait(1).unwrap();
        assert_eq!(ring.completion().next().unwrap().user_data(), user_data);
    }
}

#[test]
fn in_memory_of_the_callers() {
    if !needs("no_mmap::in_memory_of_the_callers", 6, 5) {
        return;
    }
    let builder = IoUring::builder();
    let size = builder.memory_size(64).unwrap();
    let page = |len: usize| {
        let layout = std::alloc::Layout::from_size_align(len, 4096).unwrap();
        // SAFETY: the layout has a size. Never freed, because the kernel uses the memory after the
        // ring is dropped.
        let memory = unsafe { std::alloc::alloc_zeroed(layout) };
        NonNull::slice_from_raw_parts(NonNull::new(memory).unwrap(), len)
    };
    let (rings, sqes) = (page(size.rings), page(size.sqes));
    // SAFETY: only this test uses the memory, and it is never freed.
    let mut ring = unsafe { builder.build_with_memory(64, rings, sqes) }.unwrap();
    works(&mut ring);
    let short = NonNull::slice_from_raw_parts(sqes.cast(), size.sqes - 1);
    // SAFETY: refused.
    let refused = unsafe { builder.build_with_memory(64, rings, short) };
    assert_eq!(errno(refused.map(drop)), libc::EINVAL);
}

#[test]
fn in_huge_pages() {
    if !needs("no_mmap::in_huge_pages", 6, 5) {
        return;
    }
    match IoUring::<squeue::Entry>::builder().build_huge_pages(4096) {
        Err(error) if error.raw_os_error() == Some(libc::ENOMEM) => {
            skip("no_mmap::huge_pages", "this machine has no huge pages reserved");
        }
        ring => works(&mut ring.unwrap()),
    }
}

#[test]
fn without_a_descriptor() {
    if !needs("no_mmap::without_a_descriptor", 6, 5) {
        return;
    }
    std::thread::spawn(|| {
        let mut builder = IoUring::builder();
        let mut ring: IoUring = builder.setup_registered_fd_only().build_no_mmap(8).unwrap();
        assert_eq!(ring.as_raw_fd(), -1);
        assert!(ring.registered_index().is_some());
        works(&mut ring);
        ring.submitter().register_files_sparse(2).unwrap();
    })
    .join()
    .unwrap();
}

#[test]
fn impossible_sizes_are_refused() {
    let builder = IoUring::<squeue::Entry>::builder();
    assert_eq!(errno(builder.build_no_mmap(0).map(drop)), libc::EINVAL);
    assert_eq!(errno(builder.build_no_mmap(32769).map(drop)), libc::EINVAL);
}
