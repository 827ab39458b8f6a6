//! The NOP, and the files and buffers that its flags look up.

use super::common::*;
use uring::{cqueue, opcode, squeue, sys, IoUring, Submitter};

#[test]
fn completes_with_its_user_data() {
    let done = run(&mut ring(), opcode::Nop::new().build().user_data(u64::MAX - 1));
    assert_eq!((done.result(), done.user_data(), done.flags()), (0, u64::MAX - 1, 0));
}

#[test]
fn gives_back_an_injected_result() {
    let nop = opcode::Nop::new().nop_flags(sys::IORING_NOP_INJECT_RESULT).result(-libc::ENOTTY);
    let got = result(&mut ring(), nop.build());
    if got == -libc::EINVAL {
        return skip("nop::gives_back_an_injected_result", "needs Linux 6.10");
    }
    assert_eq!(got, -libc::ENOTTY);
}

#[test]
fn looks_up_files_and_buffers() {
    let mut ring = ring();
    let file = opcode::Nop::new().nop_flags(sys::IORING_NOP_FILE);
    let got = result(&mut ring, file.fd(12345).build());
    if got == -libc::EINVAL {
        return skip("nop::looks_up_files_and_buffers", "needs Linux 6.13");
    }
    if got == 0 {
        return skip("nop::looks_up_files", "6.18.15 says nothing of a missing file, 6.18.44 does");
    }
    assert_eq!(got, -libc::EBADF);
    assert_eq!(result(&mut ring, file.fd(0).build()), 0);
    let fixed = sys::IORING_NOP_FILE | sys::IORING_NOP_FIXED_FILE;
    assert_eq!(result(&mut ring, file.nop_flags(fixed).fd(0).build()), -libc::EBADF);
    let buffer = opcode::Nop::new().nop_flags(sys::IORING_NOP_FIXED_BUFFER);
    assert_eq!(result(&mut ring, buffer.buf_index(3).build()), -libc::EFAULT);
    let memory = vec![0u8; 4096];
    register(&ring.submitter(), &memory);
    assert_eq!(result(&mut ring, file.nop_flags(fixed).fd(1).build()), 0);
    assert_eq!(result(&mut ring, file.nop_flags(fixed).fd(2).build()), -libc::EBADF);
    assert_eq!(result(&mut ring, buffer.buf_index(1).build()), 0);
    assert_eq!(result(&mut ring, buffer.buf_index(2).build()), -libc::EFAULT);
}

/// Registers a file and a buffer, each in slot 1 of 2.
fn register(submitter: &Submitter<'_>, memory: &[u8]) {
    submitter.register_files(&[-1, 0]).unwrap();
    let none = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };
    let all = libc::iovec { iov_base: memory.as_ptr().cast_mut().cast(), iov_len: memory.len() };
    // SAFETY: a NOP only looks the buffer up; the callers keep it until then.
    unsafe { submitter.register_buffers(&[none, all]) }.unwrap();
}

#[test]
fn runs_as_task_work() {
    let got = result(&mut ring(), opcode::Nop::new().nop_flags(sys::IORING_NOP_TW).build());
    if got == -libc::EINVAL {
        return skip("nop::runs_as_task_work", "needs Linux 6.17");
    }
    assert_eq!(got, 0);
}

#[test]
fn fills_a_big_completion() {
    if !needs("nop::fills_a_big_completion", 6, 18) {
        return;
    }
    let mut ring = IoUring::<squeue::Entry, cqueue::Entry32>::builder().build(4).unwrap();
    let nop = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32).big_cqe([7, 9]).build();
    // SAFETY: a NOP points at nothing.
    unsafe { ring.submission().push(&nop) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    let done = ring.completion().next().unwrap();
    if done.result() == -libc::EINVAL {
        return skip("nop::fills_a_big_completion", "needs Linux 6.18");
    }
    assert_eq!((done.result(), *done.big_cqe()), (0, [7, 9]));
}

#[test]
fn a_big_completion_is_refused_by_a_plain_ring() {
    let nop = opcode::Nop::new().nop_flags(sys::IORING_NOP_CQE32).build();
    assert_eq!(result(&mut ring(), nop), -libc::EINVAL);
}

#[test]
fn an_unknown_flag_is_refused() {
    assert_eq!(result(&mut ring(), opcode::Nop::new().nop_flags(1 << 30).build()), -libc::EINVAL);
}

#[test]
fn the_big_form_is_refused_by_a_plain_ring() {
    let big = opcode::Nop128::new().build();
    assert_eq!(result(&mut ring(), big.as_entry().clone()), -libc::EINVAL);
}

#[test]
fn the_big_form_runs_on_a_ring_of_big_entries() {
    if !has_op("nop::the_big_form_runs_on_a_ring_of_big_entries", opcode::Nop128::CODE) {
        return;
    }
    let mut ring = IoUring::<squeue::Entry128>::builder().build(4).unwrap();
    // SAFETY: a NOP points at nothing.
    unsafe { ring.submission().push(&opcode::Nop128::new().build()) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    assert_eq!(ring.completion().next().unwrap().result(), 0);
}

/// The 128-byte NOP has all flags of the small one.
#[test]
fn the_big_form_takes_the_same_arguments() {
    if !has_op("nop::the_big_form_takes_the_same_arguments", opcode::Nop128::CODE) {
        return;
    }
    let mut builder = IoUring::<squeue::Entry128, cqueue::Entry32>::builder();
    let mut ring = builder.setup_submit_all().build(4).unwrap();
    let memory = vec![0u8; 4096];
    register(&ring.submitter(), &memory);
    let mut run = |nop: opcode::Nop128| {
        // SAFETY: a NOP points at nothing.
        unsafe { ring.submission().push(&nop.build()) }.unwrap();
        ring.submit_and_wait(1).unwrap();
        ring.completion().next().unwrap()
    };
    let nop = opcode::Nop128::new();
    let inject = nop.nop_flags(sys::IORING_NOP_INJECT_RESULT).result(-libc::ENOTTY);
    assert_eq!(run(inject).result(), -libc::ENOTTY);
    let fixed = nop.nop_flags(sys::IORING_NOP_FILE | sys::IORING_NOP_FIXED_FILE);
    assert_eq!((run(fixed.fd(1)).result(), run(fixed.fd(2)).result()), (0, -libc::EBADF));
    let buffer = nop.nop_flags(sys::IORING_NOP_FIXED_BUFFER);
    assert_eq!(run(buffer.buf_index(1)).result(), 0);
    assert_eq!(run(buffer.buf_index(2)).result(), -libc::EFAULT);
    let big = run(nop.nop_flags(sys::IORING_NOP_CQE32).big_cqe([7, 9]));
    assert_eq!((big.result(), *big.big_cqe()), (0, [7, 9]));
}
