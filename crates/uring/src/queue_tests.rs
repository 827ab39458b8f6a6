//! Tests of the queues on plain memory, without a kernel: counters that wrap at 2^32, entries of
//! two sizes, rewinding queues and moves to another size.

use crate::fake::FakeRing;
use crate::sys::{self, io_uring_cqe};
use crate::{cqueue, opcode, squeue, CompletionQueue, SubmissionQueue};
use proptest::prelude::*;

fn nop(user_data: u64) -> squeue::Entry {
    opcode::Nop::new().build().user_data(user_data)
}

fn nop_128(user_data: u64) -> squeue::Entry128 {
    opcode::Nop128::new().build().user_data(user_data)
}

fn cqe(user_data: u64, flags: u32) -> io_uring_cqe {
    io_uring_cqe { user_data, res: 0, flags }
}

#[test]
fn submissions_pass_the_end_of_the_counter() {
    let ring = FakeRing::new(4, 0, u32::MAX - 2);
    for batch in 0..5u64 {
        let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
        for user_data in batch * 4..batch * 4 + 4 {
            // SAFETY: a NOP points at nothing.
            unsafe { sq.push(&nop(user_data)) }.unwrap();
        }
        assert!(sq.is_full());
        // SAFETY: a NOP points at nothing.
        unsafe { sq.push(&nop(0)) }.unwrap_err();
        drop(sq);
        assert_eq!(ring.sq.len(), 4);
        for user_data in batch * 4..batch * 4 + 4 {
            assert_eq!(ring.take().unwrap().get_user_data(), user_data);
        }
        assert!(ring.take().is_none());
    }
}

#[test]
fn completions_pass_the_end_of_the_counter() {
    let ring = FakeRing::new(4, 0, u32::MAX - 5);
    for batch in 0..5u64 {
        for user_data in batch * 4..batch * 4 + 4 {
            ring.post(cqe(user_data, 0));
        }
        let mut cq: CompletionQueue<'_> = CompletionQueue::new(&ring.cq);
        assert!(cq.is_full());
        assert_eq!(cq.len(), 4);
        for user_data in batch * 4..batch * 4 + 4 {
            assert_eq!(cq.next().unwrap().user_data(), user_data);
        }
        assert!(cq.next().is_none());
    }
    assert_eq!(ring.room(), 4);
}

#[test]
fn big_submissions_never_start_in_the_last_slot() {
    for start in [0, 1, 2, 3, u32::MAX - 1, u32::MAX] {
        let ring = FakeRing::new(4, sys::IORING_SETUP_SQE_MIXED, start);
        let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
        let mut big = nop_128(7);
        big.1 = [0xab; 64];
        // SAFETY: a NOP points at nothing.
        unsafe { sq.push_128(&big) }.unwrap();
        let filler = start & 3 == 3;
        assert_eq!(sq.len(), 2 + usize::from(filler));
        drop(sq);
        let at = start.wrapping_add(u32::from(filler));
        if filler {
            let entry = ring.slot(start);
            assert_eq!(entry.get_opcode(), sys::IORING_OP_NOP);
            assert_eq!(entry.get_flags(), squeue::Flags::SKIP_SUCCESS);
        }
        assert_eq!(ring.slot(at).get_user_data(), 7);
        assert_eq!(ring.slot(at.wrapping_add(1)).as_raw().user_data, u64::MAX / 255 * 0xab);
    }
}

#[test]
fn a_big_submission_needs_room_for_its_filler() {
    let ring = FakeRing::new(4, sys::IORING_SETUP_SQE_MIXED, 2);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe {
        sq.push(&nop(0)).unwrap();
        sq.push_128(&nop_128(1)).unwrap(); // one filler, two slots
        sq.push_128(&nop_128(2)).unwrap_err();
        sq.push(&nop(3)).unwrap_err();
    }
    assert_eq!(sq.len(), 4);
}

/// The kernel would run the second half of an operation that takes one slot as an entry of its own.
#[test]
fn an_operation_of_one_slot_is_not_pushed_as_two() {
    let ring = FakeRing::new(4, sys::IORING_SETUP_SQE_MIXED, 0);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    let cmd: squeue::Entry128 = opcode::UringCmd80::new(crate::types::Fd(0), 1).build();
    // SAFETY: neither entry points at anything.
    unsafe {
        sq.push_128(&cmd).unwrap_err();
        sq.push_128(&nop(1).into()).unwrap_err();
    }
    assert!(sq.is_empty());
}

/// Returns the user data and the flags of each slot, from the position `from` on.
fn layout(ring: &FakeRing, from: u32, slots: u32) -> Vec<(u64, squeue::Flags)> {
    let slot = |ahead| ring.slot(from.wrapping_add(ahead));
    (0..slots).map(slot).map(|entry| (entry.get_user_data(), entry.get_flags())).collect()
}

/// A filler has no link flag, so it would end the chain.
#[test]
fn a_filler_stands_before_the_chain_and_not_in_it() {
    const LINK: squeue::Flags = squeue::Flags::IO_LINK;
    const HARD: squeue::Flags = squeue::Flags::IO_HARDLINK;
    let (none, skip) = (squeue::Flags::empty(), squeue::Flags::SKIP_SUCCESS);
    for start in [0, u32::MAX - 7] {
        let ring = FakeRing::new(8, sys::IORING_SETUP_SQE_MIXED, start.wrapping_add(3));
        let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
        // SAFETY: a NOP points at nothing.
        unsafe {
            sq.push(&nop(2).flags(LINK)).unwrap();
            sq.push_128(&nop_128(3).flags(HARD)).unwrap();
            sq.push(&nop(4).flags(LINK)).unwrap();
            sq.push_128(&nop_128(5)).unwrap();
        }
        assert_eq!(sq.len(), 7);
        drop(sq);
        let all = layout(&ring, start.wrapping_add(3), 7);
        let chain = [(0, skip), (2, LINK), (3, HARD), (0, none), (4, LINK), (5, none), (0, none)];
        assert_eq!(all, chain);
    }
}

/// Published entries cannot be moved, and a filler behind them would end their chain.
#[test]
fn a_chain_that_is_published_half_gets_no_filler() {
    let ring = FakeRing::new(8, sys::IORING_SETUP_SQE_MIXED, 4);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe {
        sq.push(&nop(1)).unwrap();
        sq.push(&nop(2).flags(squeue::Flags::IO_LINK)).unwrap();
        sq.sync();
        sq.push(&nop(3).flags(squeue::Flags::IO_LINK)).unwrap();
        sq.push_128(&nop_128(4)).unwrap_err();
    }
    assert_eq!((sq.len(), ring.slot(6).get_user_data()), (3, 3));
}

/// A resize copies slot by slot, which can leave the halves of a big completion at both ends of the
/// queue.
#[test]
fn a_big_completion_may_lie_across_the_end() {
    let ring = FakeRing::new(4, sys::IORING_SETUP_CQE_MIXED, 3);
    ring.post(cqe(5, sys::IORING_CQE_F_32));
    ring.post(cqe(!5, sys::IORING_CQE_F_SKIP)); // the second half
    ring.post(cqe(6, 0));
    let mut cq: CompletionQueue<'_> = CompletionQueue::new(&ring.cq);
    assert_eq!(cq.len(), 2);
    let big = cq.next_mixed().unwrap();
    assert_eq!((big.entry().user_data(), big.big_cqe().map(|big| big[0])), (5, Some(!5)));
    assert_eq!(cq.next_mixed().unwrap().entry().user_data(), 6);
    assert!(cq.next_mixed().is_none());
}

/// Simulates a submit of a rewinding queue in which the kernel takes `count` entries.
fn take(ring: &FakeRing, count: u32) {
    ring.sq.turn(ring.sq.len()).unwrap().unwrap().submitted(count);
}

/// Entries that the kernel did not take move to the front, where it reads them next.
#[test]
fn a_rewinding_queue_starts_over() {
    let flags = sys::IORING_SETUP_SQ_REWIND | sys::IORING_SETUP_NO_SQARRAY;
    let ring = FakeRing::new(4, flags, 0);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    for user_data in 0..4 {
        // SAFETY: a NOP points at nothing.
        unsafe { sq.push(&nop(user_data)) }.unwrap();
    }
    drop(sq);
    assert!(ring.take().is_none(), "the shared tail stays 0");
    take(&ring, 3);
    assert_eq!((ring.sq.len(), ring.slot(0).get_user_data()), (1, 3));
    take(&ring, 1);
    assert_eq!(ring.sq.len(), 0);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push(&nop(9)) }.unwrap();
    drop(sq);
    assert_eq!(ring.slot(0).get_user_data(), 9);
}

/// A view that outlives a submit must not publish the same entries again.
#[test]
fn a_view_of_a_rewinding_queue_follows_a_submit() {
    let flags = sys::IORING_SETUP_SQ_REWIND | sys::IORING_SETUP_NO_SQARRAY;
    let ring = FakeRing::new(4, flags, 0);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&[nop(0), nop(1)]) }.unwrap();
    sq.sync();
    take(&ring, 2);
    sq.sync();
    assert!(sq.is_empty());
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push(&nop(5)) }.unwrap();
    take(&ring, 1);
    drop(sq);
    assert_eq!((ring.sq.len(), ring.slot(0).get_user_data()), (0, 5));
}

/// With two submits at a time the kernel would take the same entries twice.
#[test]
fn a_rewinding_queue_is_submitted_by_one_thread_at_a_time() {
    let flags = sys::IORING_SETUP_SQ_REWIND | sys::IORING_SETUP_NO_SQARRAY;
    let ring = FakeRing::new(4, flags, 0);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&[nop(0), nop(1), nop(2)]) }.unwrap();
    drop(sq);
    let first = ring.sq.turn(3).unwrap().unwrap();
    let refusal = ring.sq.turn(3).map(drop).unwrap_err();
    assert_eq!(refusal.raw_os_error(), Some(libc::EBUSY));
    assert!(ring.sq.turn(0).unwrap().is_none(), "who submits nothing may enter");
    first.submitted(2);
    // A second thread counted its entries before the first one submitted them.
    assert_eq!(ring.sq.turn(3).unwrap().unwrap().count(), 1);
    assert_eq!((ring.sq.len(), ring.slot(0).get_user_data()), (1, 2));
    take(&ring, 1);
    assert_eq!(ring.sq.len(), 0);
}

/// Only this process knows how many entries a rewinding queue holds.
#[test]
fn a_rewinding_queue_moves_along_in_a_resize() {
    let flags = sys::IORING_SETUP_SQ_REWIND | sys::IORING_SETUP_NO_SQARRAY;
    let (old, new) = (FakeRing::new(8, flags, 0), FakeRing::new(4, flags, 0));
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&old.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&[nop(5), nop(6), nop(7)]) }.unwrap();
    drop(sq);
    assert!(old.sq.fits(4) && !old.sq.fits(2));
    new.sq.adopt(&old.sq);
    let moved = [0, 1, 2].map(|slot| new.slot(slot).get_user_data());
    assert_eq!((new.sq.len(), moved), (3, [5, 6, 7]));
}

/// Entries of all other queues keep their positions. The kernel copies the slots as well, some
/// kernels only half of each.
#[test]
fn queued_entries_keep_their_positions_in_a_resize() {
    let (old, new) = (FakeRing::new(8, 0, 6), FakeRing::new(4, 0, 6));
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&old.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&[nop(5), nop(6), nop(7)]) }.unwrap();
    drop(sq);
    new.sq.adopt(&old.sq);
    let moved = [6, 7, 8].map(|position| new.slot(position).get_user_data());
    assert_eq!((new.sq.len(), moved), (0, [5, 6, 7]), "the kernel has set the tail");
}

/// The kernel refuses a 128-byte entry that wraps around the end, so a resize must not create one.
#[test]
fn a_big_entry_does_not_fit_across_the_end() {
    let ring = FakeRing::new(8, sys::IORING_SETUP_SQE_MIXED, 3);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_128(&nop_128(5)) }.unwrap();
    drop(sq);
    assert!(ring.sq.fits(8) && ring.sq.fits(16) && !ring.sq.fits(4) && !ring.sq.fits(2));
    // The same slots with entries of 64 bytes.
    let ring = FakeRing::new(8, sys::IORING_SETUP_SQE_MIXED, 3);
    let mut sq: SubmissionQueue<'_> = SubmissionQueue::new(&ring.sq);
    // SAFETY: a NOP points at nothing.
    unsafe { sq.push_multiple(&[nop(1), nop(2)]) }.unwrap();
    drop(sq);
    assert!(ring.sq.fits(4));
}

/// Posts a completion as the kernel does: a big one takes two slots, after a filler if it would
/// wrap.
fn post(ring: &FakeRing, user_data: u64, big: bool) -> bool {
    let filler = big && ring.cq_tail() & ring.cq.mask == ring.cq.mask;
    let needed = 1 + u32::from(big) + u32::from(filler);
    if ring.room() < needed {
        return false;
    }
    if filler {
        ring.post(cqe(u64::MAX, sys::IORING_CQE_F_SKIP));
    }
    if big {
        ring.post(cqe(user_data, sys::IORING_CQE_F_32));
        // The second half is data, whose bits mean nothing here.
        ring.post(cqe(!user_data, sys::IORING_CQE_F_SKIP));
    } else {
        ring.post(cqe(user_data, 0));
    }
    true
}

proptest! {
    #[test]
    fn mixed_completions_arrive_once_and_in_order(
        start in prop_oneof![Just(0u32), Just(u32::MAX - 3), any::<u32>()],
        sizes in proptest::collection::vec(any::<bool>(), 1..200),
        reads in proptest::collection::vec(0usize..5, 1..50),
    ) {
        let ring = FakeRing::new(8, sys::IORING_SETUP_CQE_MIXED, start);
        let mut sizes = sizes.into_iter().enumerate().peekable();
        let mut posted = Vec::new();
        let mut expected = 0u64;
        for read in reads.into_iter().cycle().take(2000) {
            while let Some((index, big)) = sizes.peek().copied() {
                if !post(&ring, index as u64, big) {
                    break;
                }
                posted.push(big);
                sizes.next();
            }
            let mut cq: CompletionQueue<'_> = CompletionQueue::new(&ring.cq);
            prop_assert_eq!(cq.len(), posted.len() - expected as usize);
            for _ in 0..read + 1 {
                let Some(done) = cq.next_mixed() else { break };
                prop_assert_eq!(done.entry().user_data(), expected);
                let big = done.big_cqe().map(|[first, _]| *first);
                prop_assert_eq!(big, posted[expected as usize].then_some(!expected));
                expected += 1;
            }
        }
        prop_assert_eq!(expected as usize, posted.len());
        prop_assert!(sizes.peek().is_none());
    }

    /// A big entry without its second half must not lead past the end. No kernel posts one.
    #[test]
    fn any_flags_stay_inside_the_queue(words in proptest::collection::vec(any::<u32>(), 0..8)) {
        let ring = FakeRing::new(8, sys::IORING_SETUP_CQE_MIXED, 5);
        for flags in &words {
            ring.post(cqe(1, *flags));
        }
        let mut cq: CompletionQueue<'_> = CompletionQueue::new(&ring.cq);
        prop_assert!(cq.len() <= words.len());
        let seen = cq.by_ref().count();
        prop_assert!(seen <= words.len());
        drop(cq);
        prop_assert_eq!(ring.room(), 8);
    }
}

/// The same for slots of 32 bytes.
#[test]
fn big_completions_pass_the_end_of_the_counter() {
    let ring = FakeRing::new(2, sys::IORING_SETUP_CQE32, u32::MAX);
    for user_data in 0..6 {
        ring.post(cqe(user_data, 0));
        let mut cq: CompletionQueue<'_, cqueue::Entry32> = CompletionQueue::new(&ring.cq);
        assert_eq!(cq.next().unwrap().user_data(), user_data);
    }
}
