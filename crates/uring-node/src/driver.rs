//! A ring on Node's own event loop: four libuv handles per ring, on the environment's loop, each
//! closed once.
//!
//! - `poll` watches the ring's descriptor for completions that do not arrive inside a submit. It is
//!   active and referenced only while operations are in flight, so that an idle ring costs nothing.
//! - `check` runs the next turn of a ring that has used up its share of this one, after timers and
//!   sockets had theirs. `idle` keeps the loop from sleeping before it.
//! - `timer` tries again when the kernel had no room and nothing in flight will wake the loop.
//!
//! The driver never calls JavaScript. It calls the [`Wake`] it was made with.
//!
//! Proved by `__test__/loop.spec.ts` and `limits*.spec.ts`.

use crate::uv;
use std::alloc::{alloc_zeroed, dealloc, Layout};
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::os::fd::RawFd;
use std::rc::Rc;

/// How long an iteration of the loop may last before the ring's remaining work waits for the next.
/// libuv's clock counts whole milliseconds, so this means between one and two of them.
const SHARE_MS: u64 = 2;

/// The pause before the next try when the kernel had no room and nothing is in flight.
const PAUSE_MS: u64 = 1;

/// After so many turns in a row that left nothing in flight the descriptor is no longer watched.
/// Watching it again costs one epoll_ctl(2).
const IDLE_TURNS_MAX: u32 = 256;

/// What the driver calls.
pub trait Wake {
    /// The ring's descriptor is readable.
    fn ready(&self);
    /// The turn that was asked for with `defer` or `pause`.
    fn turn(&self);
    /// All handles are closed. Nothing is called after this.
    fn closed(&self);
}

struct Raw {
    handle: *mut uv::Handle,
    layout: Layout,
}

impl Raw {
    fn new(kind: uv::Type) -> Raw {
        // SAFETY: asks libuv for a constant.
        let size = unsafe { uv::uv_handle_size(kind) };
        let layout = Layout::from_size_align(size.max(1), 16).expect("a handle of sane size");
        // SAFETY: the layout is not empty.
        let handle = unsafe { alloc_zeroed(layout) }.cast::<uv::Handle>();
        assert!(!handle.is_null(), "out of memory");
        Raw { handle, layout }
    }
}

/// The handles of one ring, freed by their close callbacks.
pub struct Driver {
    uv: *mut uv::Loop,
    poll: *mut uv::Handle,
    check: *mut uv::Handle,
    idle: *mut uv::Handle,
    timer: *mut uv::Handle,
    open: Cell<u32>,
    layouts: [(*mut uv::Handle, Layout); 4],
    wake: Rc<dyn Wake>,
    polling: Cell<bool>,
    idle_turns: Cell<u32>,
    referenced: Cell<bool>,
    deferred: Cell<bool>,
}

impl Driver {
    /// Watches a ring's descriptor on `uv`. The driver lives until its handles are closed. `Err` is
    /// an errno.
    pub fn new(uv: *mut uv::Loop, fd: RawFd, wake: Rc<dyn Wake>) -> Result<&'static Driver, i32> {
        let raws = [uv::Type::Poll, uv::Type::Check, uv::Type::Idle, uv::Type::Timer].map(Raw::new);
        let [poll, check, idle, timer] = [0, 1, 2, 3].map(|index: usize| raws[index].handle);
        // SAFETY: the loop is the environment's, the handles are fresh and of libuv's own size.
        unsafe {
            let status = uv::uv_poll_init(uv, poll, fd);
            if status < 0 {
                for raw in &raws {
                    dealloc(raw.handle.cast(), raw.layout);
                }
                return Err(-status);
            }
            uv::uv_check_init(uv, check);
            uv::uv_idle_init(uv, idle);
            uv::uv_timer_init(uv, timer);
        }
        let driver = Box::leak(Box::new(Driver {
            uv,
            poll,
            check,
            idle,
            timer,
            open: Cell::new(4),
            layouts: raws.map(|raw| (raw.handle, raw.layout)),
            wake,
            polling: Cell::new(false),
            idle_turns: Cell::new(0),
            referenced: Cell::new(false),
            deferred: Cell::new(false),
        }));
        for (handle, _) in driver.layouts {
            let data = std::ptr::from_ref::<Driver>(driver).cast::<c_void>().cast_mut();
            // SAFETY: the driver outlives its handles: the last close callback frees it.
            unsafe {
                uv::uv_handle_set_data(handle, data);
                uv::uv_unref(handle);
            }
        }
        Ok(driver)
    }

    /// Notes how a turn ended. While operations are in flight the descriptor is watched. A watched
    /// ring wakes its waiter at every submit, so it is no longer watched after a number of turns
    /// that left nothing in flight.
    #[inline]
    pub fn turn_ended(&self, idle: bool) {
        if !idle {
            self.idle_turns.set(0);
            if !self.polling.replace(true) {
                // SAFETY: an open poll handle.
                unsafe { uv::uv_poll_start(self.poll, uv::READABLE, on_ready) };
            }
        } else if self.polling.get() {
            let turns = self.idle_turns.get() + 1;
            self.idle_turns.set(turns);
            if turns == IDLE_TURNS_MAX {
                self.polling.set(false);
                // SAFETY: an open poll handle.
                unsafe { uv::uv_poll_stop(self.poll) };
            }
        }
    }

    /// Whether the active handles keep the loop alive.
    #[inline]
    pub fn hold(&self, hold: bool) {
        if self.referenced.replace(hold) == hold {
            return;
        }
        for (handle, _) in self.layouts {
            // SAFETY: an open handle.
            unsafe {
                if hold {
                    uv::uv_ref(handle)
                } else {
                    uv::uv_unref(handle)
                }
            }
        }
    }

    /// Returns true when this iteration of the loop has lasted for the ring's share of it.
    #[inline]
    pub fn share_is_used_up(&self) -> bool {
        // SAFETY: reads two clocks.
        unsafe { (uv::uv_hrtime() / 1_000_000).saturating_sub(uv::uv_now(self.uv)) >= SHARE_MS }
    }

    /// Asks for a turn after timers and sockets have had theirs.
    pub fn defer(&self) {
        if !self.deferred.replace(true) {
            // SAFETY: open handles.
            unsafe {
                uv::uv_check_start(self.check, on_turn);
                uv::uv_idle_start(self.idle, on_idle);
            }
        }
    }

    /// Asks for a turn after a pause.
    pub fn pause(&self) {
        // SAFETY: an open handle.
        unsafe { uv::uv_timer_start(self.timer, on_turn, PAUSE_MS, 0) };
    }

    /// Closes the handles. Nothing but [`Wake::closed`] is called after this.
    pub fn close(&self) {
        for (handle, _) in self.layouts {
            // SAFETY: each handle is open, and closed only here.
            unsafe { uv::uv_close(handle, on_closed) };
        }
    }

    fn stop_turning(&self) {
        self.deferred.set(false);
        // SAFETY: open handles; stopping a stopped one does nothing.
        unsafe {
            uv::uv_check_stop(self.check);
            uv::uv_idle_stop(self.idle);
            uv::uv_timer_stop(self.timer);
        }
    }
}

/// # Safety
/// `handle` is one of a driver's, whose data is the driver.
unsafe fn driver<'a>(handle: *const uv::Handle) -> &'a Driver {
    // SAFETY: set in Driver::new, and the driver is freed only after its last handle.
    unsafe { &*uv::uv_handle_get_data(handle).cast::<Driver>() }
}

unsafe extern "C" fn on_ready(handle: *mut uv::Handle, _status: c_int, _events: c_int) {
    // SAFETY: libuv calls this with the poll handle.
    unsafe { driver(handle) }.wake.ready();
}

unsafe extern "C" fn on_turn(handle: *mut uv::Handle) {
    // SAFETY: libuv calls this with the check or the timer handle.
    let driver = unsafe { driver(handle) };
    driver.stop_turning();
    driver.wake.turn();
}

unsafe extern "C" fn on_idle(_handle: *mut uv::Handle) {}

unsafe extern "C" fn on_closed(handle: *mut uv::Handle) {
    // SAFETY: libuv calls this once per handle.
    let own = unsafe { driver(handle) };
    own.open.set(own.open.get() - 1);
    if own.open.get() > 0 {
        return;
    }
    // SAFETY: the last handle is closed: nothing refers to the driver or its handles any more.
    let driver = unsafe { Box::from_raw(std::ptr::from_ref(own).cast_mut()) };
    for (handle, layout) in driver.layouts {
        // SAFETY: allocated in Raw::new with this layout.
        unsafe { dealloc(handle.cast(), layout) };
    }
    driver.wake.closed();
}
