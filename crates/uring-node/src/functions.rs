//! The two functions that JavaScript calls per turn, as raw Node-API callbacks (`js.rs` says why).

use crate::generated::layout::LENT_MAX;
use crate::state::State;
use napi::sys;
use std::ffi::{c_void, CStr};
use std::mem::ManuallyDrop;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;
use std::rc::Rc;

/// `flush(count: number) => number`, bound to a ring.
pub fn flush_function(env: sys::napi_env, state: &Rc<State>) -> Option<sys::napi_value> {
    function(env, state, c"flush", flush)
}

/// `lend(start: number, ...values: unknown[]) => void`, bound to a ring; at most
/// `LENT_MAX` values.
pub fn lend_function(env: sys::napi_env, state: &Rc<State>) -> Option<sys::napi_value> {
    function(env, state, c"lend", lend)
}

type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Makes a function that holds a share of the ring's state.
fn function(
    env: sys::napi_env,
    state: &Rc<State>,
    name: &CStr,
    callback: Callback,
) -> Option<sys::napi_value> {
    let share = Rc::into_raw(Rc::clone(state)).cast::<c_void>().cast_mut();
    let length = name.to_bytes().len() as isize;
    let (mut function, none) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the share stays valid until the finalizer takes it back.
    unsafe {
        let (name, callback) = (name.as_ptr(), Some(callback));
        let made = sys::napi_create_function(env, name, length, callback, share, &mut function);
        if made != sys::Status::napi_ok {
            drop(Rc::from_raw(share.cast::<State>()));
            return None;
        }
        // without a finalizer the share would be leaked, which is safe
        sys::napi_add_finalizer(env, function, share, Some(drop_share), none, ptr::null_mut());
    }
    Some(function)
}

/// Returns the arguments of the running call, up to `N`, their number, and the function's state.
///
/// # Safety
/// `info` belongs to a call of a function made above.
#[inline]
unsafe fn arguments<const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> ([sys::napi_value; N], usize, ManuallyDrop<Rc<State>>) {
    let (mut values, mut count, mut data) = ([ptr::null_mut(); N], N, ptr::null_mut());
    let this = ptr::null_mut();
    // SAFETY: the running call's env and info; room for N values. `data` is the share that the
    // function holds, so the state is alive.
    unsafe {
        sys::napi_get_cb_info(env, info, &mut count, values.as_mut_ptr(), this, &mut data);
        (values, count.min(N), ManuallyDrop::new(Rc::from_raw(data.cast::<State>())))
    }
}

/// A number among the arguments; 0 for anything else.
#[inline]
fn number(env: sys::napi_env, value: sys::napi_value) -> usize {
    let mut number = 0;
    // SAFETY: env and value belong to the running call.
    unsafe { sys::napi_get_value_uint32(env, value, &mut number) };
    number as usize
}

unsafe extern "C" fn flush(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the running call.
    let ([count], _, state) = unsafe { arguments::<1>(env, info) };
    let count = number(env, count);
    let flushed = catch_unwind(AssertUnwindSafe(|| state.flush(count)));
    let mut answer = ptr::null_mut();
    // SAFETY: env belongs to the running call.
    unsafe { sys::napi_create_int32(env, flushed.unwrap_or(-libc::ENOTRECOVERABLE), &mut answer) };
    answer
}

unsafe extern "C" fn lend(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: the running call.
    let (values, count, state) = unsafe { arguments::<{ 1 + LENT_MAX }>(env, info) };
    let start = number(env, values[0]);
    // a panic must not unwind into V8; the flush repeats a look-up that was not made
    let _ = catch_unwind(AssertUnwindSafe(|| state.lend(start, &values[1..count.max(1)])));
    ptr::null_mut()
}

unsafe extern "C" fn drop_share(_env: sys::napi_env, share: *mut c_void, _hint: *mut c_void) {
    // SAFETY: came from Rc::into_raw in `function`, taken back once.
    drop(unsafe { Rc::from_raw(share.cast::<State>()) });
}
