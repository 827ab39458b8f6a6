//! A turn of the ring: the flush that JavaScript calls, and the call of the facade when the event
//! loop says that there is something to flush.

use crate::driver::Wake;
use crate::encode::Encoder;
use crate::generated::layout::{FLUSH_DEFERRED, FLUSH_MORE, FLUSH_PLAIN, RESULTS_MAX};
use crate::js::Js;
use crate::rows::Rows;
use crate::state::{staged, State};
use napi::sys;
use std::ptr;
use std::rc::Rc;

/// How the engine's part of a flush ended.
struct Flushed {
    rows: usize,
    /// All rows are plain ones.
    plain: bool,
    idle: bool,
    more: bool,
    stalled: bool,
}

impl State {
    /// Looks up the memory of `values`, which belong to the slots from number `start` on of the
    /// lending table. No JavaScript but the facade's own runs before the flush that uses it.
    #[inline]
    pub fn lend(&self, start: usize, values: &[sys::napi_value]) {
        let (js, tables) = (Js { env: self.env }, self.tables.borrow());
        let mut lending = self.lending.borrow_mut();
        for (&slot, &value) in tables.lent(start).iter().zip(values) {
            lending.lend(js, slot, value);
        }
    }

    /// Submits what is staged and takes what is complete. Returns the number of rows in the results
    /// table with `FLUSH_*`, or a negative errno: the ring has failed. `-EBUSY`, from inside a
    /// flush, took nothing and changed nothing.
    pub fn flush(&self, count: usize) -> i32 {
        let flushed = self.with_engine_flush(count);
        if self.close_wanted.replace(false) {
            self.close();
        }
        let flushed = match flushed {
            Ok(flushed) => flushed,
            Err(errno) => return -errno,
        };
        let Some(driver) = self.driver.get() else { return -libc::EBADF };
        driver.turn_ended(flushed.idle);
        let mut answer = flushed.rows as u32;
        if flushed.plain {
            answer |= FLUSH_PLAIN;
        }
        if flushed.stalled {
            // trying again at once would only burn the CPU; a completion may come earlier
            driver.pause();
            answer |= FLUSH_DEFERRED;
        } else {
            if flushed.more {
                answer |= FLUSH_MORE;
            }
            if (flushed.rows > 0 || flushed.more) && driver.share_is_used_up() {
                driver.defer();
                answer |= FLUSH_DEFERRED;
            }
        }
        // a deferred turn must find the facade, even when all that is staged is in its tables
        let deferred = answer & FLUSH_DEFERRED != 0;
        self.set_busy(!flushed.idle, deferred);
        answer as i32
    }

    #[inline(always)]
    fn with_engine_flush(&self, count: usize) -> Result<Flushed, i32> {
        let flushed = self.with_engine(|engine| {
            let (tables, memory) = (self.tables.borrow(), self.memory.borrow());
            let mut objects = ptr::null_mut();
            // SAFETY: the reference is ours and strong; out-pointer is a local.
            unsafe { sys::napi_get_reference_value(self.env, self.objects.get(), &mut objects) };
            let (lending, registered) = (self.lending.borrow(), self.registered.borrow());
            let mut encoder = Encoder {
                js: Js { env: self.env },
                requests: tables.requests(),
                objects,
                lending: &lending,
                registered: registered.as_ref(),
                memory: &memory,
            };
            let staged = staged(&tables, &self.liveness, count);
            let staged = engine.stage_all(staged, &mut encoder);
            // an engine that has failed takes nothing, and says why in the next turn
            staged.map_err(|_| engine.failure().unwrap_or(libc::EINVAL))?;
            let mut rows = Rows::new(&tables, &self.liveness);
            let turn = engine.turn(&mut encoder, RESULTS_MAX, &mut |settled| rows.put(&settled));
            let (plain, rows) = (rows.are_plain(), rows.count());
            self.rows.set(rows);
            let turn = turn?;
            self.liveness.live.set(engine.live());
            let (more, stalled) = (turn.more, turn.stalled);
            Ok(Flushed { rows, plain, idle: engine.is_idle(), more, stalled })
        })?;
        self.lending.borrow_mut().end_turn();
        flushed
    }

    /// Calls the facade's `turn`. A JavaScript error in it goes where uncaught ones go.
    fn call_turn(&self) {
        if self.closed.get() {
            return;
        }
        // SAFETY: called by libuv on the environment's thread, outside of any JavaScript; the
        // scope is opened and closed here and everything is used within it.
        unsafe {
            let (mut scope, mut turn) = (ptr::null_mut(), ptr::null_mut());
            if sys::napi_open_handle_scope(self.env, &mut scope) != sys::Status::napi_ok {
                return;
            }
            sys::napi_get_reference_value(self.env, self.turn.get(), &mut turn);
            if !turn.is_null() {
                let (none, nothing) = (ptr::null_mut(), ptr::null());
                let env = self.env;
                // not with the global object as receiver: where domains are in use, Node enters the
                // receiver's `domain`, which in the REPL is the module of that name
                let status =
                    sys::napi_make_callback(env, none, turn, turn, 0, nothing, none.cast());
                if status == sys::Status::napi_pending_exception {
                    let mut error = ptr::null_mut();
                    sys::napi_get_and_clear_last_exception(self.env, &mut error);
                    sys::napi_fatal_exception(self.env, error);
                }
            }
            sys::napi_close_handle_scope(self.env, scope);
        }
    }
}

impl Wake for State {
    fn ready(&self) {
        let anything = self.with_engine(|engine| engine.has_work()).unwrap_or(false);
        if anything {
            self.call_turn();
        }
    }

    fn turn(&self) {
        self.call_turn();
    }

    fn closed(&self) {
        let hook = self.hook.replace(ptr::null_mut());
        if hook.is_null() {
            return;
        }
        // SAFETY: the hook is removed once, here, and with it the share it held (the driver that
        // is calling holds another).
        unsafe {
            sys::napi_remove_async_cleanup_hook(hook);
            drop(Rc::from_raw(ptr::from_ref(self)));
        }
    }
}
