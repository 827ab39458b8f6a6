//! The native servers: one thread, one ring, until standard input closes.
//!
//! Owns the loop and the interface that every server program of the benchmark has, in whatever
//! language: it binds to a free loopback port, prints `listening PORT`, serves until its standard
//! input ends, prints `served ARRIVALS BYTES` (connections or datagrams, and payload received) and
//! exits. Never prints anything else on standard output. Proven by
//! `tests/net.rs`, which compares the last line with what the load generator has sent.

mod accept;
mod datagram;
mod discard;
mod echo;
mod stream;

pub use discard::{answer, ANSWER};

use std::io::{self, Write};
use std::net::Ipv4Addr;

use socket2::{Domain, SockAddr, Socket, Type};
use uring::{opcode, types};

use super::ring::{Completion, Ring, Setup, Step};

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Sends back what a connection sends.
    Echo,
    /// Counts what a connection sends and, at its end, sends the count.
    Discard,
    /// Closes every connection at once.
    Accept,
    /// Sends every datagram back to where it came from.
    Datagram,
}

/// How a server does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub setup: Setup,
    pub buffers: u16,
    pub buffer_size: usize,
    pub check: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { setup: Setup::Coop, buffers: 512, buffer_size: 4096, check: false }
    }
}

/// What a server has received.
#[derive(Clone, Copy, Debug, Default)]
pub struct Served {
    /// Connections, or datagrams.
    pub arrivals: u64,
    /// Bytes of payload.
    pub bytes: u64,
}

/// One kind of server.
trait Service {
    /// Queues the first operations.
    fn start(&mut self, ring: &mut Ring) -> io::Result<()>;

    /// Takes one completion.
    fn completed(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()>;

    /// Every completion that had arrived is taken; what was queued is about to be submitted.
    fn turn_ended(&mut self, ring: &mut Ring) -> io::Result<()>;

    /// What was received so far.
    fn served(&self) -> Served;
}

const BACKLOG: i32 = 4096;

/// Serves until standard input ends. An error ends the process, with operations in flight.
pub fn main(work: Work, options: &Options) -> io::Result<()> {
    let mut ring = Ring::open(options.setup)?;
    match work {
        Work::Echo => {
            let listener = listen()?;
            let echo = stream::Stream::<echo::Echo>::new(&ring, &listener, options)?;
            serve(&mut ring, &listener, echo)
        }
        Work::Discard => {
            let listener = listen()?;
            let discard = stream::Stream::<discard::Discard>::new(&ring, &listener, options)?;
            serve(&mut ring, &listener, discard)
        }
        Work::Accept => {
            let listener = listen()?;
            serve(&mut ring, &listener, accept::Accept::new(&listener))
        }
        Work::Datagram => {
            let socket = bind(Type::DGRAM)?;
            let datagram = datagram::Datagram::new(&ring, &socket, options)?;
            serve(&mut ring, &socket, datagram)
        }
    }
}

/// Prints a line for the harness.
pub fn say(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

fn bind(kind: Type) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, kind, None)?;
    socket.bind(&SockAddr::from(std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
    Ok(socket)
}

/// A socket whose connections have TCP_NODELAY: Linux hands it on to what is accepted.
fn listen() -> io::Result<Socket> {
    let socket = bind(Type::STREAM)?;
    socket.set_tcp_nodelay(true)?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

fn serve<S: Service>(ring: &mut Ring, socket: &Socket, mut service: S) -> io::Result<()> {
    let mut byte = 0;
    watch_stdin(ring, &mut byte)?;
    service.start(ring)?;
    let address = socket.local_addr()?.as_socket_ipv4();
    say(&format!("listening {}", address.expect("the socket is bound to IPv4").port()))?;
    loop {
        ring.wait()?;
        while let Some(done) = ring.next() {
            match done.step {
                Step::Stdin if done.checked()? == 0 => {
                    let Served { arrivals, bytes } = service.served();
                    say(&format!("served {arrivals} {bytes}"))?;
                    // the kernel still has this thread's buffers
                    std::process::exit(0);
                }
                Step::Stdin => watch_stdin(ring, &mut byte)?,
                _ => service.completed(done, ring)?,
            }
        }
        service.turn_ended(ring)?;
    }
}

fn watch_stdin(ring: &mut Ring, byte: &mut u8) -> io::Result<()> {
    ring.push(opcode::Read::new(types::Fd(libc::STDIN_FILENO), byte, 1).build(), Step::Stdin, 0)
}
