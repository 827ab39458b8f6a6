//! What can be lent to the kernel: memory that is moved in and comes back.
//!
//! Owns the trait, its implementations, and [`Held`], in which a ring keeps what the kernel may
//! use. Promises that a value in there never moves its memory and is never dropped: it is taken
//! out, or it is leaked. Proven by `tests/kernel/owned.rs` and the tests below.

use std::mem::MaybeUninit;

/// Memory that can be moved into a [`Ring`](super::Ring) and comes back with the completion.
///
/// Implemented for `Vec<u8>`, `Box<[u8]>` and `&'static mut [u8]`. A read fills the bytes that
/// [`memory`](Self::memory) names, which for a vector are its length, not its capacity. Implement
/// it for memory of your own, for instance a mapping or a page of a pool; an `enum` of several
/// kinds lets one ring carry all of them.
///
/// # Safety
///
/// The trait is unsafe because the kernel trusts the answer. For as long as the value is not
/// touched, however often it is moved:
///
/// - `memory` must name initialised bytes that stay valid, in place, for reads and for writes;
/// - nobody else may access them.
///
/// Two calls on a value that was not used in between must return the same range.
pub unsafe trait Buffer: 'static {
    /// The address and the length of the bytes.
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
/// `MaybeUninit` for two reasons. It never drops its content, so that memory in use leaks rather
/// than being freed. And a box or a unique reference in it may be moved although somebody else (the
/// kernel) accesses what it points at, which the compiler could otherwise take for impossible.
pub(super) struct Held<T>(MaybeUninit<T>);

impl<T> Held<T> {
    pub(super) fn new(value: T) -> Self {
        Held(MaybeUninit::new(value))
    }

    /// For taking addresses before the kernel has learnt of the value, and not after.
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
