//! Waiting for a child.

use super::common::*;
use uring::opcode;

#[test]
fn a_child_is_waited_for() {
    if !has_op("waitid::child", opcode::WaitId::CODE) {
        return;
    }
    let mut ring = ring();
    #[allow(clippy::zombie_processes)] // the ring does the waiting
    let child = std::process::Command::new("sh").args(["-c", "exit 7"]).spawn().unwrap();
    // SAFETY: zeroes are a valid siginfo.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let entry =
        opcode::WaitId::new(libc::P_PID, child.id(), libc::WEXITED).infop(&raw mut info).build();
    assert_eq!(result(&mut ring, entry.clone()), 0);
    // SAFETY: the kernel has filled it in behind the compiler's back.
    let info = unsafe { (&raw const info).read_volatile() };
    // SAFETY: the structure describes a child.
    assert_eq!(unsafe { info.si_status() }, 7);
    assert_eq!(result(&mut ring, entry), -libc::ECHILD);
}
