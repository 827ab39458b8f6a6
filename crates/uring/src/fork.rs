//! Detects that the current process is a forked child.
//!
//! Owns one page of memory that the kernel clears in every forked child (`MADV_WIPEONFORK`, Linux
//! 4.14). Promises an answer for the cost of one load, in children of `fork(2)` and of `clone(2)`.
//! `getpid(2)` would be a system call, and process ids are reused. A child of `vfork(2)` shares its
//! parent's memory and counts as its parent. Never fails once the page exists. Proven by
//! `tests/kernel/fork.rs`.

use std::io;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The process in which this value was created.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// The number of the current process, or 0 in a child that has none yet.
    running: &'static AtomicU32,
    number: u32,
}

impl Origin {
    /// Returns the current process. ENOMEM if the page cannot be mapped.
    pub(crate) fn here() -> io::Result<Origin> {
        /// The last number that this process or one of its ancestors has assigned.
        static LAST: AtomicU32 = AtomicU32::new(0);
        let running = page()?;
        let mut number = running.load(Ordering::Relaxed);
        if number == 0 {
            let next = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
            let order = (Ordering::Relaxed, Ordering::Relaxed);
            let first = running.compare_exchange(0, next, order.0, order.1);
            number = first.map_or_else(|other| other, |_| next);
        }
        Ok(Origin { running, number })
    }

    /// Returns whether this is the current process.
    #[inline]
    pub(crate) fn is_here(self) -> bool {
        self.running.load(Ordering::Relaxed) == self.number
    }
}

/// Returns the word at the start of the page.
fn page() -> io::Result<&'static AtomicU32> {
    static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());
    let mut page = PAGE.load(Ordering::Acquire);
    if page.is_null() {
        let fresh = map()?;
        let order = (Ordering::AcqRel, Ordering::Acquire);
        // Not a lock: a child that is forked while another thread holds it would wait forever.
        page = match PAGE.compare_exchange(page, fresh, order.0, order.1) {
            Ok(_) => fresh,
            Err(other) => {
                // SAFETY: no other code has seen this page.
                unsafe { libc::munmap(fresh.cast(), PAGE_LEN) };
                other
            }
        };
    }
    // SAFETY: the page is never unmapped.
    Ok(unsafe { &*page })
}

/// Less than a page. The kernel rounds up.
const PAGE_LEN: usize = size_of::<AtomicU32>();

fn map() -> io::Result<*mut AtomicU32> {
    let prot = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: the kernel chooses the address, so that no existing mapping is replaced, and the
    // advice applies to this mapping.
    unsafe {
        let page = libc::mmap(ptr::null_mut(), PAGE_LEN, prot, flags, -1, 0);
        if page == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        if libc::madvise(page, PAGE_LEN, libc::MADV_WIPEONFORK) != 0 {
            let error = io::Error::last_os_error();
            libc::munmap(page, PAGE_LEN);
            return Err(error);
        }
        Ok(page.cast())
    }
}
