//! A staged request becomes a submission entry. The request is laid out as the entry is, minus its
//! pointers; what is added here is the memory that the operation points at, by the one row the
//! opcode has in [`memory`]. An opcode without a row is refused: no number of JavaScript's is ever
//! taken for an address.
//!
//! This is the only place where an address of JavaScript memory is taken; it happens right before
//! the submit, with no user code in between. Entries are put together from 64-bit words: small
//! stores followed by wide loads cost more than everything else here.

mod control;
mod file;
mod path;

use crate::js::{Js, View};
use crate::lent::Lending;
use crate::registered::Registered;
use crate::request::{Request, REGISTERED};
use napi::sys;
use std::cell::Cell;
use std::ffi::CString;
use std::time::Duration;
use uring::opcode;
use uring_engine::{Encode, Encoded, Slots};

/// A refusal before the kernel: a negative errno that the operation settles with.
pub type Refusal = i32;

/// What an operation's value turned out to be when it was to be submitted: not (any more) memory.
/// `src/core/settle.ts` knows this code as ERR_BUFFER_DETACHED.
pub const DETACHED: Refusal = -4095;

/// What an operation's entry points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Nothing: numbers only.
    None,
    /// `addr`: the caller's buffer.
    Buffer,
    /// `addr`: an array of iovecs, which point at the caller's buffers.
    Buffers,
    /// `addr`: a path.
    Path,
    /// `addr`: a path; `off`: the structure that statx(2) fills.
    PathAndStatx,
    /// `addr`: a time, from the request's `addr` (seconds) and `len` (nanoseconds).
    Timespec,
    /// `addr`: the token of the operation in the slot that the request's `addr` names.
    Target,
}

/// One row per operation: what the kernel may touch for it.
#[inline(always)]
fn memory(code: u8) -> Option<Memory> {
    Some(match code {
        opcode::Nop::CODE => Memory::None,
        opcode::Read::CODE => Memory::Buffer,
        opcode::Write::CODE => Memory::Buffer,
        opcode::ReadFixed::CODE => Memory::Buffer,
        opcode::WriteFixed::CODE => Memory::Buffer,
        opcode::Readv::CODE => Memory::Buffers,
        opcode::Writev::CODE => Memory::Buffers,
        opcode::Fsync::CODE => Memory::None,
        opcode::Fallocate::CODE => Memory::None,
        opcode::Ftruncate::CODE => Memory::None,
        opcode::Close::CODE => Memory::None,
        opcode::OpenAt::CODE => Memory::Path,
        opcode::Statx::CODE => Memory::PathAndStatx,
        opcode::Timeout::CODE => Memory::Timespec,
        opcode::AsyncCancel::CODE => Memory::Target,
        _ => return None,
    })
}

/// The request table and the JavaScript values that belong to it, for one turn.
pub struct Encoder<'turn> {
    pub js: Js,
    pub requests: &'turn [Cell<Request>],
    /// The array whose element `slot` holds the operation's buffer, path or array of those.
    pub objects: sys::napi_value,
    /// The buffers that were looked up for this turn.
    pub lending: &'turn Lending,
    /// The registered buffers, whose memory needs no look-up.
    pub registered: Option<&'turn Registered>,
}

impl Encode for Encoder<'_> {
    #[inline(always)]
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, Refusal> {
        let row = self.requests.get(slot as usize).ok_or(-libc::EINVAL)?;
        // SAFETY: rows are cleared when results are handed out, which is not during an encode.
        let request = unsafe { &*row.as_ptr() };
        let operation = Operation { request, slot, encoder: self };
        Ok(match memory(request.opcode).ok_or(-libc::EOPNOTSUPP)? {
            Memory::None => Encoded::bare(request.entry(request.addr)),
            Memory::Buffer => Encoded::bare(request.entry(operation.view()?.pointer as u64)),
            other => operation.with_payload(other, slots)?,
        })
    }

    fn limit(&mut self, slot: u32) -> Duration {
        let Some(row) = self.requests.get(slot as usize) else { return Duration::ZERO };
        let Request { limit_seconds, limit_nanoseconds, .. } = row.get();
        // nanoseconds of a second or more carry over
        Duration::from_secs(limit_seconds.into()) + Duration::from_nanos(limit_nanoseconds.into())
    }
}

/// One operation being encoded: its numbers, and access to its JavaScript value.
struct Operation<'encoder> {
    request: &'encoder Request,
    slot: u32,
    encoder: &'encoder Encoder<'encoder>,
}

impl Operation<'_> {
    /// The kinds of memory that are allocated for the operation.
    #[inline(never)]
    fn with_payload(&self, memory: Memory, slots: &Slots) -> Result<Encoded, Refusal> {
        match memory {
            Memory::Buffers => file::buffers(self),
            Memory::Path => path::path(self),
            Memory::PathAndStatx => path::path_and_statx(self),
            Memory::Timespec => control::timespec(self),
            Memory::Target => control::target(self, slots),
            Memory::None | Memory::Buffer => Err(-libc::EINVAL), // need no payload
        }
    }

    fn value(&self) -> Result<sys::napi_value, Refusal> {
        self.encoder.js.element(self.encoder.objects, self.slot).ok_or(DETACHED)
    }

    /// The operation's one buffer.
    #[inline(always)]
    fn view(&self) -> Result<View, Refusal> {
        let view = if self.request.marks & REGISTERED != 0 {
            let registered = self.encoder.registered.ok_or(-libc::EFAULT)?;
            registered.buffer(self.request.buf_index).ok_or(-libc::EFAULT)?
        } else if let Some(view) = self.encoder.lending.view(self.slot) {
            view
        } else {
            self.encoder.js.view(self.value()?).ok_or(DETACHED)?
        };
        // the facade saw this many bytes when the operation was staged
        if view.bytes != self.request.len as usize {
            return Err(DETACHED);
        }
        Ok(view)
    }

    /// The operation's one path.
    fn path(&self) -> Result<CString, Refusal> {
        self.encoder.js.path(self.value()?).ok_or(-libc::EINVAL)
    }
}
