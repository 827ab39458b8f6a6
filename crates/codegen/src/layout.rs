//! Reads `layout.tsv`, the memory that the facade and the addon share.
//!
//! A row is `kind, name, value, meaning`:
//!
//! - `request`: a field of the request, sixteen 32-bit words per slot; the value is `type@byte`.
//! - `mark`, `extra`, `flush`: bits of the request's marks, of a result row's last word, and of the
//!   value that a flush returns.
//! - `row`: the word of a result row.
//! - `size`: a number.
//! - `output`, `input`, `hidden`: a place in a slot's memory, `bytes@offset`, that an operation can
//!   name as the source of an address. The kernel writes an `output` and JavaScript reads it.
//!   JavaScript writes an `input`. The addon writes a `hidden` place, which JavaScript never sees.

use std::path::Path;

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Item {
    /// The kind of the row.
    pub kind: String,
    /// The name, as a constant or a field.
    pub name: String,
    /// The number, `type@byte` or `bytes@offset`.
    pub value: String,
    /// The meaning, in one sentence.
    pub meaning: String,
}

/// A field of the request or a place in slot memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// The type of a field, the size of a place.
    pub ty: &'a str,
    /// The first byte.
    pub offset: usize,
}

/// The kinds whose value is a place.
const PLACES: [&str; 4] = ["request", "output", "input", "hidden"];

/// The kinds whose value is a number, with the prefix of their constants.
pub const NUMBERS: [(&str, &str); 6] = [
    ("mark", "MARK_"),
    ("queue", "QUEUE_"),
    ("row", "ROW_"),
    ("extra", "EXTRA_"),
    ("flush", "FLUSH_"),
    ("size", ""),
];

/// The rows in the order of the file.
#[derive(Debug)]
pub struct Layout(pub Vec<Item>);

impl Item {
    /// Returns the place that a row describes.
    pub fn place(&self) -> Result<Place<'_>, String> {
        let bad = || format!("{}: {} is not a place", self.name, self.value);
        let (ty, offset) = self.value.split_once('@').ok_or_else(bad)?;
        Ok(Place { ty, offset: offset.parse().map_err(|_| bad())? })
    }

    /// Returns the size of a field's type or of a place in slot memory, in bytes.
    pub fn bytes(&self) -> Result<usize, String> {
        let ty = self.place()?.ty;
        match ty {
            "u8" => Ok(1),
            "u16" => Ok(2),
            "u32" | "i32" => Ok(4),
            "u64" => Ok(8),
            _ => ty.parse().map_err(|_| format!("{}: {ty} has no size", self.name)),
        }
    }
}

impl Layout {
    /// Returns the rows of one kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Item> {
        self.0.iter().filter(move |item| item.kind == kind)
    }

    /// Returns the place in slot memory that operations call `name`.
    pub fn memory(&self, name: &str) -> Option<&Item> {
        let memory = |item: &&Item| matches!(item.kind.as_str(), "output" | "input" | "hidden");
        self.0.iter().filter(memory).find(|item| item.name.to_lowercase() == name)
    }

    /// Returns a number of kind `size`.
    fn size(&self, name: &str) -> Result<usize, String> {
        let item = self.of_kind("size").find(|item| item.name == name);
        item.and_then(|item| item.value.parse().ok()).ok_or(format!("{name}: no such size"))
    }

    /// Checks that fields are contiguous, and that places lie inside their part of the slot.
    fn check(&self) -> Result<(), String> {
        let mut next = 0;
        for field in self.of_kind("request") {
            if field.place()?.offset != next {
                return Err(format!("{}: does not begin at byte {next}", field.name));
            }
            next += field.bytes()?;
        }
        if next != 64 {
            return Err(format!("a request has {next} bytes, not 64"));
        }
        for (kind, size) in
            [("output", "VISIBLE_BYTES"), ("input", "VISIBLE_BYTES"), ("hidden", "HIDDEN_BYTES")]
        {
            let size = self.size(size)?;
            for item in self.of_kind(kind) {
                if item.place()?.offset + item.bytes()? > size {
                    return Err(format!("{}: does not fit into {size} bytes", item.name));
                }
            }
        }
        Ok(())
    }
}

/// Reads the table and checks it.
pub fn read(path: &Path) -> Result<Layout, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))
}

/// Parses the text of a table.
pub fn parse(text: &str) -> Result<Layout, String> {
    let mut items = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, name, value, meaning] = cells[..] else {
            return Err(format!("not four cells: {line:?}"));
        };
        if !PLACES.contains(&kind) && !NUMBERS.iter().any(|(known, _)| *known == kind) {
            return Err(format!("{kind}: no such kind"));
        }
        items.push(Item {
            kind: kind.into(),
            name: name.into(),
            value: value.into(),
            meaning: meaning.into(),
        });
    }
    let layout = Layout(items);
    layout.check()?;
    Ok(layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../layout.tsv");

    fn changed(from: &str, to: &str) -> String {
        assert!(TABLE.contains(from), "{from:?} is not in the table");
        parse(&TABLE.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn a_gap_in_the_request_is_refused() {
        assert_eq!(changed("i32@4", "i32@8"), "fd: does not begin at byte 4");
        assert_eq!(changed("u64@40", "u32@40"), "marks: does not begin at byte 44");
    }

    #[test]
    fn memory_outside_of_the_slot_is_refused() {
        assert_eq!(changed("256@0", "256@8"), "STATX: does not fit into 256 bytes");
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        assert_eq!(changed("\nmark\t", "\nmask\t"), "mask: no such kind");
    }
}
