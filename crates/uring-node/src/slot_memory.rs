//! The memory of the slots: the structures of operations in flight that are not the caller's
//! buffers. Each slot has a part that JavaScript sees (what the kernel fills in for it) and a part
//! that it never sees (paths, iovecs: what holds addresses, or is read by the kernel later).
//!
//! It comes in segments that never move, so that an address holds for as long as the operation. A
//! segment is the visible parts of its slots, one after the other, and then the hidden ones.

use crate::generated::layout::{HIDDEN_BYTES, SEGMENT_SLOTS, VISIBLE_BYTES};
use crate::memory::Memory;
use std::sync::Arc;

/// Bytes of a segment's visible part.
pub const SEGMENT_VISIBLE: usize = SEGMENT_SLOTS * VISIBLE_BYTES;

/// The segments of a ring.
pub struct SlotMemory {
    segments: Vec<Arc<Memory>>,
}

impl SlotMemory {
    /// Memory for `slots` slots. `Err` is an errno.
    pub fn new(slots: usize) -> Result<SlotMemory, i32> {
        let mut memory = SlotMemory { segments: Vec::new() };
        memory.grow(slots)?;
        Ok(memory)
    }

    /// Adds segments until there is memory for `slots` slots. `Err` is an errno; what was added
    /// before stays.
    pub fn grow(&mut self, slots: usize) -> Result<(), i32> {
        while self.segments.len() * SEGMENT_SLOTS < slots {
            let bytes = SEGMENT_VISIBLE + SEGMENT_SLOTS * HIDDEN_BYTES;
            self.segments.push(Memory::new(bytes)?);
        }
        Ok(())
    }

    /// Segment number `index`.
    pub fn segment(&self, index: usize) -> Option<&Arc<Memory>> {
        self.segments.get(index)
    }

    /// The slot's visible part, `VISIBLE_BYTES` long.
    pub fn visible(&self, slot: u32) -> Option<*mut u8> {
        self.place(slot, 0, VISIBLE_BYTES)
    }

    /// The slot's hidden part, `HIDDEN_BYTES` long.
    pub fn hidden(&self, slot: u32) -> Option<*mut u8> {
        self.place(slot, SEGMENT_VISIBLE, HIDDEN_BYTES)
    }

    fn place(&self, slot: u32, start: usize, bytes: usize) -> Option<*mut u8> {
        let (segment, index) = (slot as usize / SEGMENT_SLOTS, slot as usize % SEGMENT_SLOTS);
        let segment = self.segments.get(segment)?;
        // SAFETY: both parts of SEGMENT_SLOTS slots lie within the segment's mapping.
        Some(unsafe { segment.start().add(start + index * bytes) })
    }

    /// Leaves the segments mapped for the life of the process, for operations that the kernel may
    /// still be working on.
    pub fn leak(&mut self) {
        std::mem::forget(std::mem::take(&mut self.segments));
    }
}
