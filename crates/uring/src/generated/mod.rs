//! What the table in `crates/codegen` becomes: numbers and structures, never edited by hand.

#[rustfmt::skip]
mod constants;
#[allow(non_camel_case_types)]
#[rustfmt::skip]
mod structs;

pub use constants::*;
pub use structs::*;
