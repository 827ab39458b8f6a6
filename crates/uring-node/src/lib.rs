//! The addon: joins an engine to a Node.js environment. It converts values and lends memory, it
//! drives the ring from the environment's own event loop, and it takes everything down in order.
//! What an operation means is the facade's business (`src/`), what the kernel does is the
//! engine's.
//!
//! - `encode/` one arm per operation: request and JavaScript values to a submission entry
//! - `state`, `flush`, `lent`, `driver` a turn of the ring, and who asks for it
//! - `mailbox`, `request`, `memory` the memory that JavaScript and the addon share
//! - `ring`, `registered`, `availability` what JavaScript can call
//!
//! Per environment: nothing here is `static`, two workers share nothing.

mod availability;
mod driver;
mod encode;
mod flush;
mod js;
mod lent;
mod mailbox;
mod memory;
mod registered;
mod request;
mod ring;
mod state;
mod uv;
