//! An echo server: one multishot accept, one multishot receive per connection, one group of buffers
//! for all of them. Needs Linux 6.0.
//!
//! ```sh
//! cargo run --example echo -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```
//!
//! Received data is copied out of the group's buffer, which returns to the kernel immediately. A
//! connection has one send in flight, because two sends of one socket can be reordered. The server
//! stops receiving from a peer that does not read.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd};

use uring::register::{BufGroup, BufRingOptions};
use uring::{cqueue, opcode, squeue, types, IoUring};

const GROUP: u16 = 0;
const BUFFERS: u16 = 256;
const BUFFER_SIZE: u32 = 4096;
/// The number of bytes to send above which a connection does not receive.
const BACKLOG: usize = 256 * 1024;

/// The kind of a completion: the upper half of its user data. The lower half is the connection.
const ACCEPT: u32 = 0;
const RECEIVE: u32 = 1;
const SEND: u32 = 2;
const CANCEL: u32 = 3;

struct Connection {
    stream: TcpStream,
    /// The data that the kernel is sending, and how much of it was sent.
    sending: Vec<u8>,
    sent: usize,
    send_in_flight: bool,
    /// The data that has been received since.
    backlog: Vec<u8>,
    receiving: bool,
    /// The peer has finished, or the connection is broken.
    finished: bool,
}

struct Server<'a> {
    ring: &'a mut IoUring,
    group: &'a mut BufGroup,
    listener: &'a TcpListener,
    connections: Vec<Option<Connection>>,
    closed: usize,
}

/// Serves connections until `limit` of them were closed.
pub fn serve(listener: &TcpListener, limit: usize) -> io::Result<()> {
    let mut ring = IoUring::builder().setup_coop_taskrun().setup_single_issuer().build(256)?;
    let options = BufRingOptions::new();
    let mut group = BufGroup::register(&ring.submitter(), BUFFERS, BUFFER_SIZE, GROUP, options)?;
    let (connections, closed) = (Vec::new(), 0);
    let result =
        Server { ring: &mut ring, group: &mut group, listener, connections, closed }.run(limit);
    if cancel_all(&ring) {
        // SAFETY: it is the ring that the group was registered with, and nothing is in flight.
        unsafe { group.unregister(&ring.submitter()) }?;
    }
    result
}

/// Cancels all requests and waits until they have ended. Returns whether none is in flight any
/// more.
fn cancel_all(ring: &IoUring) -> bool {
    match ring.submitter().register_sync_cancel(None, types::CancelBuilder::any()) {
        Err(error) => error.raw_os_error() == Some(libc::ENOENT),
        Ok(()) => true,
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if !cancel_all(self.ring) {
            // The kernel may still send from these buffers.
            std::mem::forget(std::mem::take(&mut self.connections));
        }
    }
}

impl Server<'_> {
    fn run(&mut self, limit: usize) -> io::Result<()> {
        self.accept()?;
        while self.closed < limit {
            match self.ring.submit_and_wait(1) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            let done: Vec<cqueue::Entry> = self.ring.completion().collect();
            for done in done {
                let (what, at) =
                    ((done.user_data() >> 32) as u32, done.user_data() as u32 as usize);
                match what {
                    ACCEPT => self.accepted(&done)?,
                    RECEIVE => self.received(at, &done)?,
                    SEND => self.has_sent(at, done.result())?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// The memory that the entry points at must stay valid until its last completion.
    unsafe fn push(&mut self, what: u32, at: usize, entry: squeue::Entry) -> io::Result<()> {
        let entry = entry.user_data(u64::from(what) << 32 | at as u64);
        // SAFETY: the caller vouches for the entry.
        while unsafe { self.ring.submission().push(&entry) }.is_err() {
            self.ring.submit()?;
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        let accept = opcode::AcceptMulti::new(types::Fd(self.listener.as_raw_fd()));
        // SAFETY: the entry points at nothing.
        unsafe { self.push(ACCEPT, 0, accept.flags(libc::SOCK_CLOEXEC).build()) }
    }

    fn accepted(&mut self, done: &cqueue::Entry) -> io::Result<()> {
        match done.result() {
            fd @ 0.. => {
                let at = self.connections.iter().position(Option::is_none);
                let at = at.unwrap_or_else(|| {
                    self.connections.push(None);
                    self.connections.len() - 1
                });
                self.connections[at] = Some(Connection {
                    // SAFETY: the kernel has just created this descriptor for this program.
                    stream: unsafe { TcpStream::from_raw_fd(fd) },
                    sending: Vec::new(),
                    sent: 0,
                    send_in_flight: false,
                    backlog: Vec::new(),
                    receiving: false,
                    finished: false,
                });
                self.next_step(at)?;
            }
            // The completion belongs to a connection that has ended already.
            error if error == -libc::ECONNABORTED => {}
            error => return Err(io::Error::from_raw_os_error(-error)),
        }
        if cqueue::more(done.flags()) {
            Ok(())
        } else {
            self.accept()
        }
    }

    fn received(&mut self, at: usize, done: &cqueue::Entry) -> io::Result<()> {
        let Some(connection) = &mut self.connections[at] else { return Ok(()) };
        connection.receiving = cqueue::more(done.flags());
        // SAFETY: the completion is one of this group's, and each is taken once, in order.
        if let Some((_, bytes)) = unsafe { self.group.take(done.result(), done.flags()) } {
            connection.backlog.extend_from_slice(bytes);
        }
        self.group.put(done.result(), done.flags());
        // The group was empty, or the peer was too slow. Receive again later.
        let again = [-libc::ENOBUFS, -libc::ECANCELED];
        connection.finished |= done.result() <= 0 && !again.contains(&done.result());
        let too_much = connection.receiving && connection.backlog.len() > BACKLOG;
        if too_much {
            let cancel = opcode::AsyncCancel::new(u64::from(RECEIVE) << 32 | at as u64);
            // SAFETY: the entry points at nothing.
            unsafe { self.push(CANCEL, at, cancel.build()) }?;
        }
        self.next_step(at)
    }

    fn has_sent(&mut self, at: usize, result: i32) -> io::Result<()> {
        let Some(connection) = &mut self.connections[at] else { return Ok(()) };
        connection.send_in_flight = false;
        match usize::try_from(result) {
            Ok(count) => connection.sent += count,
            Err(_) => {
                // The peer has closed the connection. This also ends a receive in flight.
                connection.finished = true;
                connection.backlog.clear();
                connection.sent = connection.sending.len();
                let _ = connection.stream.shutdown(Shutdown::Both);
            }
        }
        self.next_step(at)
    }

    /// Starts the next operation of a connection: a send, a receive, or closing it.
    fn next_step(&mut self, at: usize) -> io::Result<()> {
        let Some(connection) = &mut self.connections[at] else { return Ok(()) };
        let fd = types::Fd(connection.stream.as_raw_fd());
        if !connection.send_in_flight && connection.sent == connection.sending.len() {
            connection.sent = 0;
            connection.sending.clear();
            std::mem::swap(&mut connection.sending, &mut connection.backlog);
        }
        let rest = &connection.sending[connection.sent..];
        let send = opcode::Send::new(fd, rest.as_ptr(), rest.len() as u32);
        let must_send = !connection.send_in_flight && !rest.is_empty();
        let must_receive =
            !connection.receiving && !connection.finished && connection.backlog.len() <= BACKLOG;
        connection.send_in_flight |= must_send;
        connection.receiving |= must_receive;
        if connection.finished && !connection.receiving && !connection.send_in_flight {
            self.connections[at] = None;
            self.closed += 1;
            return Ok(());
        }
        if must_send {
            // SAFETY: `sending` is not changed before the send has completed.
            unsafe { self.push(SEND, at, send.flags(libc::MSG_NOSIGNAL).build()) }?;
        }
        if must_receive {
            let receive = opcode::RecvMulti::new(fd, GROUP).build();
            // SAFETY: the entry points at nothing, and the group outlives its requests.
            unsafe { self.push(RECEIVE, at, receive) }?;
        }
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let Some(address) = std::env::args().nth(1) else {
        return Err(io::Error::other("usage: echo ADDRESS:PORT"));
    };
    serve(&TcpListener::bind(address)?, usize::MAX)
}
