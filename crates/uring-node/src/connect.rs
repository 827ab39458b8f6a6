//! Joins a ring to its environment: event loop, cleanup hook, and the functions of a turn.

use crate::driver::{Driver, Wake};
use crate::state::State;
use napi::sys;
use std::ffi::c_void;
use std::os::fd::AsRawFd;
use std::ptr;
use std::rc::Rc;

impl State {
    /// Joins the ring to the loop. `turn` is referenced weakly, `objects` strongly. `Err` is an
    /// errno.
    pub fn connect(
        self: &Rc<State>,
        turn: sys::napi_value,
        objects: sys::napi_value,
    ) -> Result<(), i32> {
        let mut uv = ptr::null_mut();
        let (mut turn_ref, mut objects_ref) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: env and values belong to the running call; out-pointers are locals.
        unsafe {
            if sys::napi_get_uv_event_loop(self.env, &mut uv) != sys::Status::napi_ok {
                return Err(libc::ENOSYS);
            }
            sys::napi_create_reference(self.env, turn, 0, &mut turn_ref);
            sys::napi_create_reference(self.env, objects, 1, &mut objects_ref);
        }
        self.turn.set(turn_ref);
        self.objects.set(objects_ref);
        let fd = self.with_engine(|engine| engine.kernel().as_raw_fd())?;
        let wake: Rc<dyn Wake> = Rc::clone(self) as Rc<dyn Wake>;
        self.driver.set(Some(Driver::new(uv.cast(), fd, wake)?));
        let share = Rc::into_raw(Rc::clone(self)).cast_mut();
        let mut hook = ptr::null_mut();
        // SAFETY: the share stays valid until `closed` takes it back, after the hook is removed.
        unsafe {
            sys::napi_add_async_cleanup_hook(self.env, Some(leave), share.cast(), &mut hook);
        }
        self.hook.set(hook);
        Ok(())
    }
}

/// The environment ends: closes the ring in time. The hook is removed when the last handle is
/// closed; the environment waits for that.
unsafe extern "C" fn leave(_hook: sys::napi_async_cleanup_hook_handle, share: *mut c_void) {
    // SAFETY: the share made in `connect`, which lives until the hook is removed.
    unsafe { &*share.cast::<State>() }.leave();
}
