//! Checks that no item of the kernel's interface is missing.
//!
//! `uapi.tsv` lists every item (kind, name, value, since). Each one must have a row with the same
//! name, value and release in `interface.tsv`, and that row must name the place of the item in the
//! crate.

use std::collections::HashSet;
use std::path::Path;

use crate::table::Table;

/// Fails with the names of the items that have no counterpart.
pub fn check(path: &Path, table: &Table) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut missing = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, name, value, since] = cells[..] else {
            return Err(format!("{}: bad line {line:?}", path.display()));
        };
        // A member has two rows: one describes it, and one generates the field.
        let mut rows = table.0.iter().filter(|row| row.name == name).peekable();
        if rows.peek().is_none() {
            missing.push(format!("{name} (no row)"));
        }
        for row in rows {
            if row.value != value {
                missing.push(format!("{name} ({} here, {value} in the kernel)", row.value));
            } else if row.since != since {
                missing.push(format!("{name} (since {} here, {since} in the kernel)", row.since));
            } else if row.rust.is_empty() {
                missing.push(format!("{name} (no Rust name)"));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("without a counterpart: {}", missing.join(", ")))
}

/// The values of a `tested` cell that are not names of test files.
const NOT_FILES: [&str; 5] = ["layout", "value", "unit", "-", ""];

/// Fails with the names of another list that have no row. The names are in the list's second
/// column.
pub fn check_names(list: &Path, table: &Table) -> Result<(), String> {
    let text = std::fs::read_to_string(list).map_err(|e| format!("{}: {e}", list.display()))?;
    let names = text.lines().skip(1).filter_map(|line| line.split('\t').nth(1));
    let known = |name: &str| {
        let bare = name.split(" (").next().unwrap_or(name);
        table.0.iter().any(|row| row.name == name || row.name == bare)
    };
    let missing: Vec<&str> = names.filter(|name| !known(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{} names what has no row: {}", list.display(), missing.join(", ")))
}

/// Fails with the rows whose Rust name does not occur in the crate's sources.
pub fn check_rust(sources: &Path, table: &Table) -> Result<(), String> {
    let mut text = String::new();
    read_all(sources, &mut text)?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: HashSet<&str> = text.split(|c| !is_part(c)).collect();
    let mut missing = Vec::new();
    for row in table.0.iter().filter(|row| row.rust != "none") {
        for item in row.rust.split(", ") {
            let item = item.trim_end_matches(" and its like");
            if !item.split("::").all(|part| words.contains(part)) {
                missing.push(format!("{} ({item})", row.name));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("Rust names that are not there: {}", missing.join(", ")))
}

/// Returns the text of every source below a folder, including generated ones.
fn read_all(folder: &Path, text: &mut String) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            read_all(&path, text)?;
        } else {
            text.push_str(&std::fs::read_to_string(&path).map_err(wrong)?);
        }
    }
    Ok(())
}

/// Returns the cell without text in brackets.
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

/// Fails with the rows that name a missing test.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::parse;

    const HEAD: &str = "kind\tname\tvalue\tsince\trust\ttested\tmeaning\n";

    fn table(rows: &str) -> Table {
        parse(&format!("{HEAD}{rows}")).unwrap()
    }

    /// A list of items in a file, which is removed when the value is dropped.
    struct List(std::path::PathBuf);

    impl Drop for List {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn list(name: &str, text: &str) -> List {
        let path = std::env::temp_dir().join(format!("codegen-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        List(path)
    }

    #[test]
    fn a_forgotten_item_and_a_wrong_number_are_reported() {
        let table = table("opcode\tA\t1\t5.1\topcode::A\tnop\tDoes.\n");
        let full = list("full", "kind\tname\tvalue\tsince\nopcode\tA\t1\t5.1\n");
        assert_eq!(check(&full.0, &table), Ok(()));
        let more = list("more", "kind\tname\tvalue\tsince\nopcode\tA\t2\t5.1\nopcode\tB\t3\t6.0\n");
        let problem = check(&more.0, &table).unwrap_err();
        assert!(problem.contains("A (1 here, 2 in the kernel)") && problem.contains("B (no row)"));
        assert!(check_names(&more.0, &table).unwrap_err().contains("B"));
    }

    /// Also detected if only the second row of a name is wrong.
    #[test]
    fn a_wrong_release_is_reported() {
        let table = table(
            "layout\ts.f\tu32@4\t7.1\tsys::s\tlayout\tDoes.\n\
             field\ts.f\tu32@4\t5.19\tsys::s\tlayout\t\n",
        );
        let list = list("since", "kind\tname\tvalue\tsince\nother\ts.f\tu32@4\t7.1\n");
        let problem = check(&list.0, &table).unwrap_err();
        assert_eq!(problem, "without a counterpart: s.f (since 5.19 here, 7.1 in the kernel)");
    }

    #[test]
    fn a_test_that_is_not_there_is_reported() {
        let table = table("opcode\tA\t1\t5.1\topcode::A\tno_such_test (remark)\tDoes.\n");
        let problem = check_tests(Path::new("/nowhere"), &table).unwrap_err();
        assert!(problem.contains("A (no_such_test)"), "{problem}");
    }

    #[test]
    fn a_rust_name_that_is_not_there_is_reported() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        // Assembled here, so that this file does not contain the name.
        let absent = ["No", "where"].concat();
        let table = table(&format!(
            "opcode\tA\t1\t5.1\tinventory::read_all, check\tnop\tDoes.\n\
             opcode\tB\t1\t5.1\topcode::{absent}\tnop\tDoes.\n",
        ));
        let problem = check_rust(&here, &table).unwrap_err();
        assert!(problem.contains("B (") && !problem.contains("A ("), "{problem}");
    }
}
