//! Commands that need a real device. `URING_TEST_BLOCK` names a block device whose content may be
//! destroyed, `URING_TEST_NVME` the character device of an NVMe namespace.

use super::common::*;
use std::os::fd::AsRawFd;
use uring::{cqueue, opcode, squeue, sys, types, IoUring};

fn device(variable: &str, name: &str) -> Option<std::fs::File> {
    let Some(path) = std::env::var_os(variable) else {
        skip(name, &format!("{variable} names no device"));
        return None;
    };
    Some(std::fs::File::options().read(true).write(true).open(path).expect("the device opens"))
}

#[test]
fn a_discarded_range_loses_its_content() {
    let Some(file) = device("URING_TEST_BLOCK", "devices::block_discard") else { return };
    let mut ring = ring();
    let fd = types::Fd(file.as_raw_fd());
    let sector = vec![0xa5u8; 4096];
    let write = opcode::Write::new(fd, sector.as_ptr(), 4096).rw_flags(libc::RWF_SYNC).build();
    assert_eq!(result(&mut ring, write), 4096);
    let discard = opcode::BlockDiscard::new(fd, 0, 4096).build();
    let got = result(&mut ring, discard);
    if [-libc::EOPNOTSUPP, -libc::EINVAL].contains(&got) {
        return skip("devices::block_discard", "needs Linux 6.12 and a device that can discard");
    }
    assert_eq!(got, 0);
    let odd = opcode::BlockDiscard::new(fd, 1, 4096).build();
    assert_eq!(result(&mut ring, odd), -libc::EINVAL);
}

/// Reads the first block with a raw NVMe command of 72 bytes.
#[test]
fn an_nvme_command_passes_through() {
    let Some(file) = device("URING_TEST_NVME", "devices::nvme") else { return };
    let mut ring = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(4).unwrap();
    let mut block = vec![0xffu8; 4096];
    let command = sys::nvme_uring_cmd {
        opcode: 2, // read
        nsid: 1,
        addr: block.as_mut_ptr() as u64,
        data_len: 4096,
        cdw12: 4096 / 512 - 1,
        ..Default::default()
    };
    let mut cmd = [0u8; 80];
    // SAFETY: the structure is 72 plain bytes.
    let bytes = unsafe { std::ptr::from_ref(&command).cast::<[u8; 72]>().read() };
    cmd[..72].copy_from_slice(&bytes);
    let fd = types::Fd(file.as_raw_fd());
    let entry = opcode::UringCmd80::new(fd, sys::NVME_URING_CMD_IO).cmd(cmd).build();
    // SAFETY: the block outlives the wait below.
    unsafe { ring.submission().push(&entry) }.unwrap();
    ring.submit_and_wait(1).unwrap();
    let done = ring.completion().next().unwrap();
    assert_eq!(done.result(), 0, "{done:?}");
    // SAFETY: the device has written the block behind the compiler's back.
    assert_ne!(unsafe { block.as_ptr().read_volatile() }, 0xff, "the scratch disk is zeroes");
}
