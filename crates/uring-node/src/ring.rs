//! The ring as JavaScript holds it. These methods run once per ring or per rare event; what runs
//! per turn is in `functions`.

use crate::functions;
use crate::generated::layout::Request;
use crate::memory::Memory;
use crate::slot_memory::{SlotMemory, SEGMENT_VISIBLE};
use crate::state::State;
use crate::tables::{Tables, RESULTS_BYTES};
use crate::teardown;
use napi::bindgen_prelude::*;
use napi::JsValue;
use napi_derive::napi;
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::sync::Arc;
use uring_engine::{open, Engine, Ring, Setup};

/// A ring on this environment's event loop.
#[napi]
pub struct NativeRing {
    pub(crate) state: Rc<State>,
}

/// Opens a ring with `entries` submission queue entries (at least 2, for an operation with a time
/// limit), `cqEntries` completion queue entries (default: four times `entries`) and room for `slots`
/// operations. Returns a negative errno when the kernel refuses: that of io_uring_setup(2), EINVAL
/// for fewer `cqEntries` than `entries`, or of mmap(2).
#[napi]
pub fn open_ring(
    env: Env,
    entries: u32,
    cq_entries: Option<u32>,
    slots: u32,
) -> Either<NativeRing, i32> {
    match try_open(env, entries, cq_entries, slots as usize) {
        Ok(state) => Either::A(NativeRing { state: Rc::new(state) }),
        Err(errno) => Either::B(-errno),
    }
}

fn try_open(
    env: Env,
    entries: u32,
    cq_entries: Option<u32>,
    slots: usize,
) -> std::result::Result<State, i32> {
    let setup = Setup::new(entries, None);
    let setup = Setup { cq_entries: cq_entries.unwrap_or(setup.cq_entries), ..setup };
    let ring = open(setup).map_err(|error| error.raw_os_error().unwrap_or(libc::EIO))?;
    Ok(State::new(env.raw(), ring, Tables::new(slots)?, SlotMemory::new(slots)?))
}

/// Closes a descriptor that a result brought and that nothing will receive. See close(2).
#[napi]
pub fn close_descriptor(fd: i32) {
    teardown::close_descriptor(fd);
}

fn refused(errno: i32) -> Error {
    Error::from_reason(format!("the ring cannot be joined to the event loop: errno {errno}"))
}

fn array_buffer<'env>(env: &Env, memory: &Arc<Memory>, bytes: usize) -> Result<Unknown<'env>> {
    let value = memory.array_buffer(env.raw(), bytes).map_err(|status| {
        Error::new(Status::from(status), "this runtime does not allow external ArrayBuffers")
    })?;
    // SAFETY: a value of the running call.
    unsafe { Unknown::from_napi_value(env.raw(), value) }
}

#[napi]
impl NativeRing {
    /// Joins the ring to the event loop, which calls `turn` when there is something to flush. While
    /// anything is in flight `turn` is kept alive, and must keep this object alive: a ring that is
    /// collected is closed.
    /// `objects[slot]` is the value of the operation in `slot`, or an array of its values; both
    /// must be arrays without holes that no user code has seen. Returns the functions of a turn:
    ///
    /// - `lend(start, ...values)` looks up the memory of up to eight Uint8Arrays, which belong to
    ///   the slots from number `start` on of the lending table, for the flush that follows.
    /// - `flush(count)` submits the first `count` staged operations and takes completions. Returns
    ///   the number of rows in bits 0-15, bit 16 when more are left, bit 17 when `turn` will be
    ///   called later; `-EBUSY` when called from inside a flush, which takes nothing; or another
    ///   negative errno, after which the ring has failed.
    #[napi(
        ts_args_type = "turn: () => void, objects: unknown[]",
        ts_return_type = "{ flush: (count: number) => number, lend: (start: number, ...values: unknown[]) => void }"
    )]
    pub fn connect<'env>(
        &self,
        env: Env,
        turn: Unknown<'env>,
        objects: Unknown<'env>,
    ) -> Result<Object<'env>> {
        self.state.connect(turn.raw(), objects.raw()).map_err(refused)?;
        let mut functions = Object::new(&env)?;
        let made = [
            ("flush", functions::flush_function(env.raw(), &self.state)),
            ("lend", functions::lend_function(env.raw(), &self.state)),
        ];
        for (name, function) in made {
            let function = function.ok_or_else(|| Error::from_reason("no function"))?;
            // SAFETY: a value of the running call.
            let function = unsafe { Unknown::from_napi_value(env.raw(), function)? };
            functions.set(name, function)?;
        }
        Ok(functions)
    }

    /// The tables shared with the facade; their layout is in `src/generated/layout.ts`.
    #[napi(
        ts_return_type = "{ requests: ArrayBuffer, queue: ArrayBuffer, lent: ArrayBuffer, results: ArrayBuffer }"
    )]
    pub fn tables<'env>(&self, env: Env) -> Result<Object<'env>> {
        shared(env, &self.state.tables.borrow())
    }

    /// The visible memory of the slots from `index * SEGMENT_SLOTS` on, `VISIBLE_BYTES` for each.
    /// It stays where it is when the ring grows. Throws a RangeError when there is no such segment.
    #[napi(ts_return_type = "ArrayBuffer")]
    pub fn segment<'env>(&self, env: Env, index: u32) -> Result<Unknown<'env>> {
        let memory = self.state.memory.borrow();
        let segment = memory.segment(index as usize).ok_or_else(|| {
            Error::new(Status::InvalidArg, format!("there is no segment {index}"))
        })?;
        array_buffer(&env, segment, SEGMENT_VISIBLE)
    }

    /// Returns the tables that the ring will use from the next call of `grow(slots)` on, or the errno of
    /// mmap(2). What may fail is over when the ring changes to them.
    #[napi(
        ts_return_type = "{ requests: ArrayBuffer, queue: ArrayBuffer, lent: ArrayBuffer, results: ArrayBuffer } | number"
    )]
    pub fn prepare<'env>(&self, env: Env, slots: u32) -> Result<Either<Object<'env>, i32>> {
        if let Err(errno) = self.state.prepare(slots) {
            return Ok(Either::B(errno));
        }
        match &*self.state.prepared.borrow() {
            Some(tables) => Ok(Either::A(shared(env, tables)?)),
            None => Ok(Either::B(libc::ENOMEM)),
        }
    }

    /// Makes room for `slots` operations; the tables must be asked for again unless they were prepared,
    /// and there may be more segments. Returns 0 or the errno of mmap(2), and then nothing has changed.
    #[napi]
    pub fn grow(&self, slots: u32) -> i32 {
        errno(self.state.grow(slots))
    }

    /// Takes the first `count` staged operations and asks for the one in `slot` to be cancelled,
    /// which the next flush carries out. Returns an errno, or 0.
    #[napi]
    pub fn cancel(&self, count: u32, slot: u32) -> i32 {
        let staged = self.state.stage(count as usize);
        errno(staged.and_then(|()| self.state.with_engine(|engine| engine.cancel(slot))))
    }

    /// Takes the first `count` staged operations and asks for everything to be cancelled. The event loop
    /// is kept alive from then on until nothing is in flight. Returns an errno, or 0.
    #[napi]
    pub fn cancel_all(&self, count: u32) -> i32 {
        self.state.hold_until_idle();
        let staged = self.state.stage(count as usize);
        errno(staged.and_then(|()| self.state.with_engine(|engine| engine.cancel_all())))
    }

    /// Whether operations in flight keep the event loop alive. True for a new ring.
    #[napi]
    pub fn set_referenced(&self, referenced: bool) {
        self.state.set_referenced(referenced);
    }

    /// Whether the operation in `slot` keeps the event loop alive, as long as the ring is
    /// referenced. True for an operation without `MARK_UNREF`.
    #[napi]
    pub fn set_operation_referenced(&self, slot: u32, referenced: bool) {
        self.state.set_operation_referenced(slot, referenced);
    }

    /// Has the turn that a flush has announced keep the event loop alive: an operation that does is
    /// queued for it.
    #[napi]
    pub fn await_turn(&self) {
        self.state.await_turn();
    }

    /// Has descriptors closed when the ring ends, unless `releaseDescriptors` is called before. They
    /// are results that wait for others which go to the same receiver; `receiver` is its number.
    #[napi]
    pub fn keep_descriptors(&self, receiver: u32, descriptors: Vec<i32>) {
        self.state.keep_descriptors(receiver, descriptors);
    }

    /// The descriptors that were kept for a receiver are closed by nobody but the receiver.
    #[napi]
    pub fn release_descriptors(&self, receiver: u32) {
        self.state.release_descriptors(receiver);
    }

    /// Closes the ring, which must be idle or have failed. From inside a flush, closes it when the
    /// flush ends.
    #[napi]
    pub fn close(&self) {
        self.state.close();
    }

    /// The engine's counters.
    #[napi]
    pub fn counts(&self) -> Option<RingCounts> {
        let count = |engine: &mut Engine<Ring>| {
            let counts = engine.counts();
            RingCounts {
                staged: counts.staged as f64,
                settled: counts.settled as f64,
                submitted: counts.submitted as f64,
                completions: counts.completions as f64,
                enters: counts.enters as f64,
                stalls: counts.stalls as f64,
                suspect: counts.suspect as f64,
                backlog: engine.backlog() as u32,
            }
        };
        self.state.with_engine(count).ok()
    }

    /// What io_uring_setup(2) returned.
    #[napi]
    pub fn parameters(&self) -> Option<RingParameters> {
        let describe = |engine: &mut Engine<Ring>| {
            let ring = engine.kernel();
            RingParameters {
                sq_entries: ring.parameters().sq_entries(),
                cq_entries: ring.parameters().cq_entries(),
                flags: ring.parameters().setup_flags(),
                features: ring.parameters().features(),
                fd: ring.as_raw_fd(),
            }
        };
        self.state.with_engine(describe).ok()
    }
}

/// The tables as JavaScript sees them.
fn shared<'env>(env: Env, own: &Tables) -> Result<Object<'env>> {
    let mut tables = Object::new(&env)?;
    let (requests, queue) = (own.slots() * size_of::<Request>(), own.slots() * size_of::<u32>());
    tables.set("requests", array_buffer(&env, &own.requests, requests)?)?;
    tables.set("queue", array_buffer(&env, &own.queue, queue)?)?;
    tables.set("lent", array_buffer(&env, &own.lent, queue)?)?;
    tables.set("results", array_buffer(&env, &own.results, RESULTS_BYTES)?)?;
    Ok(tables)
}

/// An errno as the facade wants it: 0 when all is well.
fn errno(result: std::result::Result<(), i32>) -> i32 {
    result.err().unwrap_or(0)
}

impl Drop for NativeRing {
    fn drop(&mut self) {
        // collected while idle
        self.state.close();
    }
}

/// Engine counters; see `RingStats` of the facade.
#[napi(object)]
pub struct RingCounts {
    pub staged: f64,
    pub settled: f64,
    pub submitted: f64,
    pub completions: f64,
    pub enters: f64,
    pub stalls: f64,
    pub suspect: f64,
    pub backlog: u32,
}

/// Sizes and flags of a ring, as io_uring_setup(2) returned them.
#[napi(object)]
pub struct RingParameters {
    pub sq_entries: u32,
    pub cq_entries: u32,
    pub flags: u32,
    pub features: u32,
    pub fd: i32,
}
