//! What follows from each errno of `io_uring_enter`. The source is io_uring_enter(2), "ERRORS";
//! tests/enter.rs plays every row against the fake kernel.

/// What follows when `io_uring_enter` fails with an errno.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Call again immediately: a signal arrived.
    Retry,
    /// The kernel lacks room: take completions, then try again in a later turn.
    ReapThenRetry,
    /// The ring is unusable: the embedder rejects every operation, and their memory is kept.
    FailRing,
}

/// Returns the policy for a (positive) errno of `io_uring_enter`.
pub fn policy(errno: i32) -> Policy {
    match errno {
        // a signal arrived before anything was consumed
        libc::EINTR => Policy::Retry,
        // no memory for a request, or (kernels without NODROP flushing) completions overflowed
        libc::EAGAIN | libc::EBUSY | libc::ENOMEM => Policy::ReapThenRetry,
        // EBADR: a completion was dropped, so an operation would never settle. EOWNERDEAD: the
        // SQPOLL thread died. EEXIST: another thread entered. EBADF, ENXIO, EBADFD: not a usable
        // ring. EFAULT, EINVAL, EOPNOTSUPP: the call itself is wrong.
        _ => Policy::FailRing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signals_and_shortage_are_survivable() {
        let survivable: Vec<i32> =
            (1..134).filter(|&errno| policy(errno) != Policy::FailRing).collect();
        assert_eq!(survivable, [libc::EINTR, libc::EAGAIN, libc::ENOMEM, libc::EBUSY]);
    }
}
