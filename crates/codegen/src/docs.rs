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
    let _ = write!(out, "\n## structures and places inside them\n\n{HEAD}");
    for row in table.of_kind("layout") {
        line(&mut out, row);
    }
    let _ = write!(out, "\n## deliberately without code\n\n{HEAD}");
    for row in table.of_kind("note") {
        line(&mut out, row);
    }
    out
}

const INTRODUCTION: &str = "# The interface, item by item

Every number and structure of io_uring that this project knows, through Linux 7.2 and the 7.3 merge
window. \"Rust\" says where the `uring` crate offers the item (`sys::` holds the plain numbers and
structures); the same names are exported to JavaScript from `constants`. \"Tested\" names the test
file of `crates/uring/tests` that exercises it (most are in `kernel/`); `layout` means that size and
offsets are asserted when the crate is compiled, `unit` a unit test, `value` that there is nothing
to run: where the kernel's header on the machine knows the number, `values` compares it.
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
