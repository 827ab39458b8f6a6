//! The bytes of an operation that the kernel reads or writes and that are not the caller's buffer:
//! paths, iovecs, timespecs, statx results. They live on the heap, owned by the slot, from before
//! the entry is pushed until after the last completion.

/// Memory owned by an operation in flight. A payload must keep every address that was put into
/// the entry stable while the payload itself is moved (boxes and C strings do, inline arrays do
/// not).
pub trait Payload: 'static {
    /// What the kernel wrote for the caller to see (a statx structure, say); empty when nothing.
    fn output(&self) -> &[u8] {
        &[]
    }
}

/// A path, or anything else that is only read by the kernel.
impl Payload for std::ffi::CString {}

/// An iovec array. The memory that the iovecs point at belongs to somebody else.
impl Payload for Box<[libc::iovec]> {}
