//! Reads `interface.tsv`, the table of the kernel's interface.
//!
//! A row is `kind, name, value, since, rust, tested, meaning`. Rows of kind `field` describe a
//! structure (`name` is `struct.field`, `value` is `type@offset`); `layout` rows name a structure
//! or a place inside one. `note` rows are items that intentionally have no code.

use std::path::Path;

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The kind of item: `setup_flag`, `opcode`, `field`, ...
    pub kind: String,
    /// The name that the kernel's headers use.
    pub name: String,
    /// The number, or `type@offset` for a field.
    pub value: String,
    /// The first Linux release that has it.
    pub since: String,
    /// The item's name in the crate.
    pub rust: String,
    /// The test that proves it.
    pub tested: String,
    /// The meaning, in one sentence.
    pub meaning: String,
}

/// One field of a structure.
#[derive(Debug)]
pub struct Field<'a> {
    /// The name.
    pub name: &'a str,
    /// The Rust type.
    pub ty: &'a str,
    /// The byte offset.
    pub offset: usize,
    /// The first Linux release that has it.
    pub since: &'a str,
}

/// The rows in the order of the file.
pub struct Table(pub Vec<Row>);

/// The kinds whose rows are not numbers.
const WITHOUT_NUMBER: [&str; 3] = ["layout", "field", "note"];

impl Row {
    /// Returns whether the row is a constant.
    pub fn is_constant(&self) -> bool {
        !WITHOUT_NUMBER.contains(&self.kind.as_str())
    }

    /// Returns the first release in words, empty if the item has none.
    pub fn since_words(&self) -> String {
        since_words(&self.since)
    }
}

/// Returns a release in words, empty for `-`.
pub fn since_words(since: &str) -> String {
    match since {
        "-" => String::new(),
        since => format!("Since Linux {since}."),
    }
}

impl Table {
    /// Returns the kinds of constants, each once, in the order of the file.
    pub fn constant_kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for row in self.0.iter().filter(|row| row.is_constant()) {
            if !kinds.contains(&row.kind.as_str()) {
                kinds.push(&row.kind);
            }
        }
        kinds
    }

    /// Returns the rows of one kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Row> {
        self.0.iter().filter(move |row| row.kind == kind)
    }

    /// Returns the structures that have fields, in the order of the file.
    pub fn structs(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in self.of_kind("field") {
            if let Some((owner, _)) = row.name.split_once('.') {
                if !names.contains(&owner) {
                    names.push(owner);
                }
            }
        }
        names
    }

    /// Returns the fields of one structure.
    pub fn fields<'a>(&'a self, owner: &str) -> Result<Vec<Field<'a>>, String> {
        let mut fields = Vec::new();
        for row in self.of_kind("field") {
            let Some((of, name)) = row.name.split_once('.') else { continue };
            if of != owner {
                continue;
            }
            let bad = || format!("{}: {} is not type@offset", row.name, row.value);
            let (ty, offset) = row.value.split_once('@').ok_or_else(bad)?;
            let offset = offset.parse().map_err(|_| bad())?;
            fields.push(Field { name, ty, offset, since: &row.since });
        }
        Ok(fields)
    }

    /// Returns the row that describes a whole structure.
    pub fn layout(&self, owner: &str) -> Option<&Row> {
        let name = format!("struct {owner}");
        self.of_kind("layout").find(|row| row.name == name)
    }
}

/// Reads the table and checks its shape.
pub fn read(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&text).map_err(|problem| format!("{}:{problem}", path.display()))
}

/// Parses the text of a table.
pub fn parse(text: &str) -> Result<Table, String> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, name, value, since, rust, tested, meaning] = cells[..] else {
            return Err(format!("{}: not seven cells", index + 1));
        };
        rows.push(Row {
            kind: kind.into(),
            name: name.into(),
            value: value.into(),
            since: since.into(),
            rust: rust.into(),
            tested: tested.into(),
            meaning: meaning.into(),
        });
    }
    Ok(Table(rows))
}
