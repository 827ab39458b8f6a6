//! Registrations that need no ring: a message to a ring, and rules for the calling task.

use std::io;
use std::os::fd::RawFd;

use super::{BpfFilter, Restriction};
use crate::sys::{self, io_uring_restriction, io_uring_task_restriction};
use crate::{opcode, syscall, types};

/// The descriptor for calls without a ring.
pub(crate) const NO_RING: RawFd = -1;

/// Posts a completion on a ring, from any thread, without a ring to send from. Since Linux 6.13.
///
/// ```
/// use std::os::fd::AsRawFd;
///
/// let mut ring = uring::IoUring::new(1)?;
/// match uring::register::send_msg_ring(ring.as_raw_fd(), 7, 42, None) {
///     Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {} // older than Linux 6.13
///     sent => {
///         sent?;
///         ring.submit_and_wait(1)?;
///         let done = ring.completion().next().expect("a completion was posted");
///         assert_eq!((done.result(), done.user_data()), (7, 42));
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// EBADF or EBADFD if the descriptor is no ring or the ring is disabled, EOVERFLOW if there is no
/// memory for the completion.
pub fn send_msg_ring(
    ring_fd: RawFd,
    result: i32,
    user_data: u64,
    user_flags: Option<u32>,
) -> io::Result<()> {
    let entry = opcode::MsgRingData::new(types::Fd(ring_fd), result, user_data, user_flags).build();
    let arg = std::ptr::from_ref(entry.as_raw()).cast();
    // SAFETY: the entry is read during the call, and a message of data points at nothing.
    unsafe { syscall::register(NO_RING, sys::IORING_REGISTER_SEND_MSG_RING, arg, 1).map(drop) }
}

/// Restricts all rings that this thread and its children will create. Since Linux 7.0.
///
/// # Errors
///
/// EACCES without `no_new_privs` or CAP_SYS_ADMIN, EPERM if it is restricted already, E2BIG for
/// more than 65535 items.
pub fn register_task_restrictions(restrictions: &[Restriction]) -> io::Result<()> {
    let (header, bytes) = task_argument(restrictions)?;
    let arg = bytes.as_ptr();
    debug_assert_eq!(usize::from(header.nr_res), restrictions.len());
    // SAFETY: the header and the items behind it are read during the call.
    unsafe {
        syscall::register(NO_RING, sys::IORING_REGISTER_RESTRICTIONS, arg.cast(), 1).map(drop)
    }
}

/// Returns the header and the items as one piece of memory, in words so that it is aligned.
pub(crate) fn task_argument(
    restrictions: &[Restriction],
) -> io::Result<(io_uring_task_restriction, Vec<u32>)> {
    let nr_res =
        u16::try_from(restrictions.len()).map_err(|_| io::Error::from_raw_os_error(libc::E2BIG))?;
    let header = io_uring_task_restriction { nr_res, ..Default::default() };
    let mut words = Vec::with_capacity(4 + 4 * restrictions.len());
    let [a, b] = header.flags.to_ne_bytes();
    let [c, d] = nr_res.to_ne_bytes();
    words.extend([u32::from_ne_bytes([a, b, c, d]), 0, 0, 0]);
    for restriction in restrictions {
        let io_uring_restriction { opcode, arg, .. } = *restriction.as_raw();
        let [a, b] = opcode.to_ne_bytes();
        words.extend([u32::from_ne_bytes([a, b, arg, 0]), 0, 0, 0]);
    }
    Ok((header, words))
}

/// Filters the requests of all rings that this thread and its children will create. Since Linux
/// 7.0.
///
/// # Errors
///
/// As for [`register_bpf_filter`](crate::Submitter::register_bpf_filter).
pub fn register_bpf_filter_task(filter: &mut BpfFilter) -> io::Result<()> {
    let arg = filter.argument().cast_const().cast();
    // SAFETY: the structure is live and writable, and points at the program the filter owns.
    unsafe { syscall::register(NO_RING, sys::IORING_REGISTER_BPF_FILTER, arg, 1).map(drop) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_argument_is_a_header_and_its_items() {
        let items = [Restriction::sqe_op(7), Restriction::register_op(9)];
        let (header, words) = task_argument(&items).unwrap();
        assert_eq!((header.nr_res, words.len()), (2, 12));
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let kind = sys::IORING_RESTRICTION_SQE_OP as u8;
        assert_eq!(bytes[2..4], 2u16.to_ne_bytes());
        assert_eq!((bytes[16], bytes[18]), (kind, 7));
        assert_eq!((bytes[32], bytes[34]), (sys::IORING_RESTRICTION_REGISTER_OP as u8, 9));
    }

    #[test]
    fn too_many_restrictions_are_refused() {
        let items = vec![Restriction::sqe_op(0); 65536];
        assert_eq!(task_argument(&items).unwrap_err().raw_os_error(), Some(libc::E2BIG));
    }
}
