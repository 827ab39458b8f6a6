//! The errno policy of `io_uring_enter`, in one table: what the engine does with each answer.
//! Source: io_uring_enter(2), "ERRORS"; tests/enter.rs plays every row against the fake kernel.

/// What follows when `io_uring_enter` fails with an errno.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Call again at once: nothing was wrong, a signal came by.
    Retry,
    /// The kernel lacks room: take completions off it, then try in a later turn.
    ReapThenRetry,
    /// The ring cannot go on: every pending operation is told so, and its memory is kept.
    FailRing,
}

/// The policy for a (positive) errno of `io_uring_enter`.
pub fn policy(errno: i32) -> Policy {
    match errno {
        // a signal arrived before anything was consumed
        libc::EINTR => Policy::Retry,
        // no memory for a request, or (kernels without NODROP flushing) completions overflowed
        libc::EAGAIN | libc::EBUSY | libc::ENOMEM => Policy::ReapThenRetry,
        // EBADR: a completion was dropped, somebody would wait for ever. EOWNERDEAD: the SQPOLL
        // thread died. EEXIST: another thread entered. EBADF, ENXIO, EBADFD: not a usable ring.
        // EFAULT, EINVAL, EOPNOTSUPP: the call itself is wrong, repeating it will not mend it.
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
