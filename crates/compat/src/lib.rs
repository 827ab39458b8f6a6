//! A program written for the `io-uring` crate 0.7.
//!
//! Here `io_uring` is this project's crate under another name; `tests/io_uring.rs` builds the
//! same files with the real one. What compiles and passes in both places moves by renaming the
//! dependency. It touches every type, trait and method that the two have in common (all but
//! `register_ifq`, which is unsafe here); the operations are compared one by one in
//! `uring/tests/encoding.rs`.

#![allow(missing_docs)]

#[cfg(test)]
mod entries;
#[cfg(test)]
mod registering;
#[cfg(test)]
mod rings;
#[cfg(test)]
mod values;
