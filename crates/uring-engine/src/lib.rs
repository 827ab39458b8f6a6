//! Operations in flight on one ring: the layer between "encode this operation" and "this is its
//! result". It knows slots, chains, barriers, time limits and errnos; it knows nothing of JavaScript
//! and nothing of what an operation means.
//!
//! ```text
//!  stage(slot)            turn()                                        turn() -> sink
//!      |            pump: encode + push     enter          reap            |
//!   Queued  ──────────────► InKernel ──────────────► completion ──────► Free
//!   (backlog)               (SQ, kernel)             (CQ)
//! ```
//!
//! What it promises:
//! - Every completion of an operation is a row ([`Settled`]), in order; exactly one of them is the
//!   last. Until then the slot owns every byte that the kernel may touch ([`Payload`]), and the
//!   embedder keeps the caller's buffer alive.
//! - Nothing is lost: operations that find no room wait in the [backlog](Engine::backlog), in order;
//!   a partial submit is continued; an errno of `io_uring_enter` is retried, waited out or fails the
//!   ring, as [`errno::Policy`] says.
//! - Nobody starves: a batch ([`Marks::BULK`]) does not delay single operations, and a turn copies a
//!   bounded number of bytes ([`limits::TURN_BYTES`]).
//! - A cancel and a time limit take effect wherever the operation is, also at a barrier
//!   ([`Marks::DRAIN`]), and the operation still settles with what really became of it.
//! - A completion that names no operation in flight is counted and ignored, never dereferenced.
//! - Dropping an engine with operations in the kernel leaks their memory: closing a ring does not
//!   stop the kernel from writing.
//!
//! It reaches the kernel only through [`Kernel`], so that `tests/` can put a seeded fake in its
//! place (reordering, short submits, forged completions) and run 10,000 programs against it.

mod backlog;
mod budget;
mod cancel;
mod counts;
mod deadline;
mod direct;
mod drain;
mod encode;
mod engine;
mod enter;
pub mod errno;
mod guards;
mod kernel;
pub mod limits;
mod marks;
mod payload;
mod pump;
mod push;
mod queue;
mod reap;
mod refuse;
mod ring;
mod row;
mod slots;
mod token;
mod turn;
mod workers;

pub use counts::Counts;
pub use encode::{Encode, Encoded};
pub use engine::{Engine, StageError};
pub use kernel::{Completion, Kernel};
pub use marks::Marks;
pub use payload::Payload;
pub use ring::{open, Ring, Setup};
pub use row::{Extra, Settled};
pub use slots::Slots;
pub use token::{Kind, Token};
pub use turn::Turn;
