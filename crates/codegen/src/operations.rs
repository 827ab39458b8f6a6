//! Reads `operations.tsv`: the source of each word of an operation's submission entry.
//!
//! One row per operation. `name` is its name in JavaScript, `opcode` the kernel's without
//! `IORING_OP_`, `since` the first release (`-`: the opcode's own). `result` is the meaning of a
//! result that is not negative: a `count`, a `descriptor`, the `index` of a direct descriptor, or
//! `nothing`. `traits`: `moves` (transfers its bytes inside the submit), `repeats` (multishot),
//! `notifies` (zero-copy, with a second completion), `provided` (takes its buffer from a group).
//! `argument` is the name of the caller's memory in error messages.
//!
//! The remaining columns are the words of the entry. Each cell is the source of one word:
//!
//! | cell | the word is |
//! | --- | --- |
//! | `0` | zero, whatever JavaScript wrote |
//! | `=N` | N |
//! | `number` | what JavaScript wrote into the same word of the request |
//! | `number&M`, `number\|B`, `number&M\|B` | the same with the bits B set; other bits than M are refused (EINVAL) |
//! | `view` | the address of the operation's buffer, or of a registered one |
//! | `views` | the address of an array of iovecs, for the operation's buffers |
//! | `path` | the address of a string with a terminating NUL |
//! | `token` | the token of the operation in the slot that the request's `addr` names |
//! | `bytes` | (only `len`) what JavaScript wrote, which must be the length of the `view` |
//! | `count` | (only `len`) the number of iovecs |
//! | a name of `layout.tsv` | the address of that place in the slot's memory |
//!
//! An operation with several values (`view`, `views`, `path`) has them in an array, in the order
//! addr, off, addr3. `personality` and the flags IOSQE_FIXED_FILE and IOSQE_ASYNC are numbers of
//! every operation; `user_data` and links are the engine's.
//!
//! A second row with the same opcode is a variant of its own (a multishot receive, one command of
//! URING_CMD). JavaScript names an operation by its row's code, which is the opcode for the first
//! row and a number beyond all opcodes for the others.

use std::path::Path;

use crate::layout::Layout;
use crate::table::Table;

/// The source of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// JavaScript's number under a mask, with additional bits. Zero and constants have an empty
    /// mask.
    Number { keep: u64, set: u64 },
    /// An address or a token, by its name.
    Memory(String),
    /// The length of the one view.
    Bytes,
    /// The number of iovecs.
    Count,
}

/// What a result means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A number of bytes or things.
    Count,
    /// A descriptor.
    Descriptor,
    /// The index of a direct descriptor.
    Index,
    /// Success and no more.
    Nothing,
}

/// The words of an entry that have a column: name and bits.
pub const WORDS: [(&str, u32); 9] = [
    ("ioprio", 16),
    ("fd", 32),
    ("off", 64),
    ("addr", 64),
    ("len", 32),
    ("op_flags", 32),
    ("buf_index", 16),
    ("file_index", 32),
    ("addr3", 64),
];

/// The words that can be addresses, in the order of an operation's values.
pub const ADDRESSES: [&str; 3] = ["addr", "off", "addr3"];

/// The sources that are values from JavaScript.
const VALUES: [&str; 3] = ["view", "views", "path"];

const TRAITS: [&str; 4] = ["moves", "repeats", "notifies", "provided"];

/// One row.
#[derive(Debug)]
pub struct Operation {
    /// The name in JavaScript.
    pub name: String,
    /// The number by which JavaScript names the operation.
    pub code: u32,
    /// The kernel's number.
    pub opcode: u32,
    /// The kernel's full name.
    pub opcode_name: String,
    /// The meaning of the opcode, in one sentence.
    pub meaning: String,
    /// The first Linux release.
    pub since: String,
    /// What a result means.
    pub result: Meaning,
    /// The names of its traits.
    pub traits: Vec<String>,
    /// The name of the caller's memory.
    pub argument: Option<String>,
    /// The sources, in the order of [`WORDS`].
    words: Vec<Source>,
}

impl Operation {
    /// The source of a word.
    pub fn source(&self, word: &str) -> &Source {
        let index = WORDS.iter().position(|(name, _)| *name == word);
        &self.words[index.expect("a word of WORDS")]
    }

    /// Returns the name of the memory or token that fills a word, if one does.
    pub fn memory(&self, word: &str) -> Option<&str> {
        match self.source(word) {
            Source::Memory(name) => Some(name),
            _ => None,
        }
    }

    /// Returns whether the row has a trait.
    pub fn has(&self, name: &str) -> bool {
        self.traits.iter().any(|each| each == name)
    }

    /// Returns how many of its words are addresses of `source`.
    pub fn count(&self, source: &str) -> usize {
        ADDRESSES.iter().filter(|word| self.memory(word) == Some(source)).count()
    }

    fn check(&self, layout: &Layout) -> Result<(), String> {
        let mut visible = 0..0;
        for (word, _) in WORDS {
            let Some(name) = self.memory(word) else { continue };
            if !ADDRESSES.contains(&word) {
                return Err(format!("{word} cannot be an address"));
            }
            let Some(item) = layout.memory(name) else {
                if VALUES.contains(&name) || name == "token" {
                    continue;
                }
                return Err(format!("{word}: {name} is no source"));
            };
            if item.kind == "hidden" {
                continue;
            }
            let start = item.place()?.offset;
            let place = start..start + item.bytes()?;
            if place.start < visible.end && visible.start < place.end {
                return Err(format!("{name} overlaps another place"));
            }
            visible = place;
        }
        let (view, views) = (self.count("view"), self.count("views"));
        let made = ADDRESSES.iter().filter_map(|word| self.memory(word));
        let made = made.filter_map(|name| layout.memory(name)).any(|item| item.kind == "hidden");
        let length = self.source("len");
        if view + views > 1 {
            return Err("more than one buffer".into());
        }
        if (*length == Source::Bytes) != (view == 1) {
            return Err("len is bytes if there is a view, and only then".into());
        }
        if *length == Source::Count && !made && views == 0 {
            return Err("there is nothing to count".into());
        }
        if views == 1 && *length != Source::Count {
            return Err("len is count if there are views".into());
        }
        if self.argument.is_none() && view + views == 1 {
            return Err("the buffer has no name".into());
        }
        if self.argument.is_some() && view + views == 0 && !made {
            return Err("an argument without memory".into());
        }
        if self.has("provided") && view + views > 0 {
            return Err("the buffer is either the caller's or a provided one".into());
        }
        let direct = *self.source("file_index") != ZERO;
        if self.result == Meaning::Descriptor && direct {
            return Err("a direct descriptor is an index".into());
        }
        Ok(())
    }
}

/// The source of a word that is always zero.
const ZERO: Source = Source::Number { keep: 0, set: 0 };

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("{text}: not a number"))
}

/// Parses the cell of a word with `bits` bits.
fn source(cell: &str, word: &str, bits: u32) -> Result<Source, String> {
    let all = u64::MAX >> (64 - bits);
    let fits = |value: u64| match value <= all {
        true => Ok(value),
        false => Err(format!("{word}: {value:#x} has more than {bits} bits")),
    };
    if cell == "0" {
        return Ok(ZERO);
    }
    if let Some(constant) = cell.strip_prefix('=') {
        return Ok(Source::Number { keep: 0, set: fits(number(constant)?)? });
    }
    if let Some(rest) = cell.strip_prefix("number") {
        let (mask, set) = rest.split_once('|').unwrap_or((rest, "0"));
        let keep = match mask.strip_prefix('&') {
            Some(mask) => fits(number(mask)?)?,
            None if mask.is_empty() => all,
            None => return Err(format!("{word}: {cell} is no source")),
        };
        return Ok(Source::Number { keep, set: fits(number(set)?)? });
    }
    match (cell, word) {
        ("bytes", "len") => Ok(Source::Bytes),
        ("count", "len") => Ok(Source::Count),
        _ => Ok(Source::Memory(cell.into())),
    }
}

/// Reads the table and checks it.
pub fn read(path: &Path, table: &Table, layout: &Layout) -> Result<Vec<Operation>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&text, table, layout).map_err(|problem| format!("{}: {problem}", path.display()))
}

/// Parses the text of a table.
pub fn parse(text: &str, table: &Table, layout: &Layout) -> Result<Vec<Operation>, String> {
    let mut operations: Vec<Operation> = Vec::new();
    let opcodes = table.of_kind("opcode").filter_map(|row| row.value.parse::<u32>().ok());
    let mut variant = opcodes.max().unwrap_or(0);
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let mut operation = row(&cells, table)?;
        let name = &operation.name;
        operation.check(layout).map_err(|problem| format!("{name}: {problem}"))?;
        if operations.iter().any(|other| other.name == *name) {
            return Err(format!("{name}: twice"));
        }
        if operations.iter().any(|other| other.opcode == operation.opcode) {
            variant += 1;
            operation.code = variant;
        }
        operations.push(operation);
    }
    Ok(operations)
}

fn row(cells: &[&str], table: &Table) -> Result<Operation, String> {
    let [name, opcode, since, result, traits, argument, sources @ ..] = cells else {
        return Err(format!("too few cells: {cells:?}"));
    };
    let problem = |text: String| format!("{name}: {text}");
    let opcode_name = format!("IORING_OP_{opcode}");
    let entry = table.of_kind("opcode").find(|row| row.name == opcode_name);
    let entry = entry.ok_or_else(|| problem(format!("{opcode_name} is not in interface.tsv")))?;
    let opcode = number(&entry.value).map_err(problem)? as u32;
    if sources.len() != WORDS.len() {
        return Err(problem(format!("{} words, not {}", sources.len(), WORDS.len())));
    }
    let words = sources.iter().zip(WORDS).map(|(cell, (word, bits))| source(cell, word, bits));
    let words = words.collect::<Result<Vec<Source>, String>>().map_err(problem)?;
    let result = match *result {
        "count" => Meaning::Count,
        "descriptor" => Meaning::Descriptor,
        "index" => Meaning::Index,
        "nothing" => Meaning::Nothing,
        other => return Err(problem(format!("{other}: no such result"))),
    };
    let traits: Vec<String> =
        traits.split(' ').filter(|each| *each != "-").map(String::from).collect();
    if let Some(unknown) = traits.iter().find(|each| !TRAITS.contains(&each.as_str())) {
        return Err(problem(format!("{unknown}: no such trait")));
    }
    Ok(Operation {
        name: (*name).into(),
        code: opcode,
        opcode,
        opcode_name,
        meaning: entry.meaning.clone(),
        since: if *since == "-" { entry.since.clone() } else { (*since).into() },
        result,
        traits,
        argument: (*argument != "-").then(|| (*argument).into()),
        words,
    })
}

#[cfg(test)]
#[path = "operations_tests.rs"]
mod tests;
