//! The addon: joins an engine to a Node.js environment. It turns JavaScript values into submission
//! entries, drives the ring from the environment's event loop, and takes everything down in order.
//! What an operation means is the facade's business (`src/`), what the kernel does the engine's.
//!
//! Modules in the order in which they build on each other:
//!
//! - `generated/`, `operation` the shared layout and the table of operations
//! - `memory`, `handed_out`, `slot_memory`, `tables` memory that JavaScript and the addon share
//! - `js`, `lending`, `registered`, `encode/` from JavaScript values to entries
//! - `uv`, `driver` the event loop
//! - `state`, `liveness`, `teardown`, `turn`, `connect` one ring
//! - `functions`, `ring`, `registration`, `availability` what JavaScript can call
//!
//! All state belongs to an environment: nothing here is `static`, two workers share nothing.

mod availability;
mod connect;
mod driver;
mod encode;
mod functions;
mod generated;
mod handed_out;
mod js;
mod lending;
mod liveness;
mod memory;
mod operation;
mod registered;
mod registration;
mod ring;
mod rows;
mod slot_memory;
mod state;
mod tables;
mod teardown;
mod turn;
mod uv;
