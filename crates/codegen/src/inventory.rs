//! Checks that no item of the kernel's interface has been forgotten.
//!
//! `uapi.tsv` lists every item (kind, name, value, since). Each one must have a row of the same
//! name and value in `interface.tsv`, and that row must say where the crate offers the item.

use std::path::Path;

use crate::table::Table;

/// Fails with the names of the items that have no counterpart.
pub fn check(path: &Path, table: &Table) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut missing = Vec::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(_), Some(name), Some(value)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(format!("{}: bad line {line:?}", path.display()));
        };
        match table.0.iter().find(|row| row.name == name) {
            None => missing.push(format!("{name} (no row)")),
            Some(row) if row.value != value => {
                missing.push(format!("{name} ({} here, {value} in the kernel)", row.value));
            }
            Some(row) if row.rust.is_empty() => missing.push(format!("{name} (no Rust name)")),
            Some(_) => {}
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("without a counterpart: {}", missing.join(", ")))
}

/// What a `tested` cell may say besides the name of a test file.
const NOT_FILES: [&str; 6] = ["layout", "value", "unit", "-", "kernel matrix", ""];

/// The cell without what it says in brackets.
fn without_remarks(cell: &str) -> String {
    let mut depth = 0;
    let outside = |c: &char| {
        depth += i32::from(*c == '(');
        let keep = depth == 0;
        depth -= i32::from(*c == ')');
        keep
    };
    cell.chars().filter(outside).collect()
}

/// Fails with the rows that name a test which is not there.
pub fn check_tests(tests: &Path, table: &Table) -> Result<(), String> {
    let mut missing = Vec::new();
    for row in &table.0 {
        for word in without_remarks(&row.tested).split([',', ';']) {
            let word = word.trim();
            let file = |folder: &str| tests.join(folder).join(format!("{word}.rs")).exists();
            if !NOT_FILES.contains(&word) && !file("kernel") && !file(".") {
                missing.push(format!("{} ({word})", row.name));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("named tests that are not there: {}", missing.join(", ")))
}
