//! Tests of the columns: what they can express, and what they refuse.

use super::*;

const LAYOUT: &str = include_str!("../layout.tsv");
const INTERFACE: &str = include_str!("../interface.tsv");
const OPERATIONS: &str = include_str!("../operations.tsv");
/// Every operation that fits into an entry of 64 bytes. The addon does not have most of them yet.
const EVERY_OPCODE: &str = include_str!("../fixtures/every_opcode.tsv");

/// The places in slot memory that those operations need.
const PLACES: &str = "output\tPEER\t128@0\tAn address.
output\tPEERLENGTH\t4@128\tThe length of that address.
input\tSOCKADDR\t128@0\tAn address.
input\tOPENHOW\t24@0\tstruct open_how.
input\tEPOLLEVENT\t12@0\tstruct epoll_event.
output\tEVENTS\t192@0\tstruct epoll_event[16].
output\tSIGINFO\t128@0\tsiginfo_t.
input\tFDS\t128@0\tDescriptors.
output\tPIPEFDS\t8@0\tTwo descriptors.
output\tOPTION\t128@0\tThe value of a socket option.
input\tOPTIONVALUE\t128@0\tThe value of a socket option.
hidden\tMSGHDR\t256@0\tstruct msghdr and its iovecs.
hidden\tFUTEXV\t256@0\tstruct futex_waitv[8].
hidden\tWORD\t0@0\tThe caller's word itself.
";

/// Opcodes without a row of their own, with the reason.
const WITHOUT: [(&str, &str); 4] = [
    ("IORING_OP_LINK_TIMEOUT", "made by the engine, for time limits"),
    ("IORING_OP_PROVIDE_BUFFERS", "the kernel keeps the memory after the operation is over"),
    ("IORING_OP_NOP128", "needs entries of 128 bytes"),
    ("IORING_OP_URING_CMD128", "needs entries of 128 bytes"),
];

fn tables() -> (Table, Layout) {
    let layout = crate::layout::parse(&format!("{LAYOUT}{PLACES}")).unwrap();
    (crate::table::parse(INTERFACE).unwrap(), layout)
}

#[test]
fn every_opcode_can_be_expressed() {
    let (table, layout) = tables();
    let operations = parse(EVERY_OPCODE, &table, &layout).unwrap();
    for row in table.of_kind("opcode") {
        let expressed = operations.iter().any(|operation| operation.opcode_name == row.name);
        let without = WITHOUT.iter().any(|(name, _)| *name == row.name);
        assert!(expressed != without, "{}", row.name);
    }
    assert!(crate::emit_operations::rust(&operations, &layout).is_ok());
    for (index, one) in operations.iter().enumerate() {
        for other in &operations[..index] {
            assert_ne!(one.code, other.code, "{} and {}", one.name, other.name);
        }
    }
}

#[test]
fn the_operations_that_are_offered_agree_with_those_that_could_be() {
    let (table, layout) = tables();
    let every = parse(EVERY_OPCODE, &table, &layout).unwrap();
    for operation in parse(OPERATIONS, &table, &layout).unwrap() {
        let same = every.iter().find(|other| other.name == operation.name).unwrap();
        let kind = |name: &str| same.memory(name) == operation.memory(name);
        assert!(ADDRESSES.into_iter().all(kind), "{}", operation.name);
        assert_eq!((same.opcode, same.result), (operation.opcode, operation.result));
    }
}

/// Returns the problem with a table whose row of `name` has `to` instead of `from`.
fn changed(name: &str, from: &str, to: &str) -> String {
    let (table, layout) = tables();
    let line = EVERY_OPCODE.lines().find(|line| line.starts_with(&format!("{name}\t"))).unwrap();
    assert!(line.contains(from), "{from:?} is not in {line:?}");
    let text = EVERY_OPCODE.replacen(line, &line.replacen(from, to, 1), 1);
    parse(&text, &table, &layout).unwrap_err()
}

#[test]
fn what_an_entry_cannot_be_is_refused() {
    let cases = [
        ("read", "\tREAD\t", "\tLEAD\t", "read: IORING_OP_LEAD is not in interface.tsv"),
        ("read", "\tbytes\t", "\tnumber\t", "read: len is bytes if there is a view, and only then"),
        ("readv", "\tcount\tnum", "\tnumber\tnum", "readv: len is count if there are views"),
        ("read", "\tview\t", "\tsteam\t", "read: addr: steam is no source"),
        ("close", "\tnumber\t", "\tview\t", "close: fd cannot be an address"),
        ("statx", "\tpath\t", "\tpeer\t", "statx: peer overlaps another place"),
        ("openat", "0\t0\t0", "0\tnumber\t0", "openat: a direct descriptor is an index"),
        ("read", "\tbuffer\t", "\t-\t", "read: the buffer has no name"),
        ("nop", "\t-\t0", "\tbuffer\t0", "nop: an argument without memory"),
        (
            "read",
            "\tmoves\t",
            "\tprovided\t",
            "read: the buffer is either the caller's or a provided one",
        ),
        ("read", "\tmoves\t", "\tmoved\t", "read: moved: no such trait"),
        ("read", "\tcount\t", "\tbytes\t", "read: bytes: no such result"),
        ("recv", "number&0x1\t", "number&0x10000\t", "recv: ioprio: 0x10000 has more than 16 bits"),
        ("readv", "readv\t", "nop\t", "nop: twice"),
    ];
    for (name, from, to, problem) in cases {
        assert_eq!(changed(name, from, to), problem);
    }
}
