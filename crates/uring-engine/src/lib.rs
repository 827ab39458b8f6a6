//! Operations in flight on one ring: the layer between "encode this operation" and "here is its
//! result". It knows slots, links, guards and errnos; it knows nothing of JavaScript.
//!
//! ```text
//!  stage(slot)            turn()                                        turn() -> sink
//!      |            pump: encode + push     enter          reap            |
//!   Queued  ──────────────► InKernel ──────────────► completion ──────► Free
//!   (backlog)               (SQ, kernel)             (CQ)
//! ```
//!
//! What it promises:
//! - An operation is over only when its own last completion has arrived; until then its slot owns
//!   every byte the kernel may touch ([`Payload`]) and the embedder keeps the caller's buffer alive.
//! - Nothing is lost: a full submission queue leaves operations in the [backlog](Engine::backlog),
//!   in order; a partial submit is continued; an errno of `io_uring_enter` is retried, waited out
//!   or fails the ring as [`errno::Policy`] says.
//! - A completion that names no operation in flight is counted and ignored, never dereferenced.
//! - Dropping an engine with operations in the kernel leaks their memory: closing a ring is no
//!   barrier, the kernel may still be writing.
//!
//! It reaches the kernel only through [`Kernel`], so that `tests/` can put a seeded fake in its
//! place (reordering, short submits, forged completions) and play 10,000 scripts against it.

mod backlog;
mod budget;
mod cancel;
mod counts;
mod deadline;
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
mod queue;
mod reap;
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
