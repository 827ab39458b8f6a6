//! The ring as JavaScript holds it. These methods run once per ring or per rare event; what runs
//! per turn is in `flush`.

use crate::flush;
use crate::mailbox::{Mailbox, OUTPUT_BYTES, RESULTS_MAX, RESULT_WORDS};
use crate::memory::Memory;
use crate::request::Request;
use crate::state::State;
use napi::bindgen_prelude::*;
use napi::JsValue;
use napi_derive::napi;
use std::os::fd::AsRawFd;
use std::rc::Rc;
use uring_engine::{open, Engine, Ring, Setup};

/// A ring on this environment's event loop.
#[napi]
pub struct NativeRing {
    pub(crate) state: Rc<State>,
}

/// Opens a ring; gives a negative errno of io_uring_setup(2) when the kernel refuses.
#[napi]
pub fn open_ring(
    env: Env,
    entries: u32,
    cq_entries: Option<u32>,
    slots: u32,
) -> Either<NativeRing, i32> {
    let opened = open(Setup::new(entries, cq_entries));
    let ring = match opened {
        Ok(ring) => ring,
        Err(error) => return Either::B(-error.raw_os_error().unwrap_or(libc::EIO)),
    };
    match Mailbox::new(slots as usize) {
        Ok(mailbox) => {
            Either::A(NativeRing { state: Rc::new(State::new(env.raw(), ring, mailbox)) })
        }
        Err(errno) => Either::B(-errno),
    }
}

fn refused(errno: i32) -> Error {
    Error::from_reason(format!("errno {errno}"))
}

fn array_buffer<'env>(env: &Env, memory: &Rc<Memory>, bytes: usize) -> Result<Unknown<'env>> {
    let value = memory.array_buffer(env.raw(), bytes).map_err(|status| {
        Error::new(Status::from(status), "this runtime does not allow external ArrayBuffers")
    })?;
    // SAFETY: a value of the running call.
    unsafe { Unknown::from_napi_value(env.raw(), value) }
}

#[napi]
impl NativeRing {
    /// Joins the ring to the event loop. Gives the two functions of a turn:
    ///
    /// - `lend(start, ...values)` looks up the memory of up to eight Uint8Arrays, which belong to
    ///   the slots from number `start` on of the lending table, for the flush that follows;
    /// - `flush(count)` submits the first `count` staged operations and takes completions: it
    ///   returns the number of results (bits 0-15), bit 16 when more are left, bit 17 when `turn`
    ///   will be called later; or a negative errno, after which the ring is dead.
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
            ("flush", flush::flush_function(env.raw(), &self.state)),
            ("lend", flush::lend_function(env.raw(), &self.state)),
        ];
        for (name, function) in made {
            let function = function.ok_or_else(|| Error::from_reason("no function"))?;
            // SAFETY: a value of the running call.
            let function = unsafe { Unknown::from_napi_value(env.raw(), function)? };
            functions.set(name, function)?;
        }
        Ok(functions)
    }

    /// The tables shared with the facade.
    #[napi(
        ts_return_type = "{ requests: ArrayBuffer, queue: ArrayBuffer, lent: ArrayBuffer, results: ArrayBuffer, outputs: ArrayBuffer }"
    )]
    pub fn tables<'env>(&self, env: Env) -> Result<Object<'env>> {
        let mailbox = self.state.mailbox.borrow();
        let mut tables = Object::new(&env)?;
        let (requests, queue) = (mailbox.slots() * size_of::<Request>(), mailbox.slots() * 4);
        let results = RESULTS_MAX * RESULT_WORDS * size_of::<i32>();
        tables.set("requests", array_buffer(&env, &mailbox.requests, requests)?)?;
        tables.set("queue", array_buffer(&env, &mailbox.queue, queue)?)?;
        tables.set("lent", array_buffer(&env, &mailbox.lent, queue)?)?;
        tables.set("results", array_buffer(&env, &mailbox.results, results)?)?;
        tables.set("outputs", array_buffer(&env, &mailbox.outputs, RESULTS_MAX * OUTPUT_BYTES)?)?;
        Ok(tables)
    }

    /// Makes room for `slots` operations; the tables must be asked for again. Gives an errno.
    #[napi]
    pub fn grow(&self, slots: u32) -> i32 {
        let grown = self.state.mailbox.borrow().grown(slots as usize);
        match grown {
            Ok(mailbox) => {
                self.state.mailbox.replace(mailbox);
                self.state.lending.borrow_mut().grow(slots as usize);
                errno(self.state.with_engine(|engine| engine.grow(slots)))
            }
            Err(errno) => errno,
        }
    }

    /// Asks for the operation in `slot` to be cancelled, after taking the first `count` staged
    /// ones. The next flush carries it out.
    #[napi]
    pub fn cancel(&self, count: u32, slot: u32) -> i32 {
        let staged = self.state.stage(count as usize);
        errno(staged.and_then(|()| self.state.with_engine(|engine| engine.cancel(slot))))
    }

    /// Asks for everything to be cancelled, the first `count` staged operations included.
    #[napi]
    pub fn cancel_all(&self, count: u32) -> i32 {
        let staged = self.state.stage(count as usize);
        errno(staged.and_then(|()| self.state.with_engine(|engine| engine.cancel_all())))
    }

    /// Whether operations in flight keep the process alive.
    #[napi]
    pub fn set_referenced(&self, referenced: bool) {
        self.state.set_referenced(referenced);
    }

    /// Closes the ring. The facade calls this when nothing is in flight.
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

    /// What the kernel gave.
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

/// An errno as the facade wants it: 0 when all is well.
fn errno(result: std::result::Result<(), i32>) -> i32 {
    result.err().unwrap_or(0)
}

impl Drop for NativeRing {
    fn drop(&mut self) {
        // collected while idle: nobody can use it any more
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

/// What io_uring_setup(2) answered.
#[napi(object)]
pub struct RingParameters {
    pub sq_entries: u32,
    pub cq_entries: u32,
    pub flags: u32,
    pub features: u32,
    pub fd: i32,
}
