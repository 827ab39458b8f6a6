//! What the tables in `crates/codegen` become, never edited by hand. The facade has the same in
//! `src/generated`.

#[allow(dead_code)] // what only the facade uses
#[rustfmt::skip]
pub mod layout;
#[rustfmt::skip]
pub mod operations;
