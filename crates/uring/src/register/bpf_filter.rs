//! Filter programs, which allow or deny requests.

use std::fmt::{self, Debug, Formatter};

use crate::sys::{self, io_uring_bpf, io_uring_bpf_filter};

/// A classic BPF program that checks each request of one operation before it starts. Since Linux
/// 7.0.
///
/// The program reads `io_uring_bpf_ctx` in words of 32 bits at offsets that are multiples of 4:
/// user data, opcode, flags, and for some operations a payload (the arguments of a socket, of an
/// open, of a connect). It returns 0 to deny (the request completes with -EACCES), anything else
/// to allow. See [`register_bpf_filter`](crate::Submitter::register_bpf_filter) and
/// [`register_bpf_filter_task`](super::register_bpf_filter_task).
///
/// ```no_run
/// use uring::{opcode, register::BpfFilter, IoUring};
///
/// let ring = IoUring::new(4)?;
/// // BPF_RET | BPF_K with 0: no request may open a file.
/// let deny = vec![libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: 0 }];
/// let mut filter = BpfFilter::new(opcode::OpenAt::CODE, deny).expect("a program of one instruction");
/// ring.submitter().register_bpf_filter(&mut filter)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct BpfFilter {
    program: Vec<libc::sock_filter>,
    arg: io_uring_bpf,
}

impl BpfFilter {
    /// Creates a filter for one operation, named by the `CODE` of its builder.
    ///
    /// # Errors
    ///
    /// Returns the program if it has more instructions than the kernel can count.
    pub fn new(
        opcode: u8,
        program: Vec<libc::sock_filter>,
    ) -> Result<BpfFilter, Vec<libc::sock_filter>> {
        let Ok(filter_len) = u32::try_from(program.len()) else { return Err(program) };
        let filter =
            io_uring_bpf_filter { opcode: opcode.into(), filter_len, ..Default::default() };
        let cmd_type = sys::IO_URING_BPF_CMD_FILTER as u16;
        Ok(BpfFilter { program, arg: io_uring_bpf { cmd_type, filter, ..Default::default() } })
    }

    /// Denies every operation that has no filter of its own.
    #[must_use]
    pub fn deny_rest(mut self) -> BpfFilter {
        self.arg.filter.flags |= sys::IO_URING_BPF_FILTER_DENY_REST;
        self
    }

    /// Makes the registration fail with EMSGSIZE unless the kernel's payload has exactly the size
    /// that [`pdu_size`](Self::pdu_size) has set.
    #[must_use]
    pub fn strict_size(mut self) -> BpfFilter {
        self.arg.filter.flags |= sys::IO_URING_BPF_FILTER_SZ_STRICT;
        self
    }

    /// Sets the size of the payload that the program was written for, in bytes.
    #[must_use]
    pub fn pdu_size(mut self, size: u8) -> BpfFilter {
        self.arg.filter.pdu_size = size;
        self
    }

    /// Returns the size of the kernel's payload, after a registration failed with EMSGSIZE.
    pub fn kernel_pdu_size(&self) -> u8 {
        self.arg.filter.pdu_size
    }

    /// Returns the structure, which points at the program.
    pub(crate) fn argument(&mut self) -> *mut io_uring_bpf {
        self.arg.filter.filter_ptr = self.program.as_ptr() as u64;
        &raw mut self.arg
    }
}

impl Debug for BpfFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("BpfFilter")
            .field("opcode", &self.arg.filter.opcode)
            .field("instructions", &self.program.len())
            .finish_non_exhaustive()
    }
}
