//! The ring that every work uses: with the flags that suit one thread best, as far as the kernel has them.

use std::io;

use io_uring::IoUring;

/// A ring with room for `entries` operations, made with the first of these that the kernel takes:
/// SINGLE_ISSUER + DEFER_TASKRUN (6.1), COOP_TASKRUN (5.19), no flag.
pub fn open(entries: u32) -> io::Result<IoUring> {
    let mut deferred = IoUring::builder();
    deferred.setup_single_issuer().setup_defer_taskrun();
    let mut cooperative = IoUring::builder();
    cooperative.setup_coop_taskrun();
    deferred
        .build(entries)
        .or_else(|_| cooperative.build(entries))
        .or_else(|_| IoUring::builder().build(entries))
}
