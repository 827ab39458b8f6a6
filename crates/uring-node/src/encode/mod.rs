//! A staged request becomes a submission entry. One arm per operation, grouped by family: it names
//! the builder of `crates/uring`, the request's numbers that go into it and the memory that it
//! points at. This is the only place where an address of JavaScript memory is taken; it happens
//! right before the submit, with no JavaScript in between.

mod control;
mod file;
mod path;

use crate::js::{Js, View};
use crate::lent::Lending;
use crate::request::Request;
use napi::sys;
use std::ffi::CString;
use uring::squeue::Flags;
use uring::types::Timespec;
use uring_engine::{Encode, Encoded, Marks, Slots};

/// A refusal before the kernel: a negative errno that the operation settles with.
pub type Refusal = i32;

/// What an operation's value turned out to be when it was to be submitted: not (any more) memory.
/// `src/errors.ts` knows this code as ERR_BUFFER_DETACHED.
pub const DETACHED: Refusal = -4095;

/// The request table and the JavaScript values that belong to it, for one turn.
pub struct Encoder<'turn> {
    pub js: Js,
    pub requests: &'turn [Request],
    /// The array whose element `slot` holds the operation's buffer, path or array of those.
    pub objects: sys::napi_value,
    /// The buffers that were looked up for this turn.
    pub lending: &'turn Lending,
}

impl Encode for Encoder<'_> {
    #[inline]
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, Refusal> {
        let request = *self.requests.get(slot as usize).ok_or(-libc::EINVAL)?;
        let operation = Operation { request, slot, encoder: self };
        let mut encoded = operation.encode(slots)?;
        if request.flags != 0 {
            let flags = Flags::from_bits_retain(request.flags);
            encoded.entry = encoded.entry.flags(flags);
        }
        if request.personality != 0 {
            encoded.entry = encoded.entry.personality(request.personality);
        }
        if Marks::from_request(request.marks).has(Marks::TIMED) {
            let limit = Timespec::new().sec(u64::from(request.limit_seconds));
            encoded.guard = Some(limit.nsec(request.limit_nanoseconds));
        }
        Ok(encoded)
    }
}

/// One operation being encoded: its numbers, and access to its JavaScript value.
struct Operation<'encoder> {
    request: Request,
    slot: u32,
    encoder: &'encoder Encoder<'encoder>,
}

impl Operation<'_> {
    #[inline]
    fn encode(&self, slots: &Slots) -> Result<Encoded, Refusal> {
        use uring::opcode as op;
        match self.request.opcode {
            op::Nop::CODE => control::nop(),
            op::Read::CODE => file::read(self),
            op::Write::CODE => file::write(self),
            op::Readv::CODE => file::readv(self),
            op::Writev::CODE => file::writev(self),
            op::ReadFixed::CODE => file::read_fixed(self),
            op::WriteFixed::CODE => file::write_fixed(self),
            op::Fsync::CODE => file::fsync(self),
            op::Fallocate::CODE => file::fallocate(self),
            op::Ftruncate::CODE => file::ftruncate(self),
            op::Close::CODE => file::close(self),
            op::OpenAt::CODE => path::openat(self),
            op::Statx::CODE => path::statx(self),
            op::Timeout::CODE => control::timeout(self),
            op::AsyncCancel::CODE => control::cancel(self, slots),
            _ => Err(-libc::EOPNOTSUPP),
        }
    }

    fn value(&self) -> Result<sys::napi_value, Refusal> {
        self.encoder.js.element(self.encoder.objects, self.slot).ok_or(DETACHED)
    }

    /// The operation's one buffer. Its length must fit what an entry can say (32 bits).
    #[inline]
    fn view(&self) -> Result<View, Refusal> {
        let view = match self.encoder.lending.view(self.slot) {
            Some(view) => view,
            None => self.encoder.js.view(self.value()?).ok_or(DETACHED)?,
        };
        // the facade saw this many bytes when the operation was staged
        if view.bytes != self.request.len as usize {
            return Err(DETACHED);
        }
        Ok(view)
    }

    /// The operation's buffers, as iovecs.
    fn iovecs(&self) -> Result<Box<[libc::iovec]>, Refusal> {
        let array = self.value()?;
        let count = self.encoder.js.length(array).ok_or(DETACHED)?;
        let iovec = |index| {
            let value = self.encoder.js.element(array, index).ok_or(DETACHED)?;
            let view = self.encoder.js.view(value).ok_or(DETACHED)?;
            Ok(libc::iovec { iov_base: view.pointer.cast(), iov_len: view.bytes })
        };
        let iovecs = (0..count).map(iovec).collect::<Result<Box<[libc::iovec]>, Refusal>>()?;
        // the facade saw this many bytes when the operation was staged
        let bytes: usize = iovecs.iter().map(|iovec| iovec.iov_len).sum();
        if bytes != self.request.len as usize {
            return Err(DETACHED);
        }
        Ok(iovecs)
    }

    /// The operation's one path.
    fn path(&self) -> Result<CString, Refusal> {
        self.encoder.js.path(self.value()?).ok_or(-libc::EINVAL)
    }
}
