//! The libuv calls that the driver needs, declared by hand. The node binary exports them, and handles
//! are allocated by the size that libuv itself returns, so no structure's layout is assumed.
//! Source: <https://docs.libuv.org> (poll, check, idle, timer, handle, loop).

use std::ffi::{c_int, c_void};

/// `uv_loop_t`, opaque.
#[repr(C)]
pub struct Loop {
    _opaque: [u8; 0],
}

/// Any `uv_*_t` handle, opaque.
#[repr(C)]
pub struct Handle {
    _opaque: [u8; 0],
}

/// `uv_handle_type`, in libuv's order (ABI since 1.0).
#[derive(Clone, Copy)]
#[repr(C)]
pub enum Type {
    Check = 2,
    Idle = 6,
    Poll = 8,
    Timer = 13,
}

/// `UV_READABLE`.
pub const READABLE: c_int = 1;

pub type Callback = unsafe extern "C" fn(*mut Handle);
pub type PollCallback = unsafe extern "C" fn(*mut Handle, c_int, c_int);

extern "C" {
    pub fn uv_handle_size(kind: Type) -> usize;
    pub fn uv_handle_set_data(handle: *mut Handle, data: *mut c_void);
    pub fn uv_handle_get_data(handle: *const Handle) -> *mut c_void;
    pub fn uv_close(handle: *mut Handle, closed: Callback);
    pub fn uv_ref(handle: *mut Handle);
    pub fn uv_unref(handle: *mut Handle);
    pub fn uv_poll_init(uv: *mut Loop, handle: *mut Handle, fd: c_int) -> c_int;
    pub fn uv_poll_start(handle: *mut Handle, events: c_int, ready: PollCallback) -> c_int;
    pub fn uv_poll_stop(handle: *mut Handle) -> c_int;
    pub fn uv_check_init(uv: *mut Loop, handle: *mut Handle) -> c_int;
    pub fn uv_check_start(handle: *mut Handle, turned: Callback) -> c_int;
    pub fn uv_check_stop(handle: *mut Handle) -> c_int;
    pub fn uv_idle_init(uv: *mut Loop, handle: *mut Handle) -> c_int;
    pub fn uv_idle_start(handle: *mut Handle, idle: Callback) -> c_int;
    pub fn uv_idle_stop(handle: *mut Handle) -> c_int;
    pub fn uv_timer_init(uv: *mut Loop, handle: *mut Handle) -> c_int;
    pub fn uv_timer_start(handle: *mut Handle, due: Callback, ms: u64, repeat: u64) -> c_int;
    pub fn uv_timer_stop(handle: *mut Handle) -> c_int;
    pub fn uv_now(uv: *const Loop) -> u64;
    pub fn uv_hrtime() -> u64;
}
