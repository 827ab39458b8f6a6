//! Memory of operations on an open file.

use super::{Operation, Refusal, DETACHED};
use uring_engine::Encoded;

/// The caller's buffers, as an array of iovecs that the operation owns.
pub(super) fn buffers(operation: &Operation) -> Result<Encoded, Refusal> {
    let js = operation.encoder.js;
    let array = operation.value()?;
    let count = js.length(array).ok_or(DETACHED)?;
    let iovec = |index| {
        let view = js.element(array, index).and_then(|value| js.view(value)).ok_or(DETACHED)?;
        Ok(libc::iovec { iov_base: view.pointer.cast(), iov_len: view.bytes })
    };
    let iovecs = (0..count).map(iovec).collect::<Result<Box<[libc::iovec]>, Refusal>>()?;
    // the facade saw this many bytes when the operation was staged
    let bytes: usize = iovecs.iter().map(|iovec| iovec.iov_len).sum();
    if bytes != operation.request.len as usize {
        return Err(DETACHED);
    }
    let entry = operation.request.entry_of(iovecs.as_ptr() as u64, count);
    Ok(Encoded::with(entry, iovecs))
}
