//! How many kernel workers a ring's blocking operations get. The workers ("io-wq") belong to the
//! thread and not to the ring: the kernel sizes their pool when the thread opens its first ring, to
//! that ring's submission entries or four for each CPU, whichever is less. A small ring opened
//! first (a probe, say) would so keep every later one of the thread to a handful of fsyncs at a
//! time. So each ring raises the limit to what it would have got as the first; none lowers it.

use std::io;
use uring::IoUring;

/// What the kernel counts per CPU when it sizes the pool.
const WORKERS_PER_CPU: u32 = 4;

/// Returns how many workers for files the kernel allows a thread whose first ring has `entries`.
pub(crate) fn workers_for(entries: u32, cpus: u32) -> u32 {
    entries.min(cpus.saturating_mul(WORKERS_PER_CPU))
}

/// Raises the pool's limit to what it would be if `ring` were the thread's first. Kernels before
/// 5.15 have no such call (EINVAL) and keep the first ring's limit.
pub(crate) fn raise(ring: &IoUring) -> io::Result<()> {
    let mut limits = [0, 0]; // zeroes change nothing and return what holds
    ring.submitter().register_iowq_max_workers(&mut limits)?;
    let wanted = workers_for(ring.params().sq_entries(), cpus_online());
    if limits[0] >= wanted {
        return Ok(());
    }
    ring.submitter().register_iowq_max_workers(&mut [wanted, 0])
}

fn cpus_online() -> u32 {
    // SAFETY: no memory of ours.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    u32::try_from(count).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{open, Setup};

    fn limit(ring: &crate::Ring) -> Option<u32> {
        let mut limits = [0, 0];
        // a kernel before 5.15 does not tell
        ring.submitter().register_iowq_max_workers(&mut limits).ok()?;
        Some(limits[0])
    }

    #[test]
    fn a_small_ring_opened_first_does_not_leave_the_next_without_workers() {
        let of_a_fresh_thread = |sizes: &'static [u32]| {
            let open_all = move || {
                let open = |&entries| open(Setup::new(entries, None)).expect("a ring");
                let rings: Vec<_> = sizes.iter().map(open).collect();
                rings.last().and_then(limit)
            };
            std::thread::spawn(open_all).join().expect("no panic")
        };
        let alone = of_a_fresh_thread(&[256]);
        assert_eq!(of_a_fresh_thread(&[2, 256]), alone, "the small ring came first");
        assert_eq!(of_a_fresh_thread(&[256, 2]), alone, "nor does it take any away");
        let Some(alone) = alone else { return };
        assert_eq!(alone, workers_for(256, cpus_online()), "the kernel's own rule");
        assert!(of_a_fresh_thread(&[2]) < Some(alone), "a small ring alone stays small");
    }
}
