//! The same program, built with the real `io-uring` crate: the proof that it is one.

#![allow(missing_docs)]

extern crate real as io_uring;

#[path = "../src/entries.rs"]
mod entries;
#[path = "../src/registering.rs"]
mod registering;
#[path = "../src/rings.rs"]
mod rings;
#[path = "../src/values.rs"]
mod values;
