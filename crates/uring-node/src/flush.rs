//! The one function that JavaScript calls per turn, as a raw Node-API callback: a `#[napi]` method
//! costs five to ten times as much (see docs/design notes in ARCHITECTURE.md).

use crate::state::State;
use napi::sys;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;
use std::rc::Rc;

/// `(count: number) => number`, bound to a ring. The function holds a share of the ring's state.
pub fn function(env: sys::napi_env, state: &Rc<State>) -> Option<sys::napi_value> {
    let share = Rc::into_raw(Rc::clone(state)).cast::<c_void>().cast_mut();
    let mut function = ptr::null_mut();
    let name = c"flush";
    // SAFETY: the share stays valid until the finalizer takes it back.
    unsafe {
        let status = sys::napi_create_function(
            env,
            name.as_ptr(),
            name.to_bytes().len() as isize,
            Some(flush),
            share,
            &mut function,
        );
        if status != sys::Status::napi_ok {
            drop(Rc::from_raw(share.cast::<State>()));
            return None;
        }
        let status = sys::napi_add_finalizer(
            env,
            function,
            share,
            Some(drop_share),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        // without a finalizer the share stays for ever, which is safe
        let _ = status;
    }
    Some(function)
}

unsafe extern "C" fn flush(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut argc = 1;
    let mut count = ptr::null_mut();
    let mut data = ptr::null_mut();
    let mut number = 0;
    let mut answer = ptr::null_mut();
    // SAFETY: the running call's env and info; out-pointers are locals. `data` is the share that
    // the function holds, so the state is alive.
    unsafe {
        sys::napi_get_cb_info(env, info, &mut argc, &mut count, ptr::null_mut(), &mut data);
        sys::napi_get_value_uint32(env, count, &mut number);
        let state = std::mem::ManuallyDrop::new(Rc::from_raw(data.cast::<State>()));
        let flushed = catch_unwind(AssertUnwindSafe(|| state.flush(number as usize)));
        sys::napi_create_int32(env, flushed.unwrap_or(-libc::ENOTRECOVERABLE), &mut answer);
    }
    answer
}

unsafe extern "C" fn drop_share(_env: sys::napi_env, share: *mut c_void, _hint: *mut c_void) {
    // SAFETY: came from Rc::into_raw in `function`, taken back once.
    drop(unsafe { Rc::from_raw(share.cast::<State>()) });
}
