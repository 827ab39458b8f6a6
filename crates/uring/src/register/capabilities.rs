//! What this kernel can do, from every source that it offers.
//!
//! Owns the answer. Promises that a "yes" is the kernel's own word: its query (Linux 6.18), its
//! probe, its feature bits, or a ring that was made. Never asks for a kernel version: stable
//! kernels back-port. Proven by `tests/kernel/capabilities.rs`.

use std::io;

use super::{query_opcodes, Probe, Restriction};
use crate::sys::{self, io_uring_params};
use crate::{squeue, IoUring};

/// What this kernel can do, asked once.
#[derive(Debug, Clone)]
pub struct Capabilities {
    probe: Probe,
    register_ops: u32,
    setup_flags: u32,
    enter_flags: u32,
    sqe_flags: u32,
    features: u32,
}

impl Capabilities {
    /// Asks the kernel. Makes a few small rings and closes them.
    ///
    /// # Errors
    ///
    /// What [`Builder::build`](crate::Builder::build) says where no ring can be made at all.
    pub fn probe() -> io::Result<Capabilities> {
        let ring = IoUring::new(2)?;
        let features = ring.params().features();
        let mut probe = Probe::new();
        // Before Linux 5.6 there is no probe: then nothing is claimed.
        let _ = ring.submitter().register_probe(&mut probe);
        if let Ok(answer) = query_opcodes() {
            return Ok(Capabilities {
                probe,
                register_ops: answer.nr_register_opcodes,
                setup_flags: answer.ring_setup_flags as u32,
                enter_flags: answer.enter_flags as u32,
                sqe_flags: answer.sqe_flags as u32,
                features: answer.feature_flags as u32,
            });
        }
        let register_ops = count_register_ops();
        Ok(Capabilities {
            probe,
            register_ops,
            setup_flags: try_setup_flags(),
            enter_flags: derive_enter_flags(features, register_ops),
            sqe_flags: derive_sqe_flags(features),
            features,
        })
    }

    /// Whether the kernel has an operation: pass the `CODE` of a builder.
    pub fn has_opcode(&self, opcode: u8) -> bool {
        self.probe.is_supported(opcode)
    }

    /// Whether the kernel knows a registration, one of `IORING_REGISTER_*`.
    pub fn has_register_op(&self, op: u32) -> bool {
        op < self.register_ops
    }

    /// Whether rings can be made with all these flags' features, `IORING_SETUP_*`.
    pub fn has_setup_flags(&self, flags: u32) -> bool {
        self.setup_flags & flags == flags
    }

    /// Whether enter knows all these flags, `IORING_ENTER_*`.
    pub fn has_enter_flags(&self, flags: u32) -> bool {
        self.enter_flags & flags == flags
    }

    /// Whether entries can have all these flags.
    pub fn has_sqe_flags(&self, flags: squeue::Flags) -> bool {
        self.sqe_flags & u32::from(flags.bits()) == u32::from(flags.bits())
    }

    /// Whether the kernel has all these features, `IORING_FEAT_*`.
    pub fn has_features(&self, features: u32) -> bool {
        self.features & features == features
    }
}

/// Restrictions name registrations, and the kernel refuses those that it does not know: the first
/// refused number is how many there are. Leaves nothing behind but closed rings.
fn count_register_ops() -> u32 {
    (0..=u8::MAX).find(|op| !knows_register_op(*op)).map_or(256, u32::from)
}

fn knows_register_op(op: u8) -> bool {
    let mut builder = IoUring::<squeue::Entry>::builder();
    let Ok(ring) = builder.setup_r_disabled().build(1) else { return false };
    ring.submitter().register_restrictions(&mut [Restriction::register_op(op)]).is_ok()
}

/// Makes a ring with each flag and what it cannot go without.
fn try_setup_flags() -> u32 {
    let needs = |flag: u32| match flag {
        sys::IORING_SETUP_SQ_AFF => sys::IORING_SETUP_SQPOLL,
        sys::IORING_SETUP_TASKRUN_FLAG => sys::IORING_SETUP_COOP_TASKRUN,
        sys::IORING_SETUP_DEFER_TASKRUN => sys::IORING_SETUP_SINGLE_ISSUER,
        sys::IORING_SETUP_REGISTERED_FD_ONLY => sys::IORING_SETUP_NO_MMAP,
        sys::IORING_SETUP_HYBRID_IOPOLL => sys::IORING_SETUP_IOPOLL,
        sys::IORING_SETUP_SQ_REWIND => sys::IORING_SETUP_NO_SQARRAY,
        _ => 0,
    };
    let mut known = 0;
    for bit in 0..32 {
        let flag = 1 << bit;
        if setup_is_known(flag | needs(flag), flag) {
            known |= flag;
        }
    }
    known
}

fn setup_is_known(flags: u32, flag: u32) -> bool {
    let mut params =
        io_uring_params { flags, cq_entries: 4, wq_fd: u32::MAX, ..Default::default() };
    match crate::syscall::setup(2, &mut params) {
        // SAFETY: the descriptor is new and ours.
        Ok(fd) => drop(unsafe { crate::fd::RingFd::owned(fd, 0) }),
        // Without memory, or without the other ring's descriptor, a known flag is refused by
        // another error than an unknown one.
        Err(error) => {
            return match error.raw_os_error() {
                Some(libc::EFAULT) => {
                    [sys::IORING_SETUP_NO_MMAP, sys::IORING_SETUP_REGISTERED_FD_ONLY]
                        .contains(&flag)
                }
                Some(libc::ENXIO | libc::EBADF) => flag == sys::IORING_SETUP_ATTACH_WQ,
                _ => false,
            };
        }
    }
    true
}

/// Enter has no question of its own before Linux 6.18: each flag came together with something that
/// can be asked for.
fn derive_enter_flags(features: u32, register_ops: u32) -> u32 {
    let has = |feature: u32| features & feature != 0;
    let mut flags = sys::IORING_ENTER_GETEVENTS | sys::IORING_ENTER_SQ_WAKEUP;
    let mut add = |known: bool, flag: u32| flags |= if known { flag } else { 0 };
    add(register_ops > sys::IORING_REGISTER_ENABLE_RINGS, sys::IORING_ENTER_SQ_WAIT);
    add(has(sys::IORING_FEAT_EXT_ARG), sys::IORING_ENTER_EXT_ARG);
    add(register_ops > sys::IORING_REGISTER_RING_FDS, sys::IORING_ENTER_REGISTERED_RING);
    add(has(sys::IORING_FEAT_MIN_TIMEOUT), sys::IORING_ENTER_ABS_TIMER);
    add(register_ops > sys::IORING_REGISTER_MEM_REGION, sys::IORING_ENTER_EXT_ARG_REG);
    add(has(sys::IORING_FEAT_NO_IOWAIT), sys::IORING_ENTER_NO_IOWAIT);
    flags
}

/// All flags but the newest are as old as the probe.
fn derive_sqe_flags(features: u32) -> u32 {
    let all = u32::from(squeue::Flags::all().bits());
    if features & sys::IORING_FEAT_CQE_SKIP == 0 {
        return all & !sys::IOSQE_CQE_SKIP_SUCCESS;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ways that do not need the query give the same answers as the query.
    #[test]
    fn fallbacks_agree_with_the_query() {
        let Ok(answer) = query_opcodes() else { return };
        let features = answer.feature_flags as u32;
        let register_ops = count_register_ops();
        assert_eq!(register_ops, answer.nr_register_opcodes);
        assert_eq!(derive_enter_flags(features, register_ops), answer.enter_flags as u32);
        assert_eq!(derive_sqe_flags(features), answer.sqe_flags as u32);
        let setup = try_setup_flags();
        assert_eq!(setup, answer.ring_setup_flags as u32, "{setup:#x}");
    }
}
