//! Memory that is moved into a ring and comes back.
//!
//! Owns the trait, its implementations, and [`Held`], in which a ring keeps what the kernel may
//! use. Promises that a held value is taken out or leaked, never dropped. Never touches the memory
//! itself. Proven by `tests/kernel/owned.rs` and the tests below.

use std::mem::MaybeUninit;

/// Memory that can be moved into a [`Ring`](super::Ring) and comes back with the completion.
///
/// Implemented for `Vec<u8>` (its length counts, not its capacity), `Box<[u8]>` and
/// `&'static mut [u8]`. It can be implemented for other memory, for instance a mapping or a page of
/// a pool. With an `enum` one ring accepts several kinds.
///
/// # Safety
///
/// The trait is unsafe because the kernel reads and writes where [`memory`](Self::memory) points.
/// While the value is only moved and not otherwise used,
///
/// - the bytes must stay valid, initialised, and in place;
/// - nothing else may access them;
/// - `memory` must return the same range each time.
pub unsafe trait Buffer: 'static {
    /// Returns the address and the length of the bytes.
    fn memory(&mut self) -> *mut [u8];
}

// SAFETY: the bytes lie on the heap, where a move of the vector does not reach.
unsafe impl Buffer for Vec<u8> {
    fn memory(&mut self) -> *mut [u8] {
        self.as_mut_slice()
    }
}

// SAFETY: the bytes lie on the heap, where a move of the box does not reach.
unsafe impl Buffer for Box<[u8]> {
    fn memory(&mut self) -> *mut [u8] {
        &raw mut **self
    }
}

// SAFETY: the bytes are borrowed for ever and by this reference alone.
unsafe impl Buffer for &'static mut [u8] {
    fn memory(&mut self) -> *mut [u8] {
        &raw mut **self
    }
}

/// A value that the kernel may be using.
///
/// `MaybeUninit` has two effects. Its content is never dropped, so that memory in use is leaked and
/// not freed. And a box or a unique reference in it may be moved while the kernel accesses its
/// memory. Outside of it, the compiler may assume that nothing else accesses that memory.
pub(super) struct Held<T>(MaybeUninit<T>);

impl<T> Held<T> {
    pub(super) fn new(value: T) -> Self {
        Held(MaybeUninit::new(value))
    }

    /// For taking addresses, before the kernel knows them and not after.
    pub(super) fn get_mut(&mut self) -> &mut T {
        // SAFETY: the value is there until `into_inner`, which consumes this one.
        unsafe { self.0.assume_init_mut() }
    }

    /// Takes the value out, once the kernel is done with it.
    pub(super) fn into_inner(self) -> T {
        // SAFETY: as above.
        unsafe { self.0.assume_init() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn what_is_held_is_leaked_unless_it_is_taken_out() {
        let count = Rc::new(());
        {
            let _held = Held::new(Rc::clone(&count));
        }
        assert_eq!(Rc::strong_count(&count), 2);
        drop(Held::new(Rc::clone(&count)).into_inner());
        assert_eq!(Rc::strong_count(&count), 2);
        // SAFETY: the reference that the first line leaked.
        unsafe { Rc::decrement_strong_count(Rc::as_ptr(&count)) };
    }

    #[test]
    fn memory_stays_in_place_when_its_owner_moves() {
        fn check<B: Buffer>(buffer: B) {
            let mut held = Held::new(buffer);
            let before = held.get_mut().memory();
            let mut moved = vec![held];
            moved.reserve(100);
            assert!(std::ptr::eq(moved[0].get_mut().memory(), before));
            drop(moved.remove(0).into_inner());
        }
        check(vec![1u8; 3]);
        check(vec![1u8; 3].into_boxed_slice());
        check::<&'static mut [u8]>(&mut []);
    }
}
