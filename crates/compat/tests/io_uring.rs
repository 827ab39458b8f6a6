//! The same program, built with the real `io-uring` crate, which proves that it is a program for
//! that crate.

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
