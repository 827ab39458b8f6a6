//! TypeScript: the same numbers as flat, documented constants.

use std::fmt::Write;

use crate::table::{Row, Table};
use crate::HEADER;

/// `constants.ts`
pub fn constants(table: &Table) -> String {
    let mut out = format!("// {HEADER}\n");
    for kind in table.constant_kinds() {
        let _ = write!(out, "\n// {kind}\n\n");
        for row in table.of_kind(kind) {
            out.push_str(&constant(row));
        }
    }
    out
}

fn constant(row: &Row) -> String {
    let text = format!("{} {}", row.meaning, row.since_words());
    let doc = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let big = row.value.strip_prefix("0x").is_some_and(|hex| hex.len() > 8);
    let suffix = if big { "n" } else { "" };
    format!("/** {doc} */\nexport const {} = {}{suffix}\n", row.name, row.value)
}
