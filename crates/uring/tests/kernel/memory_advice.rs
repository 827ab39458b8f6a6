//! Advice about memory.

use super::common::*;
use uring::opcode;

#[test]
fn dontneed_empties_pages() {
    let mut ring = ring();
    let len = 4 * 4096;
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
    let memory = unsafe {
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        libc::mmap(std::ptr::null_mut(), len, prot, flags, -1, 0).cast::<u8>()
    };
    for long in [false, true] {
        if long && !needs("memory_advice::madvise64", 6, 11) {
            continue;
        }
        // SAFETY: the mapping is ours.
        unsafe { memory.write_volatile(7) };
        let advice = libc::MADV_DONTNEED;
        let entry = match long {
            false => opcode::Madvise::new(memory.cast(), len as i64, advice).build(),
            true => opcode::Madvise64::new(memory.cast(), len as u64, advice).build(),
        };
        assert_eq!(result(&mut ring, entry), 0);
        // SAFETY: the mapping is ours.
        assert_eq!(unsafe { memory.read_volatile() }, 0);
    }
    let refused = opcode::Madvise::new(memory.cast(), len as i64, 9999).build();
    assert_eq!(result(&mut ring, refused), -libc::EINVAL);
    // SAFETY: nothing uses the mapping any more.
    unsafe { libc::munmap(memory.cast(), len) };
}
