//! Resizing with every pair of entry sizes: queued entries and unread completions are kept, and
//! later entries run in the slots that this process has written.

use super::common::*;
use uring::{cqueue, opcode, squeue, IoUring};

/// Waits for NOPs that were pushed, and returns the user data and the result of each one.
fn finish<S, C>(ring: &mut IoUring<S, C>, count: usize) -> Vec<(u64, i32)>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    assert_eq!(ring.submit_and_wait(count).unwrap(), count);
    read(ring)
}

fn read<S, C>(ring: &mut IoUring<S, C>) -> Vec<(u64, i32)>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    let entries = ring.completion().map(Into::<cqueue::Entry>::into);
    entries.map(|done| (done.user_data(), done.result())).collect()
}

/// Queues NOPs whose results are their numbers.
fn queue<S, C>(ring: &mut IoUring<S, C>, numbers: std::ops::Range<u64>)
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    for number in numbers {
        let nop = opcode::Nop::new().nop_flags(uring::sys::IORING_NOP_INJECT_RESULT);
        let entry = nop.result(number as i32).build().user_data(number);
        // SAFETY: a NOP points at nothing.
        unsafe { ring.submission().push(&entry.into()) }.unwrap();
    }
}

fn expected(numbers: std::ops::Range<u64>) -> Vec<(u64, i32)> {
    numbers.map(|number| (number, number as i32)).collect()
}

/// Grows and shrinks a ring with `unread` completions and `queued` entries, from every position of
/// both queues.
fn resize_from_everywhere<S, C>(index_array: bool)
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    for passed in 0..9 {
        let mut builder = IoUring::<S, C>::builder();
        builder.setup_single_issuer().setup_defer_taskrun();
        if !index_array {
            builder.setup_no_sqarray();
        }
        let mut ring = builder.build(4).unwrap();
        for number in 0..passed {
            queue(&mut ring, number..number + 1);
            assert_eq!(finish(&mut ring, 1), expected(number..number + 1));
        }
        let mut next = passed;
        for (sq_entries, cq_entries) in [(8, 64), (4, 0), (64, 128), (4, 8), (256, 512)] {
            queue(&mut ring, next..next + 3);
            assert_eq!(ring.submit_and_wait(3).unwrap(), 3);
            queue(&mut ring, next + 3..next + 6);
            ring.resize(sq_entries, cq_entries).unwrap();
            assert_eq!(read(&mut ring), expected(next..next + 3), "unread ones, {sq_entries}");
            let queued = finish(&mut ring, 3);
            assert_eq!(queued, expected(next + 3..next + 6), "queued ones, {sq_entries}");
            next += 6;
            // More entries than slots, so that every slot of the new memory is used.
            for _ in 0..5 {
                let many = u64::from(sq_entries).min(4 + passed);
                queue(&mut ring, next..next + many);
                assert_eq!(finish(&mut ring, many as usize), expected(next..next + many));
                next += many;
            }
        }
    }
}

macro_rules! sizes {
    ($($name:ident: $sqe:ty, $cqe:ty;)*) => {$(
        #[test]
        fn $name() {
            if !needs(concat!("resize_sizes::", stringify!($name)), 6, 13) {
                return;
            }
            resize_from_everywhere::<$sqe, $cqe>(true);
            resize_from_everywhere::<$sqe, $cqe>(false);
        }
    )*};
}

sizes! {
    entries_of_64_and_16_bytes: squeue::Entry, cqueue::Entry;
    entries_of_64_and_32_bytes: squeue::Entry, cqueue::Entry32;
    entries_of_128_and_16_bytes: squeue::Entry128, cqueue::Entry;
    entries_of_128_and_32_bytes: squeue::Entry128, cqueue::Entry32;
}
