//! Whether this is still the process in which something was made.
//!
//! Owns one page of memory that the kernel clears in every forked child (`MADV_WIPEONFORK`, Linux
//! 4.14). Promises an answer for the price of a load, in children of `fork(2)` and `clone(2)` alike;
//! `getpid(2)` would be a system call, and the number of a process can be used again. A child of
//! `vfork(2)` shares its parent's memory and counts as its parent.
//! Never fails after the page is there. Proven by `tests/kernel/fork.rs`.

use std::io;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The process in which this value was made.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// The number of the process that runs, or 0 in a child that has not asked yet.
    running: &'static AtomicU32,
    number: u32,
}

impl Origin {
    /// The process that runs. ENOMEM where there is no memory to tell by.
    pub(crate) fn here() -> io::Result<Origin> {
        /// The last number given, among this process and its ancestors.
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

    /// Whether that process is the one that runs.
    #[inline]
    pub(crate) fn is_here(self) -> bool {
        self.running.load(Ordering::Relaxed) == self.number
    }
}

/// The word at the start of the page.
fn page() -> io::Result<&'static AtomicU32> {
    static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());
    let mut page = PAGE.load(Ordering::Acquire);
    if page.is_null() {
        let fresh = map()?;
        let order = (Ordering::AcqRel, Ordering::Acquire);
        // Not a lock: a child that is forked while another thread holds one would wait for ever.
        page = match PAGE.compare_exchange(page, fresh, order.0, order.1) {
            Ok(_) => fresh,
            Err(other) => {
                // SAFETY: nobody has seen this page.
                unsafe { libc::munmap(fresh.cast(), PAGE_LEN) };
                other
            }
        };
    }
    // SAFETY: the page is never unmapped.
    Ok(unsafe { &*page })
}

/// Less than a page on every machine; the kernel rounds up.
const PAGE_LEN: usize = size_of::<AtomicU32>();

fn map() -> io::Result<*mut AtomicU32> {
    let prot = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing, and the advice
    // is about this mapping.
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
