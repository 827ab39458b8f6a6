//! Writes Rust: the constants, and the structures with their layout asserted at compile time.

use std::fmt::Write;

use crate::table::{Row, Table};
use crate::HEADER;

/// Returns `constants.rs`.
pub fn constants(table: &Table) -> String {
    let mut out = format!("// {HEADER}\n\n//! The numbers of the kernel's interface.\n");
    for kind in table.constant_kinds() {
        let _ = write!(out, "\n// {kind}\n\n");
        for row in table.of_kind(kind) {
            out.push_str(&constant(row));
        }
    }
    out
}

fn constant(row: &Row) -> String {
    let mut text = String::new();
    for line in wrap(&format!("{} {}", row.meaning, row.since_words()), 96) {
        let _ = writeln!(text, "{}", format!("/// {line}").trim_end());
    }
    let ty = rust_type(&row.value);
    let _ = writeln!(text, "pub const {}: {ty} = {};", row.name, digits(&row.value));
    text
}

/// Adds underscores to long hexadecimal numbers, as clippy requires.
pub fn digits(value: &str) -> String {
    let Some(hex) = value.strip_prefix("0x") else { return value.to_string() };
    if hex.len() <= 5 {
        return value.to_string();
    }
    let mut grouped = String::new();
    for (index, digit) in hex.chars().enumerate() {
        if index > 0 && (hex.len() - index) % 4 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    format!("0x{grouped}")
}

fn rust_type(value: &str) -> &'static str {
    match value.strip_prefix("0x") {
        Some(hex) if hex.len() > 8 => "u64",
        None if value.starts_with('-') => "i32",
        _ => "u32",
    }
}

/// Returns `structs.rs`.
pub fn structs(table: &Table) -> Result<String, String> {
    let mut out = format!("// {HEADER}\n\n//! The structures of the kernel's interface.\n");
    for name in table.structs() {
        out.push_str(&structure(table, name)?);
    }
    Ok(out)
}

fn structure(table: &Table, name: &str) -> Result<String, String> {
    let layout = table.layout(name).ok_or(format!("{name}: no layout row"))?;
    let size = layout.value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let size: String = size.chars().take_while(char::is_ascii_digit).collect();
    let mut out = String::from("\n");
    for line in wrap(&format!("{} {}", layout.meaning, layout.since_words()), 96) {
        let _ = writeln!(out, "/// {line}");
    }
    out.push_str("#[repr(C)]\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]\n");
    let _ = writeln!(out, "pub struct {name} {{");
    for field in table.fields(name)? {
        // A member that is newer than its structure states its release.
        let since = match field.since == layout.since {
            true => String::new(),
            false => format!(" Since Linux {}.", field.since),
        };
        let _ = writeln!(out, "    /// Byte {}.{since}", field.offset);
        let _ = writeln!(out, "    pub {}: {},", field.name, field.ty);
    }
    out.push_str("}\n\nconst _: () = {\n");
    let _ = writeln!(out, "    assert!(core::mem::size_of::<{name}>() == {size});");
    for field in table.fields(name)? {
        let at = format!("core::mem::offset_of!({name}, {})", field.name);
        let _ = writeln!(out, "    assert!({at} == {});", field.offset);
    }
    out.push_str("};\n");
    Ok(out)
}

/// Breaks a text into lines of at most `width` characters.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one line is always there");
        if !line.is_empty() && line.len() + 1 + word.len() > width {
            lines.push(word.to_string());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
