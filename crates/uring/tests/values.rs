//! The constants have the values of this machine's kernel header.
//!
//! Detects mistakes in the table. Headers are often older than the table: constants that they lack
//! are counted and not compared.

#![allow(missing_docs)]

#[path = "kernel/skip.rs"]
mod skip;

use std::collections::HashMap;

const HEADER: &str = "/usr/include/linux/io_uring.h";

/// `1U << 3`, `(1UL << 3)`, `0x10ULL`, `7`, or another name.
fn value(text: &str, known: &HashMap<String, u64>) -> Option<u64> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    if let Some((base, shift)) = text.split_once("<<") {
        return Some(value(base, known)? << value(shift, known)?);
    }
    if let Some((one, other)) = text.split_once('|') {
        return Some(value(one, known)? | value(other, known)?);
    }
    let digits = text.trim_end_matches(['U', 'L']);
    match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok().or_else(|| known.get(text).copied()),
    }
}

/// Returns every `#define` and every enumerator of a header.
fn names(header: &str) -> HashMap<String, u64> {
    let mut known = HashMap::new();
    let mut next = None;
    for line in header.lines() {
        let line = line.split("/*").next().unwrap_or_default().trim();
        if let Some(rest) = line.strip_prefix("#define") {
            let mut words = rest.trim().splitn(2, char::is_whitespace);
            let (Some(name), Some(text)) = (words.next(), words.next()) else { continue };
            if let Some(number) = value(text, &known) {
                known.insert(name.to_string(), number);
            }
        } else if line.starts_with("enum") {
            next = Some(0);
        } else if line.starts_with('}') {
            next = None;
        } else if let Some(number) = next {
            let item = line.trim_end_matches(',');
            let (name, number) = match item.split_once('=') {
                Some((name, text)) => (name.trim(), value(text, &known).unwrap_or(number)),
                None => (item, number),
            };
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                known.insert(name.to_string(), number);
                next = Some(number + 1);
            }
        }
    }
    known
}

/// Returns every `pub const` of the generated file.
fn ours() -> Vec<(String, u64)> {
    let text = include_str!("../src/generated/constants.rs");
    let constants = text.lines().filter_map(|line| line.strip_prefix("pub const "));
    let parsed = constants.filter_map(|rest| {
        let (name, rest) = rest.split_once(':')?;
        let number = rest.split_once("= ")?.1.trim_end_matches(';').replace('_', "");
        Some((name.to_string(), value(&number, &HashMap::new())?))
    });
    parsed.collect()
}

#[test]
fn numbers_agree_with_the_header() {
    let ours = ours();
    assert!(ours.len() > 300, "the table was not read: {}", ours.len());
    let Ok(header) = std::fs::read_to_string(HEADER) else {
        skip::skip("values::numbers_agree_with_the_header", &format!("{HEADER} is not there"));
        return;
    };
    let theirs = names(&header);
    // The last value of an enumeration changes with each release.
    let ends = ["_LAST", "_MAX"];
    let mut compared = 0;
    for (name, number) in ours {
        if ends.iter().any(|end| name.ends_with(end)) || name == "IORING_URING_CMD_MASK" {
            continue;
        }
        if let Some(expected) = theirs.get(&name) {
            assert_eq!(number, *expected, "{name}");
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} compared");
}

/// A ring and its helpers can move to another thread.
#[test]
fn rings_and_their_helpers_belong_to_no_thread() {
    fn movable<T: Send + Sync>() {}
    movable::<uring::IoUring>();
    movable::<uring::LocalRing>();
    movable::<uring::register::BufRing>();
    movable::<uring::register::BufGroup>();
    movable::<uring::register::WaitRegion>();
    movable::<uring::register::Zcrx>();
}
