//! ArrayBuffers over the addon's memory that users hold.
//!
//! A user can move such a buffer to another thread (`postMessage` with a transfer list,
//! `structuredClone`, `ArrayBuffer.prototype.transfer`). When the thread that made it ends, Node
//! runs the finalizer although the other thread still uses the memory. So the finalizer must know
//! why it runs: after a garbage collection nothing refers to the memory any more, and its share is
//! dropped. At the end of the environment the memory is only safe to drop if the buffer is still
//! here, because Node has then detached it; if it was moved, the memory stays mapped for the life
//! of the process.
//!
//! To look before Node detaches, a second ArrayBuffer, the witness, is made after the user's. Node
//! finalizes at the end of an environment in the reverse order (a stack of cleanup hooks on Node 20,
//! a list of its own before all cleanup hooks since), so the witness's finalizer runs first. It is
//! kept alive by a strong reference until the user's buffer has been finalized: its finalizer runs
//! with that reference in place only at the end of the environment.
//!
//! All finalizers run on the environment's thread, whichever thread dropped the buffer. Proved by
//! `__test__/registered-memory.spec.ts`, on every Node version.

use crate::memory::{external, Memory};
use napi::sys;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

/// What the finalizers of the two buffers share.
struct Handed {
    memory: Cell<Option<Arc<Memory>>>,
    /// A weak reference to the user's buffer.
    buffer: Cell<sys::napi_ref>,
    /// A strong reference to the witness.
    witness: Cell<sys::napi_ref>,
    /// The byte that the witness consists of.
    byte: u8,
}

/// Makes an ArrayBuffer over the first `length` bytes of `memory` that may leave this thread.
pub fn array_buffer(
    env: sys::napi_env,
    memory: &Arc<Memory>,
    length: usize,
) -> Result<sys::napi_value, sys::napi_status> {
    let handed = Rc::new(Handed {
        memory: Cell::new(Some(Arc::clone(memory))),
        buffer: Cell::new(ptr::null_mut()),
        witness: Cell::new(ptr::null_mut()),
        byte: 0,
    });
    // SAFETY: the memory is mapped for `length` bytes as long as `handed` has its share, and
    // `released` drops or leaks the share; the witness's byte lives as long as `handed`.
    unsafe {
        let share = || Rc::into_raw(Rc::clone(&handed)).cast::<c_void>().cast_mut();
        let take_back = |hint: *mut c_void| drop(Rc::from_raw(hint.cast::<Handed>()));
        let hint = share();
        let buffer = external(env, memory.start(), length, released, hint)
            .inspect_err(|_| take_back(hint))?;
        // from here on a failure leaves a buffer whose memory is never freed
        let keep = || std::mem::forget(Arc::clone(memory));
        let hint = share();
        let byte = ptr::from_ref(&handed.byte).cast_mut();
        let witness = external(env, byte, 1, environment_ends, hint).inspect_err(|_| {
            take_back(hint);
            keep();
        })?;
        let mut reference = ptr::null_mut();
        for (cell, value, count) in [(&handed.buffer, buffer, 0), (&handed.witness, witness, 1)] {
            let status = sys::napi_create_reference(env, value, count, &mut reference);
            if status != sys::Status::napi_ok {
                keep();
                return Err(status);
            }
            cell.set(reference);
        }
        Ok(buffer)
    }
}

/// The user's buffer is finalized: drops the share, if it is still there.
unsafe extern "C" fn released(env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: the hint is a share from array_buffer, taken back once.
    let handed = unsafe { Rc::from_raw(hint.cast::<Handed>()) };
    for cell in [&handed.buffer, &handed.witness] {
        let reference = cell.replace(ptr::null_mut());
        if !reference.is_null() {
            // SAFETY: a reference of ours in this environment, deleted once.
            unsafe { sys::napi_delete_reference(env, reference) };
        }
    }
    drop(handed.memory.take());
}

/// The witness is finalized. If it is referenced, the environment ends, and the user's buffer is
/// next: its share is leaked, unless the buffer is still in this thread.
unsafe extern "C" fn environment_ends(env: sys::napi_env, _byte: *mut c_void, hint: *mut c_void) {
    // SAFETY: the hint is a share from array_buffer, taken back once.
    let handed = unsafe { Rc::from_raw(hint.cast::<Handed>()) };
    if handed.witness.get().is_null() {
        return; // the user's buffer was collected before
    }
    let (mut buffer, mut detached) = (ptr::null_mut(), true);
    // SAFETY: a reference of ours; finalizers run in a handle scope. Neither call runs JavaScript.
    unsafe {
        sys::napi_get_reference_value(env, handed.buffer.get(), &mut buffer);
        if !buffer.is_null() {
            sys::napi_is_detached_arraybuffer(env, buffer, &mut detached);
        }
    }
    if detached {
        // moved to another thread, or collected and not finalized yet: there is no telling which
        std::mem::forget(handed.memory.take());
    }
}
