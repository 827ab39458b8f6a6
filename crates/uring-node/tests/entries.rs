//! What reaches an entry from a request, by the table of operations: every operation, every word.
//!
//! The addon can only be loaded by Node, so the modules under test are compiled into this test.

#![allow(dead_code)]

#[path = "../src/generated/mod.rs"]
mod generated;
#[path = "../src/operation.rs"]
mod operation;

use generated::layout::Request;
use generated::operations::OPERATIONS;
use operation::{Addresses, Operation, Shape};
use uring::squeue::Entry;

const TABLE: &str = include_str!("../../codegen/operations.tsv");
const INTERFACE: &str = include_str!("../../codegen/interface.tsv");

/// Name, first byte and width of the entry's fields, in the order of the table's columns. From
/// struct io_uring_sqe, not from the code under test.
const FIELDS: [(&str, usize, usize); 9] = [
    ("ioprio", 2, 2),
    ("fd", 4, 4),
    ("off", 8, 8),
    ("addr", 16, 8),
    ("len", 24, 4),
    ("op_flags", 28, 4),
    ("buf_index", 40, 2),
    ("file_index", 44, 4),
    ("addr3", 48, 8),
];

/// Where a request has the field that begins at this byte of an entry: it has no user_data.
fn in_request(start: usize) -> usize {
    if start < 32 {
        start
    } else {
        start - 8
    }
}

/// Addresses that no mask and no poisoned number can be mistaken for.
const ADDRESSES: Addresses = Addresses {
    addr: 0x0000_7a11_2233_4400,
    off: 0x0000_7b55_6677_8800,
    addr3: 0x0000_7c99_aabb_cc00,
    count: 77,
};

fn bytes_of(entry: &Entry) -> [u8; 64] {
    // SAFETY: an entry is the kernel's structure, 64 bytes without padding.
    unsafe { std::mem::transmute_copy(entry) }
}

fn field(entry: &Entry, name: &str) -> u64 {
    let (_, start, width) = FIELDS.into_iter().find(|(each, ..)| *each == name).unwrap();
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(&bytes_of(entry)[start..start + width]);
    u64::from_le_bytes(bytes)
}

/// A request all of whose bits are set, for the operation with this code.
fn poisoned(code: u8) -> Request {
    // SAFETY: any bit pattern is a request.
    let mut request: Request = unsafe { std::mem::transmute([0xff_u8; 64]) };
    request.opcode = code;
    request
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// The addresses that the encoder finds for a row with these cells.
fn found(cells: &[&str]) -> Addresses {
    let made = |index: usize, address: u64| {
        let number = cells[index] == "0" || cells[index].starts_with(['=', 'n']);
        if number {
            0
        } else {
            address
        }
    };
    Addresses {
        addr: made(3, ADDRESSES.addr),
        off: made(2, ADDRESSES.off),
        addr3: made(8, ADDRESSES.addr3),
        count: if cells[4] == "count" { ADDRESSES.count } else { 0 },
    }
}

/// The entry of a request, which the short way of a plain operation makes the same.
fn entry_of(operation: &Operation, request: &Request, addresses: Addresses) -> Entry {
    let entry = operation.entry(request, addresses);
    if matches!(operation.shape, Shape::Numbers | Shape::Buffer) {
        let plain = operation.plain_entry(request, addresses.addr);
        assert_eq!(bytes_of(&plain), bytes_of(&entry), "opcode {}", entry.get_opcode());
    }
    entry
}

/// What a cell of the table lets through of a field whose bits are all set.
fn expected(cell: &str, name: &str, width: usize) -> u64 {
    let all = u64::MAX >> (64 - 8 * width);
    if cell == "0" {
        return 0;
    }
    if let Some(constant) = cell.strip_prefix('=') {
        return number(constant);
    }
    if let Some(rest) = cell.strip_prefix("number") {
        let (mask, set) = rest.split_once('|').unwrap_or((rest, "0"));
        let keep = mask.strip_prefix('&').map_or(all, number);
        return keep | number(set);
    }
    match (cell, name) {
        ("bytes", _) => all,
        ("count", _) => u64::from(ADDRESSES.count),
        (_, "addr") => ADDRESSES.addr,
        (_, "off") => ADDRESSES.off,
        (_, "addr3") => ADDRESSES.addr3,
        _ => panic!("{cell} in {name}"),
    }
}

/// A row of the table.
struct Row {
    name: &'static str,
    opcode: u8,
    code: u8,
    traits: &'static str,
    cells: Vec<&'static str>,
}

impl Row {
    fn operation(&self) -> &'static Operation {
        &OPERATIONS[usize::from(self.code)]
    }
}

/// The number of an opcode, from the table of the interface.
fn opcode(name: &str) -> u8 {
    let wanted = format!("opcode\tIORING_OP_{name}\t");
    let row = INTERFACE.lines().find_map(|row| row.strip_prefix(wanted.as_str())).unwrap();
    row.split('\t').next().unwrap().parse().unwrap()
}

/// The rows of the table. The first with an opcode has it as its code.
fn rows() -> Vec<Row> {
    let mut next = INTERFACE.lines().filter(|line| line.starts_with("opcode\t")).count() as u8;
    let mut rows: Vec<Row> = Vec::new();
    for line in TABLE.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let opcode = opcode(cells[1]);
        let mut code = opcode;
        if rows.iter().any(|row| row.opcode == opcode) {
            code = next;
            next += 1;
        }
        let (name, traits, cells) = (cells[0], cells[4], cells[6..].to_vec());
        rows.push(Row { name, opcode, code, traits, cells });
    }
    rows
}

#[test]
fn no_number_of_javascript_reaches_a_word_that_is_not_its_own() {
    let mut seen = 0;
    for row in rows() {
        let Row { name, code, ref cells, .. } = row;
        let entry = entry_of(row.operation(), &poisoned(code), found(cells));
        for (cell, (word, _, width)) in cells.iter().zip(FIELDS) {
            let wanted = expected(cell, word, width);
            assert_eq!(field(&entry, word), wanted, "{name}: {word} is {cell}");
        }
        seen += 1;
    }
    assert!(seen >= 15, "{seen} rows");
}

#[test]
fn a_bit_outside_of_a_numbers_mask_is_refused_and_no_other() {
    let mut masks = 0;
    for row in rows() {
        for (cell, (word, start, width)) in row.cells.iter().zip(FIELDS) {
            let mask = cell.strip_prefix("number&");
            let mask = mask.map(|rest| number(rest.split('|').next().unwrap()));
            masks += usize::from(mask.is_some());
            for bit in 0..8 * width {
                let mut bytes = [0_u8; 64];
                bytes[in_request(start) + bit / 8] = 1 << (bit % 8);
                // SAFETY: any bit pattern is a request.
                let mut request: Request = unsafe { std::mem::transmute(bytes) };
                request.opcode = row.code;
                let refused = mask.is_some_and(|mask| mask & 1 << bit == 0);
                let Row { name, .. } = row;
                assert_eq!(row.operation().refuses(&request), refused, "{name}: {word}, bit {bit}");
            }
        }
        let checked = row.operation().shape == Shape::Other;
        assert!(checked || row.operation().refuse == [0; 6], "{}: never asked", row.name);
    }
    assert!(masks > 0, "there is a mask to test");
}

#[test]
fn the_rest_of_an_entry_is_the_operations_and_the_engines() {
    for row in rows() {
        let Row { name, opcode, code, traits, ref cells } = row;
        let bytes = bytes_of(&entry_of(row.operation(), &poisoned(code), found(cells)));
        assert_eq!(bytes[0], opcode, "{name}: the opcode");
        // IOSQE_FIXED_FILE and IOSQE_ASYNC; no link, no barrier, no silent success
        let provided = if traits.contains("provided") { 0x20 } else { 0 };
        assert_eq!(bytes[1], 0x11 | provided, "{name}: the flags");
        assert_eq!(bytes[32..40], [0; 8], "{name}: user_data");
        assert_eq!(bytes[42..44], [0xff; 2], "{name}: personality");
        assert_eq!(bytes[56..64], [0; 8], "{name}: the last word");
    }
}

#[test]
fn a_request_of_zeros_makes_an_entry_of_the_opcode_and_the_constants() {
    for row in rows() {
        let Row { name, code, traits, ref cells, .. } = row;
        let request = Request { opcode: code, ..Request::default() };
        let entry = entry_of(row.operation(), &request, Addresses::default());
        for (cell, (word, ..)) in cells.iter().zip(FIELDS) {
            let set = cell.strip_prefix('=').or(cell.split_once('|').map(|(_, set)| set));
            assert_eq!(field(&entry, word), set.map_or(0, number), "{name}: {word}");
        }
        assert_eq!(bytes_of(&entry)[1] != 0, traits.contains("provided"), "{name}");
    }
}

#[test]
fn a_code_without_an_operation_is_known_as_such() {
    let known: Vec<u8> = rows().iter().map(|row| row.code).collect();
    for (code, operation) in OPERATIONS.iter().enumerate() {
        let unknown = operation.shape == Shape::Unknown;
        assert_eq!(unknown, !known.contains(&(code as u8)), "code {code}");
    }
}
