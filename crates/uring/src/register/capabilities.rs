//! What the running kernel supports.
//!
//! Owns the answer. Promises that every `true` comes from the kernel itself: from its query (Linux
//! 6.18), its probe, its feature bits, or a ring that it made. Never compares versions: stable
//! kernels have back-ports. Proven by `tests/kernel/capabilities.rs`.

use std::io;

use super::{query_opcodes, Probe, Restriction};
use crate::sys::{self, io_uring_params};
use crate::{squeue, IoUring};

/// What the running kernel supports.
///
/// ```
/// use uring::register::Capabilities;
/// use uring::{opcode, sys};
///
/// let kernel = Capabilities::probe()?;
/// assert!(kernel.has_opcode(opcode::Read::CODE));
/// let multishot = kernel.has_opcode(opcode::SendZc::CODE); // both came with Linux 6.0
/// let deferred = kernel.has_setup_flags(sys::IORING_SETUP_DEFER_TASKRUN);
/// # Ok::<(), std::io::Error>(())
/// ```
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
    /// Asks the kernel. Creates a few small rings and closes them again.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::build`](crate::Builder::build), if no ring can be created at all.
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

    /// Returns whether the kernel has an operation, named by the `CODE` of its builder.
    pub fn has_opcode(&self, opcode: u8) -> bool {
        self.probe.is_supported(opcode)
    }

    /// Returns whether the kernel knows a registration, one of `IORING_REGISTER_*`.
    pub fn has_register_op(&self, op: u32) -> bool {
        op < self.register_ops
    }

    /// Returns whether the kernel knows all these setup flags, `IORING_SETUP_*`.
    pub fn has_setup_flags(&self, flags: u32) -> bool {
        self.setup_flags & flags == flags
    }

    /// Returns whether `io_uring_enter(2)` knows all these flags, `IORING_ENTER_*`.
    pub fn has_enter_flags(&self, flags: u32) -> bool {
        self.enter_flags & flags == flags
    }

    /// Returns whether entries can have all these flags.
    pub fn has_sqe_flags(&self, flags: squeue::Flags) -> bool {
        self.sqe_flags & u32::from(flags.bits()) == u32::from(flags.bits())
    }

    /// Returns whether the kernel has all these features, `IORING_FEAT_*`.
    pub fn has_features(&self, features: u32) -> bool {
        self.features & features == features
    }
}

/// Returns the number of registrations. A restriction names one, and the kernel refuses numbers
/// that it does not know: the first of them is the answer.
fn count_register_ops() -> u32 {
    (0..=u8::MAX).find(|op| !knows_register_op(*op)).map_or(256, u32::from)
}

fn knows_register_op(op: u8) -> bool {
    let mut builder = IoUring::<squeue::Entry>::builder();
    let Ok(ring) = builder.setup_r_disabled().build(1) else { return false };
    ring.submitter().register_restrictions(&mut [Restriction::register_op(op)]).is_ok()
}

/// Returns the setup flags that the kernel knows: it is asked for a ring with each of them, and
/// with the flags that this one needs.
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
        // Flags that need memory or another ring's descriptor fail here, but with another error
        // than unknown flags.
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

/// Returns the flags of enter, of which a kernel before Linux 6.18 does not tell: each came
/// together with a feature or a registration.
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

/// Every flag but the newest is as old as the probe.
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

    /// The fallbacks return what the query returns.
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
