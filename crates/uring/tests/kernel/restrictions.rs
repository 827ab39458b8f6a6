//! Restrictions and filters.

use super::common::*;
use uring::register::{BpfFilter, Restriction};
use uring::{opcode, squeue, sys, types, IoUring};

#[test]
fn only_what_is_allowed_runs() {
    let mut ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let mut allowed = [
        Restriction::sqe_op(opcode::Nop::CODE),
        Restriction::sqe_flags_allowed(squeue::Flags::ASYNC.bits()),
        Restriction::register_op(sys::IORING_REGISTER_ENABLE_RINGS as u8),
    ];
    ring.submitter().register_restrictions(&mut allowed).unwrap();
    assert_eq!(errno(ring.submitter().register_restrictions(&mut allowed)), libc::EBUSY);
    ring.submitter().register_enable_rings().unwrap();
    let nop = || opcode::Nop::new().build();
    assert_eq!(result(&mut ring, nop()), 0);
    assert_eq!(result(&mut ring, nop().flags(squeue::Flags::ASYNC)), 0);
    assert_eq!(result(&mut ring, nop().flags(squeue::Flags::IO_DRAIN)), -libc::EACCES);
    assert_eq!(result(&mut ring, opcode::AsyncCancel::new(1).build()), -libc::EACCES);
    assert_eq!(errno(ring.submitter().register_files_sparse(1)), libc::EACCES);
}

#[test]
fn required_flags_are_required() {
    let mut ring: IoUring = IoUring::builder().setup_r_disabled().build(8).unwrap();
    let flag = squeue::Flags::ASYNC.bits();
    let mut rules = [
        Restriction::sqe_op(opcode::Nop::CODE),
        Restriction::sqe_flags_required(flag),
        Restriction::sqe_flags_allowed(flag),
    ];
    ring.submitter().register_restrictions(&mut rules).unwrap();
    ring.submitter().register_enable_rings().unwrap();
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), -libc::EACCES);
    let forced = opcode::Nop::new().build().flags(squeue::Flags::ASYNC);
    assert_eq!(result(&mut ring, forced), 0);
}

#[test]
fn an_enabled_ring_cannot_be_restricted() {
    let mut rules = [Restriction::sqe_op(opcode::Nop::CODE)];
    assert_eq!(errno(ring().submitter().register_restrictions(&mut rules)), libc::EBADFD);
}

/// Runs in a thread of its own, because the restriction of a thread cannot be removed.
#[test]
fn a_task_can_be_restricted() {
    let outcome = std::thread::spawn(|| {
        // SAFETY: the call has no memory arguments and affects only this thread.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let rules = [Restriction::sqe_op(opcode::Nop::CODE)];
        if let Err(error) = uring::register::register_task_restrictions(&rules) {
            return error.raw_os_error();
        }
        let mut ring = IoUring::new(4).unwrap();
        assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
        assert_eq!(result(&mut ring, opcode::AsyncCancel::new(1).build()), -libc::EACCES);
        let again = uring::register::register_task_restrictions(&rules);
        assert_eq!(errno(again), libc::EPERM);
        None
    });
    if let Some(refusal) = outcome.join().unwrap() {
        assert!([libc::EINVAL, libc::EBADF].contains(&refusal), "{refusal}");
        skip("restrictions::task", "needs Linux 7.0");
    }
}

fn returns(value: u32) -> Vec<libc::sock_filter> {
    // BPF_RET | BPF_K
    vec![libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: value }]
}

#[test]
fn a_filter_denies_and_allows() {
    let outcome = std::thread::spawn(|| {
        // SAFETY: the call has no memory arguments and affects only this thread.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let mut ring = ring();
        let mut deny = BpfFilter::new(opcode::Nop::CODE, returns(0)).unwrap();
        if let Err(error) = ring.submitter().register_bpf_filter(&mut deny) {
            return error.raw_os_error();
        }
        assert_eq!(result(&mut ring, opcode::Nop::new().build()), -libc::EACCES);
        assert_eq!(result(&mut ring, opcode::AsyncCancel::new(1).build()), -libc::ENOENT);
        None
    });
    if let Some(refusal) = outcome.join().unwrap() {
        assert!([libc::EINVAL, libc::EBADF].contains(&refusal), "{refusal}");
        skip("restrictions::bpf_filter", "needs Linux 7.0");
    }
}

#[test]
fn a_filter_can_hold_for_a_task() {
    let outcome = std::thread::spawn(|| {
        // SAFETY: the call has no memory arguments and affects only this thread.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let mut deny = BpfFilter::new(opcode::Nop::CODE, returns(0)).unwrap();
        if let Err(error) = uring::register::register_bpf_filter_task(&mut deny) {
            return error.raw_os_error();
        }
        assert_eq!(result(&mut ring(), opcode::Nop::new().build()), -libc::EACCES);
        None
    });
    if let Some(refusal) = outcome.join().unwrap() {
        assert!([libc::EINVAL, libc::EBADF].contains(&refusal), "{refusal}");
        skip("restrictions::bpf_filter_task", "needs Linux 7.0");
    }
}

#[test]
fn a_filter_can_deny_every_other_operation() {
    if !needs("restrictions::deny_rest", 7, 0) {
        return;
    }
    let mut ring = ring();
    let mut allow = BpfFilter::new(opcode::Nop::CODE, returns(1)).unwrap().deny_rest();
    ring.submitter().register_bpf_filter(&mut allow).unwrap();
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
    assert_eq!(result(&mut ring, opcode::AsyncCancel::new(1).build()), -libc::EACCES);
}

/// A program can read the arguments of a socket: family, type and protocol, after the common 16
/// bytes.
#[test]
fn a_filter_reads_its_payload_and_can_insist_on_its_size() {
    if !needs("restrictions::payload", 7, 0) {
        return;
    }
    let mut ring = ring();
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let only_inet = vec![
        instruction(0x20, 0, 0, 16),                   // load the word at 16
        instruction(0x15, 0, 1, libc::AF_INET as u32), // equal? go on, else pass one over
        instruction(0x06, 0, 0, 1),                    // allow
        instruction(0x06, 0, 0, 0),                    // deny
    ];
    let filter = || BpfFilter::new(opcode::Socket::CODE, only_inet.clone()).unwrap();
    let mut wrong = filter().strict_size().pdu_size(8);
    assert_eq!(errno(ring.submitter().register_bpf_filter(&mut wrong)), libc::EMSGSIZE);
    assert_eq!(wrong.kernel_pdu_size(), 12);
    let mut right = filter().strict_size().pdu_size(12);
    ring.submitter().register_bpf_filter(&mut right).unwrap();
    let socket = |family| opcode::Socket::new(family, libc::SOCK_DGRAM, 0).build();
    let fd = result(&mut ring, socket(libc::AF_INET));
    assert!(fd > 2, "{fd}");
    assert_eq!(result(&mut ring, opcode::Close::new(types::Fd(fd)).build()), 0);
    assert_eq!(result(&mut ring, socket(libc::AF_UNIX)), -libc::EACCES);
}
