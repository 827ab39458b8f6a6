//! Reads `linux.tsv`: the constants of Linux that operations take and that are not io_uring's own,
//! such as `O_DIRECT` and `RWF_DSYNC`. They are generated only for JavaScript. Rust has them from
//! `libc`. `__test__/constants.spec.ts` compares every value with the system's headers.

use std::collections::HashSet;
use std::path::Path;

use crate::table::Table;

/// One constant.
#[derive(Debug)]
pub struct Constant {
    /// The group: `open_flag`, `rwf`, ...
    pub kind: String,
    /// The name in C.
    pub name: String,
    /// The value on x64.
    pub value: String,
    /// The value on arm64, empty if it is the same.
    pub arm64: String,
    /// The first Linux release that has it, `-` if that is older than 2.6.
    pub since: String,
    /// The meaning, in one sentence.
    pub meaning: String,
}

/// Reads the table. Fails for a name that occurs twice, or in the interface's table as well.
pub fn read(path: &Path, interface: &Table) -> Result<Vec<Constant>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&text, interface).map_err(|problem| format!("{}:{problem}", path.display()))
}

fn parse(text: &str, interface: &Table) -> Result<Vec<Constant>, String> {
    let mut names: HashSet<&str> = interface.0.iter().map(|row| row.name.as_str()).collect();
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, name, value, arm64, since, _header, meaning] = cells[..] else {
            return Err(format!("{}: not seven cells", index + 1));
        };
        if !names.insert(name) {
            return Err(format!("{}: {name} is there twice", index + 1));
        }
        rows.push(Constant {
            kind: kind.into(),
            name: name.into(),
            value: value.into(),
            arm64: arm64.into(),
            since: since.into(),
            meaning: meaning.into(),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_there_twice_is_reported() {
        let interface = Table(Vec::new());
        let rows = "head\nrwf\tA\t0x1\t\t4.6\tfcntl.h\tDoes.\nrwf\tA\t0x2\t\t4.6\tfcntl.h\tDoes.\n";
        assert_eq!(parse(rows, &interface).unwrap_err(), "3: A is there twice");
    }
}
