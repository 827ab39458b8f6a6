//! One ring as the addon holds it: engine, tables, slot memory, driver, and references to what
//! JavaScript gave. Shared by count between the `#[napi]` object, the raw functions and the driver.
//! Everything happens on the environment's one thread.
//!
//! What is done with it stands in files of its own: `liveness` (who keeps whom alive), `teardown`,
//! `turn` (a flush), `connect`.

use crate::driver::Driver;
use crate::generated::layout::{
    MARK_HARDLINK, MARK_LINK, MARK_TIMED, MARK_UNREF, QUEUE_BULK, QUEUE_SLOT,
};
use crate::lending::Lending;
use crate::registered::Registered;
use crate::slot_memory::SlotMemory;
use crate::tables::Tables;
use napi::sys;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr;
use uring_engine::{Engine, Marks, Ring};

/// IOSQE_IO_DRAIN in a request's flags, which becomes [`Marks::DRAIN`].
const IO_DRAIN: u8 = 1 << 1;

/// A ring in an environment.
pub struct State {
    pub env: sys::napi_env,
    /// `None` once the ring is closed.
    pub engine: RefCell<Option<Engine<Ring>>>,
    pub tables: RefCell<Tables>,
    /// Larger tables that JavaScript has seen and that are not in use yet.
    pub prepared: RefCell<Option<Tables>>,
    pub memory: RefCell<SlotMemory>,
    pub lending: RefCell<Lending>,
    pub registered: RefCell<Option<Registered>>,
    pub driver: Cell<Option<&'static Driver>>,
    /// The facade's `turn` function. The reference is weak while the ring is idle, so that a ring
    /// that nothing refers to is collected.
    pub turn: Cell<sys::napi_ref>,
    /// The array of JavaScript values that belong to the requests.
    pub objects: Cell<sys::napi_ref>,
    /// The environment's cleanup hook, which holds one share of this state.
    pub hook: Cell<sys::napi_async_cleanup_hook_handle>,
    /// Rows that the last flush returned.
    pub rows: Cell<usize>,
    /// Descriptors of batches and chains that are not complete, by the number of their receiver.
    pub kept: RefCell<HashMap<u32, Vec<i32>>>,
    /// What decides whether the loop is kept alive.
    pub liveness: Liveness,
    /// No turn is called any more.
    pub closed: Cell<bool>,
    /// `close` was called during a flush, which closes the ring when it ends.
    pub close_wanted: Cell<bool>,
}

/// What decides whether the loop is kept alive, see `liveness.rs`.
#[derive(Default)]
pub struct Liveness {
    /// Something is in flight or a turn is to come: the `turn` reference is strong.
    pub busy: Cell<bool>,
    /// What `setReferenced` said last.
    pub referenced: Cell<bool>,
    /// Something is in flight: an operation, or a cancel that outlived its target.
    pub in_flight: Cell<bool>,
    /// A referenced operation is queued for a turn that the event loop will call.
    pub awaited: Cell<bool>,
    /// The ring is being disposed.
    pub closing: Cell<bool>,
    /// Operations in flight.
    pub live: Cell<usize>,
    /// Those of them with `MARK_UNREF`.
    pub unreferenced: Cell<usize>,
}

impl State {
    pub fn new(env: sys::napi_env, ring: Ring, tables: Tables, memory: SlotMemory) -> State {
        let slots = tables.slots();
        let liveness = Liveness { referenced: Cell::new(true), ..Liveness::default() };
        State {
            env,
            engine: RefCell::new(Some(Engine::new(ring, slots as u32))),
            lending: RefCell::new(Lending::new(slots)),
            tables: RefCell::new(tables),
            prepared: RefCell::new(None),
            memory: RefCell::new(memory),
            registered: RefCell::new(None),
            driver: Cell::new(None),
            turn: Cell::new(ptr::null_mut()),
            objects: Cell::new(ptr::null_mut()),
            hook: Cell::new(ptr::null_mut()),
            rows: Cell::new(0),
            kept: RefCell::default(),
            liveness,
            closed: Cell::new(false),
            close_wanted: Cell::new(false),
        }
    }

    /// Runs `work` on the engine. EBADF when the ring is closed, EBUSY from inside a flush.
    #[inline(always)]
    pub fn with_engine<R>(&self, work: impl FnOnce(&mut Engine<Ring>) -> R) -> Result<R, i32> {
        let mut engine = self.engine.try_borrow_mut().map_err(|_| libc::EBUSY)?;
        engine.as_mut().map(work).ok_or(libc::EBADF)
    }

    /// Takes `count` operations from the queue table into the engine. EINVAL when a slot has an
    /// operation already or the engine takes no more.
    pub fn stage(&self, count: usize) -> Result<(), i32> {
        let staged = self.with_engine(|engine| {
            let tables = self.tables.borrow();
            let mut operations = staged(&tables, &self.liveness, count);
            let staged = operations.try_for_each(|(slot, marks)| engine.stage(slot, marks));
            self.liveness.live.set(engine.live());
            self.liveness.in_flight.set(!engine.is_idle());
            staged
        })?;
        self.hold_loop();
        staged.map_err(|_| libc::EINVAL)
    }

    /// Allocates the tables that the next `grow` to as many slots will use. `Err` is an errno.
    pub fn prepare(&self, slots: u32) -> Result<(), i32> {
        let larger = self.tables.borrow().resized(slots as usize)?;
        self.prepared.replace(Some(larger));
        Ok(())
    }

    /// Makes room for `slots` operations. `Err` is an errno; then nothing has changed.
    pub fn grow(&self, slots: u32) -> Result<(), i32> {
        self.with_engine(|engine| {
            self.memory.borrow_mut().grow(slots as usize)?;
            let prepared = self.prepared.take().filter(|tables| tables.slots() == slots as usize);
            let larger = match prepared {
                Some(tables) => tables,
                None => self.tables.borrow().resized(slots as usize)?,
            };
            larger.take_over(&self.tables.borrow());
            self.tables.replace(larger);
            self.lending.borrow_mut().grow(slots as usize);
            engine.grow(slots);
            Ok(())
        })?
    }

    /// Deletes a reference to a JavaScript value.
    pub fn forget(&self, reference: &Cell<sys::napi_ref>) {
        let reference = reference.replace(ptr::null_mut());
        if !reference.is_null() {
            // SAFETY: ours, deleted once.
            unsafe { sys::napi_delete_reference(self.env, reference) };
        }
    }
}

/// The first `count` operations of the queue table, and what is special about each. Counts those
/// that do not keep the loop alive.
#[inline(always)]
pub fn staged<'state>(
    tables: &'state Tables,
    liveness: &'state Liveness,
    count: usize,
) -> impl Iterator<Item = (u32, Marks)> + 'state {
    let requests = tables.requests();
    tables.queue(count).iter().map(|&word| {
        let slot = word & QUEUE_SLOT;
        let Some(row) = requests.get(slot as usize) else { return (slot, Marks::NONE) };
        // SAFETY: requests are cleared under the slice only when results are handed out.
        let (marks, flags) = unsafe { ((*row.as_ptr()).marks, (*row.as_ptr()).flags) };
        let bulk = Marks(((word & QUEUE_BULK) >> BULK_SHIFT) as u16);
        // nearly all are asked no more than this
        if marks & SPECIAL == 0 && flags & IO_DRAIN == 0 {
            return (slot, bulk);
        }
        if marks & MARK_UNREF != 0 {
            liveness.unreferenced.set(liveness.unreferenced.get() + 1);
        }
        let drain = if flags & IO_DRAIN != 0 { Marks::DRAIN } else { Marks::NONE };
        (slot, Marks::from_request(marks) | bulk | drain)
    })
}

/// The marks of a request that mean something when it is staged.
const SPECIAL: u32 = MARK_LINK | MARK_HARDLINK | MARK_TIMED | MARK_UNREF;

/// The bit of the queue's word becomes the engine's without a branch.
const BULK_SHIFT: u32 = 27;
const _: () = assert!((QUEUE_BULK >> BULK_SHIFT) as u16 == Marks::BULK.0);
const _: () = assert!(QUEUE_SLOT >= uring_engine::limits::SLOTS_MAX - 1);

/// The numbers of the shared layout are the engine's.
const _: () = {
    use crate::generated::layout::{EXTRA_COPIED, EXTRA_LAST, EXTRA_REFUSED};
    use uring_engine::Extra;
    assert!(MARK_LINK == Marks::LINK.0 as u32 && MARK_HARDLINK == Marks::HARDLINK.0 as u32);
    assert!(MARK_TIMED == Marks::TIMED.0 as u32);
    assert!(EXTRA_LAST == Extra::LAST.0 && EXTRA_REFUSED == Extra::REFUSED.0);
    assert!(EXTRA_COPIED == Extra::COPIED.0);
};
