//! One ring as the addon holds it: engine, tables, driver, and the JavaScript function that takes
//! its turns. Shared by count between the `#[napi]` object, the flush function and the driver;
//! everything happens on the environment's one thread.

use crate::driver::{Driver, Wake};
use crate::encode::Encoder;
use crate::js::Js;
use crate::lent::Lending;
use crate::mailbox::{Mailbox, RESULTS_MAX};
use crate::registered::Registered;
use napi::sys;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::os::fd::AsRawFd;
use std::ptr;
use std::rc::Rc;
use std::time::Duration;
use uring_engine::{Engine, Marks, Ring};

/// In what a flush returns: results are left, call again.
pub const MORE: i32 = 1 << 16;

/// In what a flush returns: the loop's turn now; the driver will call.
pub const DEFERRED: i32 = 1 << 17;

/// At teardown, how long to wait for operations that cannot be cancelled (a disk read under way).
/// What is not back by then is leaked.
const DRAIN: Duration = Duration::from_secs(5);

/// A ring in an environment.
pub struct State {
    env: sys::napi_env,
    /// Gone once the ring is closed.
    engine: RefCell<Option<Engine<Ring>>>,
    pub mailbox: RefCell<Mailbox>,
    pub lending: RefCell<Lending>,
    pub registered: RefCell<Option<Registered>>,
    driver: Cell<Option<&'static Driver>>,
    /// The facade's `turn` function; weak while idle, so that a forgotten ring is collected.
    turn: Cell<sys::napi_ref>,
    /// The array of JavaScript values that belong to the requests.
    objects: Cell<sys::napi_ref>,
    /// True while the `turn` reference is strong and the loop is watched.
    busy: Cell<bool>,
    /// What `ref()` and `unref()` said.
    referenced: Cell<bool>,
    closed: Cell<bool>,
    /// The environment's cleanup hook, which holds one share of this state.
    hook: Cell<sys::napi_async_cleanup_hook_handle>,
}

impl State {
    pub fn new(env: sys::napi_env, ring: Ring, mailbox: Mailbox) -> State {
        let slots = mailbox.slots() as u32;
        State {
            env,
            engine: RefCell::new(Some(Engine::new(ring, slots))),
            lending: RefCell::new(Lending::new(mailbox.slots())),
            mailbox: RefCell::new(mailbox),
            registered: RefCell::new(None),
            driver: Cell::new(None),
            turn: Cell::new(ptr::null_mut()),
            objects: Cell::new(ptr::null_mut()),
            busy: Cell::new(false),
            referenced: Cell::new(true),
            closed: Cell::new(false),
            hook: Cell::new(ptr::null_mut()),
        }
    }

    /// Joins the ring to the loop. `turn` is kept weakly, `objects` strongly.
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

    /// Runs `work` on the engine; EBADF when the ring is closed, EBUSY from inside a turn.
    pub fn with_engine<R>(&self, work: impl FnOnce(&mut Engine<Ring>) -> R) -> Result<R, i32> {
        let mut engine = self.engine.try_borrow_mut().map_err(|_| libc::EBUSY)?;
        engine.as_mut().map(work).ok_or(libc::EBADF)
    }

    /// Takes `count` operations from the queue table into the engine.
    pub fn stage(&self, count: usize) -> Result<(), i32> {
        self.with_engine(|engine| {
            let mailbox = self.mailbox.borrow();
            let mut operations = staged(&mailbox, count);
            operations.try_for_each(|(slot, marks)| engine.stage(slot, marks))
        })?
        .map_err(|_| libc::EINVAL)
    }

    /// Looks up the memory of `values`, which belong to the slots from number `start` on of the
    /// lending table. No JavaScript but the facade's own runs before the flush that uses it.
    #[inline]
    pub fn lend(&self, start: usize, values: &[sys::napi_value]) {
        let (js, mailbox) = (Js { env: self.env }, self.mailbox.borrow());
        let mut lending = self.lending.borrow_mut();
        for (&slot, &value) in mailbox.lent(start).iter().zip(values) {
            lending.lend(js, slot, value);
        }
    }

    /// Submits what is staged, takes what is complete. Gives the number of results in the table,
    /// with [`MORE`] and [`DEFERRED`], or a negative errno: the ring has failed.
    pub fn flush(self: &Rc<State>, count: usize) -> i32 {
        let (turn, given, idle) = match self.with_engine(|engine| {
            let mailbox = self.mailbox.borrow();
            let js = Js { env: self.env };
            let mut objects = ptr::null_mut();
            // SAFETY: the reference is ours and strong; out-pointer is a local.
            unsafe { sys::napi_get_reference_value(self.env, self.objects.get(), &mut objects) };
            let lending = self.lending.borrow();
            let lending = &*lending;
            let registered = self.registered.borrow();
            let registered = registered.as_ref();
            let requests = mailbox.requests();
            let mut encoder = Encoder { js, requests, objects, lending, registered };
            let staged = staged(&mailbox, count);
            engine.stage_all(staged, &mut encoder).map_err(|_| libc::EINVAL)?;
            let mut given = 0;
            let turn = engine.turn(&mut encoder, RESULTS_MAX, &mut |settled| {
                mailbox.put(given, &settled);
                given += 1;
            })?;
            Ok((turn, given, engine.is_idle()))
        }) {
            Ok(Ok(flushed)) => flushed,
            Ok(Err(errno)) | Err(errno) => return -errno,
        };
        self.lending.borrow_mut().end_turn();
        let Some(driver) = self.driver.get() else { return -libc::EBADF };
        driver.turn_ended(idle);
        let mut answer = given as i32;
        if turn.stalled {
            // trying again at once would only burn the CPU; a completion may come earlier
            driver.pause();
            answer |= DEFERRED;
        } else {
            if turn.more {
                answer |= MORE;
            }
            if (given > 0 || turn.more) && driver.share_is_used_up() {
                driver.defer();
                answer |= DEFERRED;
            }
        }
        // a deferred turn must find the facade, even when all that is staged is in its tables
        self.set_busy(!idle || answer & DEFERRED != 0);
        answer
    }

    /// In flight: the loop is kept alive (unless unref'ed) and the facade is kept reachable.
    #[inline]
    fn set_busy(&self, busy: bool) {
        if self.busy.replace(busy) == busy {
            return;
        }
        let mut count = 0;
        // SAFETY: a reference of ours, taken and given in turns.
        unsafe {
            if busy {
                sys::napi_reference_ref(self.env, self.turn.get(), &mut count);
            } else {
                sys::napi_reference_unref(self.env, self.turn.get(), &mut count);
            }
        }
        if let Some(driver) = self.driver.get() {
            driver.hold(busy && self.referenced.get());
        }
    }

    /// Whether operations in flight keep the process alive.
    pub fn set_referenced(&self, referenced: bool) {
        self.referenced.set(referenced);
        if let Some(driver) = self.driver.get() {
            driver.hold(self.busy.get() && referenced);
        }
    }

    /// Calls the facade's `turn`. A JavaScript error in it goes where uncaught ones go.
    fn call_turn(&self) {
        if self.closed.get() {
            return;
        }
        // SAFETY: called by libuv on the environment's thread, outside of any JavaScript; the
        // scope is opened and closed here and everything is used within it.
        unsafe {
            let (mut scope, mut turn, mut global) =
                (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            if sys::napi_open_handle_scope(self.env, &mut scope) != sys::Status::napi_ok {
                return;
            }
            sys::napi_get_reference_value(self.env, self.turn.get(), &mut turn);
            sys::napi_get_global(self.env, &mut global);
            if !turn.is_null() {
                let status = sys::napi_make_callback(
                    self.env,
                    ptr::null_mut(),
                    global,
                    turn,
                    0,
                    ptr::null(),
                    ptr::null_mut(),
                );
                if status == sys::Status::napi_pending_exception {
                    let mut error = ptr::null_mut();
                    sys::napi_get_and_clear_last_exception(self.env, &mut error);
                    sys::napi_fatal_exception(self.env, error);
                }
            }
            sys::napi_close_handle_scope(self.env, scope);
        }
    }

    /// Closes the ring. With operations in flight only at teardown or after a failure: they are
    /// cancelled and waited for; what does not come back is leaked with the engine, and the
    /// caller's buffers with it.
    pub fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        if let Some(driver) = self.driver.take() {
            driver.close(); // off the loop before the descriptor is closed
        }
        let engine = self.engine.try_borrow_mut().ok().and_then(|mut engine| engine.take());
        let drained = match engine {
            Some(mut engine) => engine.is_idle() || engine.drain(Some(DRAIN), &mut |_| {}),
            None => true,
        };
        self.forget(&self.turn);
        if drained {
            self.forget(&self.objects);
        }
    }

    fn forget(&self, reference: &Cell<sys::napi_ref>) {
        let reference = reference.replace(ptr::null_mut());
        if !reference.is_null() {
            // SAFETY: ours, deleted once; a closed ring has no more turns.
            unsafe { sys::napi_delete_reference(self.env, reference) };
        }
    }
}

/// The first `count` operations of the queue table, and what is special about each.
#[inline(always)]
fn staged(mailbox: &Mailbox, count: usize) -> impl Iterator<Item = (u32, Marks)> + '_ {
    let requests = mailbox.requests();
    mailbox.queue(count).iter().map(|&slot| {
        // SAFETY: rows are written under the slice only when results are handed out.
        let marks = requests.get(slot as usize).map_or(0, |row| unsafe { (*row.as_ptr()).marks });
        (slot, Marks::from_request(marks))
    })
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
            drop(Rc::from_raw(std::ptr::from_ref(self)));
        }
    }
}

/// The environment ends (worker terminated, loop empty): close the ring in time. The hook is
/// removed when the last handle is closed; the environment waits for that.
unsafe extern "C" fn leave(_hook: sys::napi_async_cleanup_hook_handle, share: *mut c_void) {
    // SAFETY: the share made in `connect`, which lives until the hook is removed.
    unsafe { &*share.cast::<State>() }.close();
}
