//! Registrations, and their immediate effects.

use std::os::fd::{AsRawFd, RawFd};

use io_uring::register::{Restriction, SKIP_FILE};
use io_uring::{opcode, types, IoUring, Probe};

#[test]
fn files() {
    let ring = IoUring::new(4).unwrap();
    let submitter = ring.submitter();
    let fds: [RawFd; 2] = [0, 1];
    submitter.register_files(&fds).unwrap();
    assert_eq!(submitter.register_files_update(0, &[SKIP_FILE, -1]).unwrap(), 2);
    submitter.unregister_files().unwrap();
    submitter.register_files_sparse(4).unwrap();
}

#[test]
fn buffers() {
    let (ring, other) = (IoUring::new(4).unwrap(), IoUring::new(4).unwrap());
    let submitter = ring.submitter();
    let mut memory = vec![0u8; 4096];
    let iov = [libc::iovec { iov_base: memory.as_mut_ptr().cast(), iov_len: memory.len() }];
    // SAFETY: the memory outlives the ring.
    unsafe {
        submitter.register_buffers(&iov).unwrap();
        submitter.unregister_buffers().unwrap();
        submitter.register_buffers2(&iov, &[0]).unwrap();
        submitter.register_buffers_update(0, &iov, Some(&[0])).unwrap();
    }
    other.submitter().register_buffers_clone(ring.as_raw_fd()).unwrap();
    let flags = types::CloneBuffersFlags::DST_REPLACE;
    assert!(!flags.contains(types::CloneBuffersFlags::SRC_REGISTERED));
    let fd = ring.as_raw_fd();
    other.submitter().register_buffers_clone_offset(fd, 0, 0, 1, flags).unwrap();
    let third = IoUring::new(4).unwrap();
    third.submitter().register_buffers_sparse(2).unwrap();
}

#[test]
fn probe_eventfd_personality_workers() {
    let ring = IoUring::new(4).unwrap();
    let submitter = ring.submitter();
    let mut probe = Probe::new();
    submitter.register_probe(&mut probe).unwrap();
    assert!(probe.is_supported(opcode::Readv::CODE));
    // SAFETY: eventfd has no preconditions.
    let event = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
    submitter.register_eventfd(event).unwrap();
    submitter.unregister_eventfd().unwrap();
    submitter.register_eventfd_async(event).unwrap();
    let id: u16 = submitter.register_personality().unwrap();
    submitter.unregister_personality(id).unwrap();
    let mut limits = [0, 0];
    submitter.register_iowq_max_workers(&mut limits).unwrap();
    // SAFETY: zeroes are an empty set, and CPU 0 fits into it.
    let cpus = unsafe {
        let mut cpus: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(0, &mut cpus);
        cpus
    };
    submitter.register_iowq_aff(&cpus).unwrap();
    submitter.unregister_iowq_aff().unwrap();
    // SAFETY: the descriptor is ours.
    unsafe { libc::close(event) };
}

#[test]
fn restrictions_and_enabling() {
    let ring: IoUring = IoUring::builder().setup_r_disabled().build(4).unwrap();
    let mut list = [
        Restriction::register_op(12),
        Restriction::sqe_op(opcode::Nop::CODE),
        Restriction::sqe_flags_allowed(0),
        Restriction::sqe_flags_required(0),
    ];
    ring.submitter().register_restrictions(&mut list).unwrap();
    ring.submitter().register_enable_rings().unwrap();
}

#[test]
fn buffer_rings_cancelling_and_ring_descriptors() {
    let ring = IoUring::new(4).unwrap();
    let mut submitter = ring.submitter();
    let layout = std::alloc::Layout::from_size_align(4096, 4096).unwrap();
    // SAFETY: the layout has a size. The memory is never freed.
    let memory = unsafe { std::alloc::alloc_zeroed(layout) }.cast::<types::BufRingEntry>();
    assert_ne!(types::IOU_PBUF_RING_INC, types::IOU_PBUF_RING_MMAP);
    let flags = 0;
    // SAFETY: the memory stays, and holds 16 entries.
    unsafe {
        submitter.register_buf_ring_with_flags(memory as u64, 16, 1, flags).unwrap();
        let first = &mut *memory;
        first.set_addr(1);
        first.set_len(2);
        first.set_bid(3);
        assert_eq!((first.addr(), first.len(), first.bid()), (1, 2, 3));
        assert_eq!(*types::BufRingEntry::tail(memory), 0);
        #[allow(deprecated)]
        submitter.register_buf_ring(memory as u64, 16, 2).unwrap();
    }
    submitter.unregister_buf_ring(2).unwrap();
    submitter.unregister_buf_ring(1).unwrap();
    let none = submitter.register_sync_cancel(None, types::CancelBuilder::user_data(1));
    assert_eq!(none.unwrap_err().raw_os_error(), Some(libc::ENOENT));
    submitter.register_ring_fd().unwrap();
    submitter.unregister_ring_fd().unwrap();
}

#[test]
fn busy_polling() {
    let ring = IoUring::new(4).unwrap();
    let submitter = ring.submitter();
    let mut napi = types::Napi::new()
        .set_busy_poll_timeout(10)
        .set_prefer_busy_poll(false)
        .set_tracking(types::NapiTracking::Dynamic);
    // Refused by kernels that were built without it.
    if submitter.register_napi(&mut napi).is_ok() {
        assert_eq!((napi.busy_poll_timeout(), napi.prefer_busy_poll()), (0, false));
        submitter.unregister_napi(&mut types::Napi::default()).unwrap();
    }
    assert!(submitter.register_napi_add_id(1).is_err());
    assert!(submitter.register_napi_del_id(1).is_err());
}
