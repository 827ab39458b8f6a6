//! The launcher: replaces itself by a program that is bound to one CPU and to its parent's life.
//!
//! Promises that the program is killed when the thread that started it ends, however that happens,
//! and that its process id is the launcher's. Never forks. Proven by `tests/net.rs`.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sched::{sched_setaffinity, CpuSet};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

/// Runs `program`, the first item being its name. Returns only when that fails.
pub fn main(cpu: usize, program: &[OsString]) -> io::Result<()> {
    let (name, arguments) =
        program.split_first().ok_or_else(|| io::Error::other("no program to launch"))?;
    let mut set = CpuSet::new();
    set.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &set)?;
    set_pdeathsig(Signal::SIGKILL)?;
    Err(Command::new(name).args(arguments).exec())
}
