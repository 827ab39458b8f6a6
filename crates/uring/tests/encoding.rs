//! Encoding: for every operation that the `io-uring` crate has as well, random arguments produce
//! the same bytes.
//!
//! Detects a value in the wrong member of a union, which a test on the kernel detects only if the
//! value matters. The seed is fixed, so that a failure can be repeated.

#![allow(missing_docs)]

use std::os::raw::{c_char, c_void};

/// A small random generator. It must be repeatable, and need not be good.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn pointer<T>(&mut self) -> *mut T {
        self.next() as usize as *mut T
    }
}

const ROUNDS: usize = 500;

fn bytes<T, const N: usize>(entry: &T) -> [u8; N] {
    assert_eq!(size_of::<T>(), N);
    // SAFETY: entries are plain bytes without padding.
    unsafe { std::ptr::from_ref(entry).cast::<[u8; N]>().read() }
}

/// Builds the same entry with both crates and compares the bytes.
macro_rules! same {
    ($size:literal: $name:ident($($arg:expr),*) $(.$set:ident($value:expr))*) => {{
        let ours: [u8; $size] = {
            #[allow(unused_imports)]
            use uring::{opcode, types};
            bytes(&opcode::$name::new($($arg),*)$(.$set($value))*.build())
        };
        let theirs: [u8; $size] = {
            #[allow(unused_imports)]
            use io_uring::{opcode, types};
            bytes(&opcode::$name::new($($arg),*)$(.$set($value))*.build())
        };
        assert_eq!(ours, theirs, stringify!($name));
        assert_eq!(uring::opcode::$name::CODE, io_uring::opcode::$name::CODE);
    }};
    ($name:ident $($rest:tt)*) => { same!(64: $name $($rest)*) };
}

#[test]
fn reads_and_writes() {
    let r = &mut Random(1);
    for _ in 0..ROUNDS {
        let (fd, len, offset, prio) = (r.next() as i32, r.next() as u32, r.next(), r.next() as u16);
        let (index, flags, stream) = (r.next() as u16, r.next() as i32, r.next() as u8);
        let buf: *mut u8 = r.pointer();
        let iov: *const libc::iovec = r.pointer();
        same!(Read(types::Fd(fd), buf, len)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .buf_group(index));
        same!(Read(types::Fixed(fd as u32), buf, len).offset(offset));
        same!(Write(types::Fd(fd), buf, len)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .write_stream(stream));
        same!(Write(types::Fixed(fd as u32), buf, len).offset(offset));
        same!(Readv(types::Fd(fd), iov, len)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .buf_group(index));
        same!(Readv(types::Fixed(fd as u32), iov, len));
        same!(Writev(types::Fd(fd), iov, len)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .write_stream(stream));
        same!(Writev(types::Fixed(fd as u32), iov, len));
        same!(ReadFixed(types::Fd(fd), buf, len, index)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags));
        same!(ReadFixed(types::Fixed(fd as u32), buf, len, index));
        same!(WriteFixed(types::Fd(fd), buf, len, index)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .write_stream(stream));
        same!(WriteFixed(types::Fixed(fd as u32), buf, len, index));
        same!(ReadvFixed(types::Fd(fd), iov, len, index)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags));
        same!(ReadvFixed(types::Fixed(fd as u32), iov, len, index));
        same!(WritevFixed(types::Fd(fd), iov, len, index)
            .offset(offset)
            .ioprio(prio)
            .rw_flags(flags)
            .write_stream(stream));
        same!(WritevFixed(types::Fixed(fd as u32), iov, len, index));
        same!(ReadMulti(types::Fd(fd), len, index).offset(offset));
        same!(ReadMulti(types::Fixed(fd as u32), len, index));
    }
}

#[test]
fn files() {
    let r = &mut Random(2);
    for _ in 0..ROUNDS {
        let (fd, len, offset) = (r.next() as i32, r.next() as u32, r.next());
        let (mode, advice, fds) = (r.next() as i32, r.next() as i32, r.pointer::<i32>());
        let slot = (r.next() as u32) >> 1;
        same!(Fsync(types::Fd(fd)).offset(offset).len(len).flags(types::FsyncFlags::DATASYNC));
        same!(Fsync(types::Fixed(slot)));
        same!(SyncFileRange(types::Fd(fd), len).offset(offset).flags(mode as u32));
        same!(SyncFileRange(types::Fixed(slot), len));
        same!(Fallocate(types::Fd(fd), offset).offset(u64::from(len)).mode(mode));
        same!(Fallocate(types::Fixed(slot), offset));
        same!(Ftruncate(types::Fd(fd), offset));
        same!(Ftruncate(types::Fixed(slot), offset));
        same!(Fadvise(types::Fd(fd), offset as i64, advice).offset(u64::from(len)));
        same!(Fadvise(types::Fixed(slot), offset as i64, advice));
        same!(Close(types::Fd(fd)));
        same!(Close(types::Fixed(slot)));
        same!(FilesUpdate(fds.cast_const(), len).offset(mode));
        same!(FixedFdInstall(types::Fixed(slot), len));
        let address: *const c_void = r.pointer();
        same!(Madvise(address, offset as i64, advice));
    }
}

#[test]
fn paths() {
    let r = &mut Random(3);
    for _ in 0..ROUNDS {
        let (fd, other, flags) = (r.next() as i32, r.next() as i32, r.next() as i32);
        let (path, to): (*const c_char, *const c_char) = (r.pointer(), r.pointer());
        let (mask, mode, how) = (r.next() as u32, r.next() as u32, r.next() as usize);
        let slot = (r.next() as u32) >> 1;
        same!(OpenAt(types::Fd(fd), path).flags(flags).mode(mode));
        same!(OpenAt(types::Fd(fd), path)
            .file_index(Some(types::DestinationSlot::try_from_slot_target(slot).unwrap())));
        same!(OpenAt(types::Fd(fd), path).file_index(Some(types::DestinationSlot::auto_target())));
        same!(OpenAt2(types::Fd(fd), path, how as *const types::OpenHow)
            .file_index(Some(types::DestinationSlot::auto_target())));
        same!(Statx(types::Fd(fd), path, how as *mut types::statx).flags(flags).mask(mask));
        same!(RenameAt(types::Fd(fd), path, types::Fd(other), to).flags(mask));
        same!(UnlinkAt(types::Fd(fd), path).flags(flags));
        same!(MkDirAt(types::Fd(fd), path).mode(mode));
        same!(SymlinkAt(types::Fd(fd), path, to));
        same!(LinkAt(types::Fd(fd), path, types::Fd(other), to).flags(flags));
        same!(GetXattr(path, how as *mut c_void, to, mask));
        same!(SetXattr(path, how as *const c_void, to, mask).flags(flags));
        same!(FGetXattr(types::Fd(fd), path, how as *mut c_void, mask));
        same!(FGetXattr(types::Fixed(slot), path, how as *mut c_void, mask));
        same!(FSetXattr(types::Fd(fd), path, how as *const c_void, mask).flags(flags));
        same!(FSetXattr(types::Fixed(slot), path, how as *const c_void, mask));
    }
}

#[test]
fn timeouts_polls_and_cancels() {
    let r = &mut Random(4);
    for _ in 0..ROUNDS {
        let (data, count, time) = (r.next(), r.next() as u32, r.next() as usize);
        let (fd, slot) = (r.next() as i32, r.next() as u32);
        same!(Timeout(time as *const types::Timespec)
            .count(count)
            .flags(types::TimeoutFlags::ABS | types::TimeoutFlags::BOOTTIME));
        same!(TimeoutRemove(data));
        same!(TimeoutUpdate(data, time as *const types::Timespec)
            .flags(types::TimeoutFlags::LINK_TIMEOUT_UPDATE));
        same!(LinkTimeout(time as *const types::Timespec).flags(types::TimeoutFlags::REALTIME));
        same!(PollAdd(types::Fd(fd), count).multi(true));
        same!(PollAdd(types::Fixed(slot), count));
        same!(PollRemove(data));
        same!(AsyncCancel(data));
        same!(AsyncCancel2(types::CancelBuilder::any()));
        same!(AsyncCancel2(types::CancelBuilder::user_data(data).all()));
        same!(AsyncCancel2(types::CancelBuilder::user_data(data)));
        same!(AsyncCancel2(types::CancelBuilder::fd(types::Fd(fd))));
        same!(AsyncCancel2(types::CancelBuilder::fd(types::Fixed(slot)).all()));
        same!(EpollCtl(
            types::Fd(fd),
            types::Fd(slot as i32),
            count as i32,
            time as *const types::epoll_event
        ));
        same!(EpollCtl(
            types::Fixed(slot),
            types::Fd(fd),
            count as i32,
            time as *const types::epoll_event
        ));
        same!(EpollWait(types::Fd(fd), time as *mut types::epoll_event, count).flags(slot));
        same!(EpollWait(types::Fixed(slot), time as *mut types::epoll_event, count));
    }
}

#[test]
fn sockets() {
    let r = &mut Random(5);
    for _ in 0..ROUNDS {
        let (fd, flags, kind) = (r.next() as i32, r.next() as i32, r.next() as i32);
        let (slot, len, group) = ((r.next() as u32) >> 1, r.next() as u32, r.next() as u16);
        let addr: *mut libc::sockaddr = r.pointer();
        let addrlen: *mut libc::socklen_t = r.pointer();
        same!(Socket(fd, kind, flags)
            .flags(kind)
            .file_index(Some(types::DestinationSlot::auto_target())));
        same!(Bind(types::Fd(fd), addr.cast_const(), len));
        same!(Bind(types::Fixed(slot), addr.cast_const(), len));
        same!(Listen(types::Fd(fd), kind));
        same!(Listen(types::Fixed(slot), kind));
        same!(Connect(types::Fd(fd), addr.cast_const(), len));
        same!(Connect(types::Fixed(slot), addr.cast_const(), len));
        same!(Accept(types::Fd(fd), addr, addrlen)
            .flags(flags)
            .file_index(Some(types::DestinationSlot::try_from_slot_target(slot).unwrap())));
        same!(Accept(types::Fixed(slot), addr, addrlen));
        same!(AcceptMulti(types::Fd(fd)).flags(flags).allocate_file_index(true));
        same!(AcceptMulti(types::Fixed(slot)));
        same!(Shutdown(types::Fd(fd), kind));
        same!(Shutdown(types::Fixed(slot), kind));
        let opt: *const c_void = r.pointer();
        same!(SetSockOpt(types::Fd(fd), len, slot, opt, len).flags(flags as u32));
        same!(SetSockOpt(types::Fixed(slot), len, slot, opt, len));
        same!(GetSockOpt(types::Fd(fd), len, slot, opt.cast_mut(), len).flags(flags as u32));
        same!(GetSockOpt(types::Fixed(slot), len, slot, opt.cast_mut(), len));
        same!(RecvZc(types::Fd(fd), len).ifq(slot).ioprio(group));
        same!(RecvZc(types::Fixed(slot), len));
    }
}

#[test]
fn sending_and_receiving() {
    let r = &mut Random(6);
    for _ in 0..ROUNDS {
        let (fd, slot, len) = (r.next() as i32, r.next() as u32, r.next() as u32);
        let (prio, group, flags) = (r.next() as u16, r.next() as u16, r.next() as i32);
        let buf: *mut u8 = r.pointer();
        let addr: *const libc::sockaddr = r.pointer();
        let msg: *mut libc::msghdr = r.pointer();
        let bits = flags as u32;
        same!(Send(types::Fd(fd), buf, len)
            .ioprio(prio)
            .flags(flags)
            .dest_addr(addr)
            .dest_addr_len(len));
        same!(Send(types::Fixed(slot), buf, len));
        same!(Send(types::Fd(fd), buf, len).buf_group(group));
        same!(SendBundle(types::Fd(fd), group).flags(flags).len(len));
        same!(SendBundle(types::Fixed(slot), group));
        same!(SendZc(types::Fd(fd), buf, len)
            .buf_index(Some(group))
            .dest_addr(addr)
            .dest_addr_len(len)
            .flags(flags)
            .zc_flags(prio));
        same!(SendZc(types::Fixed(slot), buf, len));
        same!(SendMsg(types::Fd(fd), msg.cast_const()).ioprio(prio).flags(bits));
        same!(SendMsg(types::Fixed(slot), msg.cast_const()));
        same!(SendMsgZc(types::Fd(fd), msg.cast_const()).ioprio(prio).flags(bits));
        same!(SendMsgZc(types::Fixed(slot), msg.cast_const()));
        same!(SendMsgZc(types::Fd(fd), msg.cast_const()).ioprio(prio).buf_index(Some(group)));
        same!(Recv(types::Fd(fd), buf, len).ioprio(prio).flags(flags).buf_group(group));
        same!(Recv(types::Fixed(slot), buf, len));
        same!(RecvMulti(types::Fd(fd), group).flags(flags).len(len));
        same!(RecvMulti(types::Fixed(slot), group));
        same!(RecvBundle(types::Fd(fd), group).flags(flags));
        same!(RecvBundle(types::Fixed(slot), group));
        same!(RecvMultiBundle(types::Fd(fd), group).flags(flags));
        same!(RecvMultiBundle(types::Fixed(slot), group));
        same!(RecvMsg(types::Fd(fd), msg).ioprio(prio).flags(bits).buf_group(group));
        same!(RecvMsg(types::Fixed(slot), msg));
        same!(RecvMsgMulti(types::Fd(fd), msg.cast_const(), group).ioprio(prio).flags(bits));
        same!(RecvMsgMulti(types::Fixed(slot), msg.cast_const(), group));
    }
}

#[test]
fn pipes_buffers_messages_and_waits() {
    let r = &mut Random(7);
    for _ in 0..ROUNDS {
        let (fd, slot, len, flags) =
            (r.next() as i32, (r.next() as u32) >> 1, r.next() as u32, r.next() as u32);
        let (from, to, data) = (r.next() as i64, r.next() as i64, r.next());
        let (group, bid, nr) = (r.next() as u16, r.next() as u16, r.next() as u16);
        same!(Splice(types::Fd(fd), from, types::Fixed(slot), to, len).flags(flags));
        same!(Splice(types::Fixed(slot), from, types::Fd(fd), to, len).flags(flags));
        same!(Tee(types::Fd(fd), types::Fixed(slot), len).flags(flags));
        same!(Tee(types::Fixed(slot), types::Fd(fd), len).flags(flags));
        let memory: *mut u8 = r.pointer();
        let ends: *mut i32 = r.pointer();
        same!(Pipe(ends).flags(flags).file_index(Some(types::DestinationSlot::auto_target())));
        same!(ProvideBuffers(memory, fd, nr, group, bid));
        same!(RemoveBuffers(nr, group));
        same!(MsgRingData(types::Fd(fd), fd, data, Some(len)).opcode_flags(flags));
        same!(MsgRingData(types::Fd(fd), fd, data, None));
        same!(MsgRingSendFd(
            types::Fd(fd),
            types::Fixed(slot),
            types::DestinationSlot::try_from_slot_target(slot).unwrap(),
            data
        )
        .opcode_flags(flags));
        let word: *const u32 = r.pointer();
        same!(FutexWait(word, data, from as u64, len).flags(flags));
        same!(FutexWake(word, data, from as u64, len).flags(flags));
        same!(FutexWaitV(data as usize as *const types::FutexWaitV, len).flags(flags));
        same!(WaitId(libc::P_PID, len, fd)
            .infop(data as usize as *const libc::siginfo_t)
            .flags(flags));
        same!(Nop());
    }
}

#[test]
fn commands() {
    let r = &mut Random(8);
    for _ in 0..ROUNDS {
        let (fd, slot, op) = (r.next() as i32, r.next() as u32, r.next() as u32);
        let (addr, index) = (r.next(), r.next() as u16);
        let cmd: [u8; 16] = std::array::from_fn(|_| r.next() as u8);
        let big: [u8; 80] = std::array::from_fn(|_| r.next() as u8);
        same!(UringCmd16(types::Fd(fd), op).cmd(cmd).addr(Some(addr)).buf_index(Some(index)));
        same!(UringCmd16(types::Fixed(slot), op).cmd(cmd));
        same!(128: UringCmd80(types::Fd(fd), op).cmd(big).addr(Some(addr)).buf_index(Some(index)));
        same!(128: UringCmd80(types::Fixed(slot), op).cmd(big));
    }
}

/// Settings of the entry itself.
#[test]
fn entry_setters() {
    let r = &mut Random(9);
    for _ in 0..ROUNDS {
        let (data, personality, bits) = (r.next(), r.next() as u16, r.next() as u8);
        let ours = uring::opcode::Nop::new()
            .build()
            .user_data(data)
            .personality(personality)
            .flags(uring::squeue::Flags::from_bits_truncate(bits));
        let theirs = io_uring::opcode::Nop::new()
            .build()
            .user_data(data)
            .personality(personality)
            .flags(io_uring::squeue::Flags::from_bits_truncate(bits));
        assert_eq!(bytes::<_, 64>(&ours), bytes::<_, 64>(&theirs));
    }
}

/// Without the flag for registered files, the kernel would read from the descriptor with the same
/// number.
#[test]
fn a_repeated_read_keeps_the_flag_of_a_registered_slot() {
    let ours = uring::opcode::ReadMulti::new(uring::types::Fixed(3), 0, 9).build();
    let flags = uring::squeue::Flags::FIXED_FILE | uring::squeue::Flags::BUFFER_SELECT;
    assert_eq!(ours.get_flags(), flags);
}
