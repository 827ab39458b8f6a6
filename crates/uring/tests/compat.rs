//! The program of `crates/compat`, built with the real `io-uring` crate: the proof that it is one.

#![allow(missing_docs)]

#[path = "../../compat/src/entries.rs"]
mod entries;
#[path = "../../compat/src/registering.rs"]
mod registering;
#[path = "../../compat/src/rings.rs"]
mod rings;
#[path = "../../compat/src/values.rs"]
mod values;
