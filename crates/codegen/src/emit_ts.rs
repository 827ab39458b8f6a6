//! Writes TypeScript: the same constants, one by one for the package and as the object for users.

use std::fmt::Write;

use crate::linux::Constant;
use crate::table::{since_words, Row, Table};
use crate::HEADER;

/// Returns `constants.ts`: one export per constant.
pub fn constants(table: &Table) -> String {
    let mut out = format!("// {HEADER}\n");
    for kind in table.constant_kinds() {
        let _ = write!(out, "\n// {kind}\n\n");
        for row in table.of_kind(kind) {
            let (doc, value) = (doc(&row.meaning, &row.since), number(row));
            let _ = writeln!(out, "{doc}\nexport const {} = {value}", row.name);
        }
    }
    out
}

/// Returns `exported.ts`: one object, whose properties have documentation that editors show.
pub fn exported(table: &Table, linux: &[Constant]) -> String {
    let mut out = format!("// {HEADER}\n// and crates/codegen/linux.tsv.\n\n{ARM64}{OBJECT}");
    for kind in table.constant_kinds() {
        let _ = write!(out, "\n  // {kind}\n\n");
        for row in table.of_kind(kind) {
            property(&mut out, &doc(&row.meaning, &row.since), &row.name, &number(row));
        }
    }
    let mut kind = "";
    for row in linux {
        if row.kind != kind {
            let _ = write!(out, "\n  // {}\n\n", row.kind);
        }
        kind = &row.kind;
        let value = match row.arm64.as_str() {
            "" => row.value.clone(),
            arm64 => format!("arm64 ? {arm64} : {}", row.value),
        };
        property(&mut out, &doc(&row.meaning, &row.since), &row.name, &value);
    }
    out.push_str("} as const\n");
    out
}

const ARM64: &str = "const arm64 = process.arch === 'arm64'\n\n";
const OBJECT: &str = "/** Flags and numbers that operations take, under their names in C. */
export const constants = {";

fn property(out: &mut String, doc: &str, name: &str, value: &str) {
    let _ = writeln!(out, "  {doc}\n  {name}: {value},");
}

fn doc(meaning: &str, since: &str) -> String {
    let text = format!("{meaning} {}", since_words(since));
    format!("/** {} */", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns a number in JavaScript. Those of more than 32 bits are bigints.
fn number(row: &Row) -> String {
    let big = row.value.strip_prefix("0x").is_some_and(|hex| hex.len() > 8);
    format!("{}{}", row.value, if big { "n" } else { "" })
}
