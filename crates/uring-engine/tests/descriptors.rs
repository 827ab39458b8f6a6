//! A file of its own: a process of its own, in which nobody else opens descriptors.

mod real;

use real::{pipe, Bench, Bytes};
use std::os::fd::AsRawFd;
use std::time::Duration;
use uring::opcode;
use uring::types::Fd;
use uring_engine::{Encoded, Marks};

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("procfs").count()
}

/// R35, R97: rings that are opened, used, drained and dropped leave no descriptor behind.
#[test]
fn r35_two_hundred_rings_leave_no_descriptor() {
    let (empty, _keep) = pipe();
    let before = open_descriptors();
    for _ in 0..200 {
        let mut bench = Bench::new(8, None, 9);
        for slot in 0..8 {
            let mut buffer = Bytes::new(8);
            let read = opcode::Read::new(Fd(empty.as_raw_fd()), buffer.pointer(), 8).build();
            bench.stage(slot, Marks::NONE, Encoded::with(read, buffer));
        }
        bench.stage(8, Marks::NONE, Encoded::bare(opcode::Nop::new().build()));
        bench.turn(usize::MAX);
        assert_eq!(bench.result(8), 0);
        assert!(bench.drain(Some(Duration::from_secs(10))));
    }
    assert_eq!(open_descriptors(), before);
}
