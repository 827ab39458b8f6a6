//! A program written for the `io-uring` crate 0.7.
//!
//! Here `io_uring` is this project's crate under another name. `tests/io_uring.rs` builds the same
//! files with the real crate. A program like this one moves to this crate by renaming the
//! dependency. It uses every type, trait and method that both crates have, except `register_ifq`,
//! which is unsafe here. `uring/tests/encoding.rs` compares the operations.

#![allow(missing_docs)]

#[cfg(test)]
mod entries;
#[cfg(test)]
mod registering;
#[cfg(test)]
mod rings;
#[cfg(test)]
mod values;
