//! The operations: each moves what it uses into a slot and queues an entry.
//!
//! Owns the encoding. Promises that an entry points only at memory of its own slot, and names a
//! file that its slot keeps open. Never enters the kernel. Proven by `tests/kernel/owned.rs`.

use std::ops::{Bound, RangeBounds};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;

use super::buffer::Held;
use super::slots::{Kind, Operation};
use super::{Buffer, Handle, Ring, Token};
use crate::types::{Fd, Timespec};
use crate::{opcode, squeue};

/// The longest transfer whose length the result can tell.
const MOST: usize = i32::MAX as usize;

impl<B: Buffer> Ring<B> {
    /// Reads at `offset` of a file into the whole buffer, see `pread(2)`.
    ///
    /// The completion's result is the number of bytes, which lie at the buffer's beginning; it is
    /// short at the end of the file and can be short anywhere. Errors: EISDIR, EBADF for a file
    /// that is not open for reading, EINVAL, EIO. For pipes and the like the offset is ignored.
    pub fn read(&mut self, file: &Arc<impl Handle>, buffer: B, offset: u64) -> Token {
        self.read_range(file, buffer, .., offset)
    }

    /// [`read`](Self::read) into a part of the buffer: the way to go on after a short read.
    ///
    /// # Panics
    ///
    /// Where the range does not lie in the buffer, as slicing does.
    pub fn read_range(
        &mut self,
        file: &Arc<impl Handle>,
        buffer: B,
        range: impl RangeBounds<usize>,
        offset: u64,
    ) -> Token {
        self.transfer(file, buffer, range, |fd, at, len| {
            opcode::Read::new(fd, at, len).offset(offset).build()
        })
    }

    /// Writes the whole buffer at `offset` of a file, see `pwrite(2)`.
    ///
    /// The completion's result is the number of bytes, which can be short. Errors: EBADF for a file
    /// that is not open for writing, ENOSPC, EDQUOT, EFBIG, EIO, EPIPE.
    pub fn write(&mut self, file: &Arc<impl Handle>, buffer: B, offset: u64) -> Token {
        self.write_range(file, buffer, .., offset)
    }

    /// [`write`](Self::write) of a part of the buffer: the way to go on after a short write.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join(format!("uring-owned-{}", std::process::id()));
    /// # let file = std::sync::Arc::new(std::fs::File::create(&path)?);
    /// # std::fs::remove_file(&path)?;
    /// let mut ring = uring::owned::Ring::new(8)?;
    /// let mut done = 0;
    /// ring.write(&file, b"all of this".to_vec(), 0);
    /// while let Some(write) = ring.wait()? {
    ///     done += write.result? as usize;
    ///     let buffer = write.buffer.expect("a write has one");
    ///     if done < buffer.len() {
    ///         ring.write_range(&file, buffer, done.., done as u64);
    ///     }
    /// }
    /// assert_eq!(file.metadata()?.len(), 11);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Where the range does not lie in the buffer, as slicing does.
    pub fn write_range(
        &mut self,
        file: &Arc<impl Handle>,
        buffer: B,
        range: impl RangeBounds<usize>,
        offset: u64,
    ) -> Token {
        self.transfer(file, buffer, range, |fd, at, len| {
            opcode::Write::new(fd, at, len).offset(offset).build()
        })
    }

    /// Receives from a socket into the whole buffer, see `recv(2)`.
    ///
    /// The completion's result is the number of bytes, 0 when the peer has finished sending.
    /// Errors: ECONNRESET, ENOTCONN, ENOTSOCK.
    pub fn recv(&mut self, socket: &Arc<impl Handle>, buffer: B) -> Token {
        self.recv_range(socket, buffer, ..)
    }

    /// [`recv`](Self::recv) into a part of the buffer.
    ///
    /// # Panics
    ///
    /// Where the range does not lie in the buffer, as slicing does.
    pub fn recv_range(
        &mut self,
        socket: &Arc<impl Handle>,
        buffer: B,
        range: impl RangeBounds<usize>,
    ) -> Token {
        self.transfer(socket, buffer, range, |fd, at, len| opcode::Recv::new(fd, at, len).build())
    }

    /// Sends the whole buffer on a connected socket, see `send(2)`. Without SIGPIPE.
    ///
    /// The completion's result is the number of bytes, which can be short. Errors: EPIPE,
    /// ECONNRESET, ENOTCONN, ENOTSOCK, EMSGSIZE.
    pub fn send(&mut self, socket: &Arc<impl Handle>, buffer: B) -> Token {
        self.send_range(socket, buffer, ..)
    }

    /// [`send`](Self::send) of a part of the buffer: the way to go on after a short send.
    ///
    /// # Panics
    ///
    /// Where the range does not lie in the buffer, as slicing does.
    pub fn send_range(
        &mut self,
        socket: &Arc<impl Handle>,
        buffer: B,
        range: impl RangeBounds<usize>,
    ) -> Token {
        self.transfer(socket, buffer, range, |fd, at, len| {
            opcode::Send::new(fd, at, len).flags(libc::MSG_NOSIGNAL).build()
        })
    }

    /// Accepts a connection on a listening socket, see `accept4(2)`. The connection is
    /// [`accepted`](super::Completion::accepted), close-on-exec.
    ///
    /// Errors: ECONNABORTED, EMFILE, ENFILE, EINVAL for a socket that does not listen.
    ///
    /// ```
    /// use std::{net::{TcpListener, TcpStream}, sync::Arc};
    ///
    /// let mut ring = uring::owned::Ring::<Vec<u8>>::new(8)?;
    /// let listener = Arc::new(TcpListener::bind("127.0.0.1:0")?);
    /// let mut client = TcpStream::connect(listener.local_addr()?)?;
    /// ring.accept(&listener);
    /// let accepted = ring.wait()?.expect("the accept").accepted.expect("a connection");
    /// let server = Arc::new(TcpStream::from(accepted));
    /// ring.send(&server, b"hello".to_vec());
    /// assert_eq!(ring.wait()?.expect("the send").result?, 5);
    /// std::io::Read::read_exact(&mut client, &mut [0; 5])?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn accept(&mut self, listener: &Arc<impl Handle>) -> Token {
        let fd = Fd(listener.as_fd().as_raw_fd());
        // Without memory for the peer's address, for which a socket can be asked later.
        let accept = opcode::Accept::new(fd, std::ptr::null_mut(), std::ptr::null_mut());
        let mut operation = Operation::new(Kind::Accept);
        operation.file = Some(Arc::clone(listener) as _);
        self.start(operation, accept.flags(libc::SOCK_CLOEXEC).build())
    }

    /// Writes a file's data and metadata to the storage, see `fsync(2)`. Start it when the writes
    /// that it is meant for have completed: operations of one ring do not wait for each other.
    ///
    /// Errors: EIO, ENOSPC, EDQUOT, EINVAL for a file that cannot be synchronised.
    pub fn fsync(&mut self, file: &Arc<impl Handle>) -> Token {
        let fd = Fd(file.as_fd().as_raw_fd());
        let mut operation = Operation::new(Kind::Count);
        operation.file = Some(Arc::clone(file) as _);
        self.start(operation, opcode::Fsync::new(fd).build())
    }

    /// Completes after a time, on the monotonic clock. The completion's result is 0, or ECANCELED.
    pub fn timeout(&mut self, after: Duration) -> Token {
        let mut time = Held::new(Box::new(Timespec::from(after)));
        let at: *const Timespec = &raw const **time.get_mut();
        let mut operation = Operation::new(Kind::Timeout);
        operation.time = Some(time);
        self.start(operation, opcode::Timeout::new(at).build())
    }

    /// Moves a buffer into a slot and makes the entry that points at a part of it.
    fn transfer(
        &mut self,
        file: &Arc<impl Handle>,
        mut buffer: B,
        range: impl RangeBounds<usize>,
        entry: impl FnOnce(Fd, *mut u8, u32) -> squeue::Entry,
    ) -> Token {
        let fd = Fd(file.as_fd().as_raw_fd());
        let (from, to) = bounds(range, buffer.memory().len());
        let mut buffer = Held::new(buffer);
        let memory = buffer.get_mut().memory();
        // SAFETY: `from` is at most the length, which is that of the first call.
        let at = unsafe { memory.cast::<u8>().add(from) };
        let entry = entry(fd, at, (to - from).min(MOST) as u32);
        let mut operation = Operation::new(Kind::Count);
        operation.buffer = Some(buffer);
        operation.file = Some(Arc::clone(file) as _);
        self.start(operation, entry)
    }
}

/// A range in numbers, checked as slicing checks it.
fn bounds(range: impl RangeBounds<usize>, len: usize) -> (usize, usize) {
    let from = match range.start_bound() {
        Bound::Included(from) => *from,
        Bound::Excluded(from) => from.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let to = match range.end_bound() {
        Bound::Included(to) => to.saturating_add(1),
        Bound::Excluded(to) => *to,
        Bound::Unbounded => len,
    };
    assert!(from <= to && to <= len, "the range {from}..{to} does not lie in {len} bytes");
    (from, to)
}
