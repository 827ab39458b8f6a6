//! Heap memory of an operation that the kernel reads or writes and that is not the caller's buffer,
//! for what does not fit into the embedder's own memory per slot: long paths, many iovecs. The slot
//! owns it from before the entry is pushed until after the last completion.

/// Memory owned by an operation in flight. The addresses that were put into the entry must stay
/// valid while the payload itself is moved (those in boxes and C strings do, those of inline arrays
/// do not).
pub trait Payload: 'static {
    /// Returns what the kernel wrote for the caller (a statx structure, say).
    fn output(&self) -> &[u8] {
        &[]
    }
}

/// A path, or anything else that the kernel only reads.
impl Payload for std::ffi::CString {}

/// An iovec array. The memory that the iovecs point at is not part of it.
impl Payload for Box<[libc::iovec]> {}
