//! A staged request becomes a submission entry, by the operation's row in the generated table: the
//! numbers that JavaScript may set, and the addresses of the memory that the row names. A code
//! without a row is refused.
//!
//! This is the only place where an address of JavaScript memory is taken. It happens right before
//! the submit, with no user code in between (`js.rs`).

mod scratch;
mod values;

use crate::generated::layout::{Area, Request, HIDDEN_BYTES, MARK_REGISTERED};
use crate::generated::operations::operation;
use crate::js::{Js, View};
use crate::lending::Lending;
use crate::operation::{Addresses, Operation, Shape, Source};
use crate::registered::Registered;
use crate::slot_memory::SlotMemory;
use napi::sys;
use scratch::Scratch;
use std::cell::Cell;
use std::time::Duration;
use uring_engine::{Encode, Encoded, Payload, Slots};
use values::{Refusal, GONE};

/// What a buffer of a vectored transfer counts at least, however short it is: looking it up and importing it
/// takes as long as copying so much. The most buffers of one transfer (1,024) are just not too large for a
/// copy inside the submit.
const IOVEC_BYTES: u32 = uring_engine::limits::INLINE_BYTES / 1_024;

/// The request table and the JavaScript values that belong to it, for one turn.
pub struct Encoder<'turn> {
    pub js: Js,
    pub requests: &'turn [Cell<Request>],
    /// The array whose element `slot` holds the operation's value, or an array of its values.
    pub objects: sys::napi_value,
    /// The buffers that were looked up for this turn.
    pub lending: &'turn Lending,
    /// The registered buffers, whose memory needs no look-up.
    pub registered: Option<&'turn Registered>,
    pub memory: &'turn SlotMemory,
}

impl Encode for Encoder<'_> {
    #[inline(always)]
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, Refusal> {
        let row = self.requests.get(slot as usize).ok_or(-libc::EINVAL)?;
        // SAFETY: requests are cleared when results are handed out, which is not during an encode.
        let request = unsafe { &*row.as_ptr() };
        let operation = operation(request.opcode).ok_or(-libc::EOPNOTSUPP)?;
        let bytes = request.len & operation.moved;
        // comparisons, most frequent first: the jump of a `match` is not predicted as well
        let addr = if operation.shape == Shape::Numbers {
            0
        } else if operation.shape == Shape::Buffer {
            self.view(slot, request)?.pointer as u64
        } else {
            let (addresses, payload) = self.addresses(slot, request, operation, slots)?;
            let bytes = bytes.max(addresses.count * IOVEC_BYTES);
            // put together here, from registers: an entry that is returned through memory costs more
            // than everything else
            return Ok(Encoded { entry: operation.entry(request, addresses), payload, bytes });
        };
        Ok(Encoded { entry: operation.plain_entry(request, addr), payload: None, bytes })
    }

    fn limit(&mut self, slot: u32) -> Duration {
        let Some(row) = self.requests.get(slot as usize) else { return Duration::ZERO };
        let Request { limit_seconds, limit_nanoseconds, .. } = row.get();
        // nanoseconds of a second or more carry over
        Duration::from_secs(limit_seconds.into()) + Duration::from_nanos(limit_nanoseconds.into())
    }
}

impl Encoder<'_> {
    /// The addresses of an operation that points at something else than one buffer, and what is to
    /// be kept for it.
    #[inline(never)]
    fn addresses(
        &self,
        slot: u32,
        request: &Request,
        operation: &Operation,
        slots: &Slots,
    ) -> Result<(Addresses, Option<Box<dyn Payload>>), Refusal> {
        if operation.shape == Shape::Unknown {
            return Err(-libc::EOPNOTSUPP);
        }
        if operation.refuses(request) {
            return Err(-libc::EINVAL);
        }
        let hidden = self.memory.hidden(slot).ok_or(-libc::EINVAL)?;
        // SAFETY: the slot's own memory; it has no other operation than this one.
        let scratch = unsafe { Scratch::new(hidden, HIDDEN_BYTES) };
        let mut words = Words { encoder: self, slot, request, operation, slots, scratch, next: 0 };
        let (addr, count) = words.word(operation.addr)?;
        let (off, _) = words.word(operation.off)?;
        let (addr3, _) = words.word(operation.addr3)?;
        Ok((Addresses { addr, off, addr3, count }, words.scratch.payload()))
    }

    fn value(&self, slot: u32) -> Result<sys::napi_value, Refusal> {
        self.js.element(self.objects, slot).ok_or(GONE)
    }

    /// The operation's one buffer, which must still have the bytes that the request says.
    #[inline(always)]
    fn view(&self, slot: u32, request: &Request) -> Result<View, Refusal> {
        let view = if request.marks & MARK_REGISTERED != 0 {
            let registered = self.registered.ok_or(GONE)?;
            registered.buffer(request.buf_index).ok_or(GONE)?
        } else if let Some(view) = self.lending.view(slot) {
            view
        } else {
            self.js.view(self.value(slot)?).ok_or(GONE)?
        };
        if view.bytes != request.len as usize {
            return Err(GONE);
        }
        Ok(view)
    }

    /// The address of a place in the slot's visible memory, which is zeroed.
    fn output(&self, slot: u32, area: Area) -> Result<u64, Refusal> {
        let visible = self.memory.visible(slot).ok_or(-libc::EINVAL)?;
        // SAFETY: an area lies within the visible part (codegen checks), which is this operation's.
        unsafe {
            let start = visible.add(area.offset.into());
            start.write_bytes(0, area.bytes.into());
            Ok(start as u64)
        }
    }
}

/// The words of one entry, in the order of the operation's values.
struct Words<'encoder> {
    encoder: &'encoder Encoder<'encoder>,
    slot: u32,
    request: &'encoder Request,
    operation: &'encoder Operation,
    slots: &'encoder Slots,
    scratch: Scratch,
    next: u32,
}

impl Words<'_> {
    /// The address that a word has, and the number of structures there. 0 for a word without one.
    fn word(&mut self, source: Source) -> Result<(u64, u32), Refusal> {
        let (js, request) = (self.encoder.js, self.request);
        Ok(match source {
            Source::Number => (0, 0),
            Source::View if self.operation.values == 1 => {
                (self.encoder.view(self.slot, request)?.pointer as u64, 0)
            }
            Source::View => {
                let view = js.view(self.value()?).ok_or(GONE)?;
                if view.bytes != request.len as usize {
                    return Err(GONE);
                }
                (view.pointer as u64, 0)
            }
            Source::Views => values::iovecs(js, self.value()?, request.len, &mut self.scratch)?,
            Source::Path => (values::path(js, self.value()?, &mut self.scratch)?, 0),
            Source::Token => (self.token()?, 0),
            Source::Output(area) => (self.encoder.output(self.slot, area)?, 0),
            Source::Timespec => (values::timespec(request, &mut self.scratch), 0),
        })
    }

    /// The operation's next value.
    fn value(&mut self) -> Result<sys::napi_value, Refusal> {
        let value = self.encoder.value(self.slot)?;
        if self.operation.values == 1 {
            return Ok(value);
        }
        self.next += 1;
        self.encoder.js.element(value, self.next - 1).ok_or(GONE)
    }

    /// The token of the operation in the slot that the request names: never a number that JavaScript
    /// made up.
    fn token(&self) -> Result<u64, Refusal> {
        let target = u32::try_from(self.request.addr).map_err(|_| -libc::EINVAL)?;
        let token = self.slots.token(target).ok_or(-libc::ENOENT)?;
        Ok(token.user_data())
    }
}
