//! Writes `docs/interface.md`: every item with its value, its first release, its Rust name and its
//! test.

use std::fmt::Write;

use crate::table::{Row, Table};
use crate::HEADER;

/// Returns the page.
pub fn interface(table: &Table) -> String {
    let mut out = format!("<!-- {HEADER} -->\n\n{INTRODUCTION}");
    for kind in table.constant_kinds() {
        let _ = write!(out, "\n## {}\n\n{HEAD}", kind.replace('_', " "));
        for row in table.of_kind(kind) {
            line(&mut out, row);
        }
    }
    let _ = write!(out, "\n## structures and their members\n\n{HEAD}");
    for row in table.of_kind("layout") {
        line(&mut out, row);
    }
    let _ = write!(out, "\n## items without code\n\n{HEAD}");
    for row in table.of_kind("note") {
        line(&mut out, row);
    }
    out
}

const INTRODUCTION: &str = "# The interface, item by item

This page lists every constant and structure of io_uring, through Linux 7.2 and the merge window of 7.3.

- **Rust** is the item's name in the `uring` crate. `sys` contains all constants and structures under
  their names in C. In JavaScript, `constants` has the constants.
- **tested** is the test file in `crates/uring/tests` that uses the item (most are in `kernel/`).
  `layout` means that size and offsets are asserted at compile time, `unit` means a unit test, and
  `value` means that there is nothing to run: `values` compares the constant with the machine's kernel
  header, if that defines it.
";

const HEAD: &str = "| item | value | since | Rust | tested | meaning |\n\
                    | --- | --- | --- | --- | --- | --- |\n";

fn line(out: &mut String, row: &Row) {
    let cell = |text: &str| text.replace('|', "\\|");
    let rust = if row.rust.is_empty() { String::new() } else { format!("`{}`", row.rust) };
    let _ = writeln!(
        out,
        "| `{}` | {} | {} | {} | {} | {} |",
        row.name,
        cell(&row.value),
        row.since,
        cell(&rust),
        cell(&row.tested),
        cell(&row.meaning)
    );
}
