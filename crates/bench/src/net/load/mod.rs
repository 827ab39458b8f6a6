//! The load generator: a process that drives one server at a time and takes the CPU time that the
//! server's process spends.
//!
//! It reads one JSON request per line on standard input and answers each with one JSON line.
//! Promises that connections are open and busy before the measured time begins, that everything a
//! server sends back is compared with what is due, and that a server which stops answering ends the
//! run. After an error it exits: operations in flight use memory of this process. Proven by
//! `tests/net.rs`.

mod accept;
mod discard;
mod exchange;
mod window;

use std::io::{self, BufRead, Write};
use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::ring::{Completion, Ring, Setup};
use super::serve::Served;
use window::Measured;

/// What a load does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// One message of `size` bytes each way in turn, on every connection.
    Echo,
    /// One message of `size` bytes after another on every connection, one way.
    Discard,
    /// Connections that the server closes, one after another in every place.
    Accept,
    /// As `Echo`, one datagram each way.
    Datagram,
}

/// One measured run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Request {
    work: Work,
    /// Where the server listens, on the loopback address.
    port: u16,
    /// The server's process, whose CPU time is taken.
    pid: i32,
    /// Connections at once.
    connections: u32,
    /// Bytes in a message.
    size: usize,
    /// How long to run before measuring.
    lead_in: u64,
    /// How long to measure.
    milliseconds: u64,
    /// The server computes checksums: compare them.
    check: bool,
}

impl Request {
    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Reply {
    #[serde(rename_all = "camelCase")]
    Done {
        /// Messages there and back, chunks, or connections, in the measured time.
        units: u64,
        /// The measured time.
        seconds: f64,
        /// What the server's process spent in it, user and system.
        cpu_seconds: f64,
        /// What this process spent in it: near the measured time, the load was too weak.
        load_seconds: f64,
        /// What the server must have received in the whole run.
        arrivals: u64,
        bytes: u64,
    },
    Failed {
        error: String,
    },
}

/// One kind of load.
trait Load {
    /// Begins the first unit on every connection.
    fn start(&mut self, ring: &mut Ring) -> io::Result<()>;

    /// Takes one completion. Begins another unit only if the load goes on.
    fn completed(&mut self, done: Completion, ring: &mut Ring, goes_on: bool) -> io::Result<()>;

    /// Every completion that had arrived is taken.
    fn turn_ended(&mut self) {}

    /// How many units are done.
    fn units(&self) -> u64;

    /// How many units have begun and are not done.
    fn unfinished(&self) -> usize;

    /// No unit is left: ends what is still in flight.
    fn finish(&mut self, ring: &mut Ring) -> io::Result<()>;

    /// What the server has received.
    fn sent(&self) -> Served;
}

/// Answers requests until standard input ends.
pub fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let reply = perform(&line?);
        serde_json::to_writer(
            &mut output,
            &match &reply {
                Ok((measured, sent)) => Reply::Done {
                    units: measured.units,
                    seconds: measured.seconds,
                    cpu_seconds: measured.cpu_seconds,
                    load_seconds: measured.load_seconds,
                    arrivals: sent.arrivals,
                    bytes: sent.bytes,
                },
                Err(error) => Reply::Failed { error: error.to_string() },
            },
        )?;
        output.write_all(b"\n")?;
        output.flush()?;
        if reply.is_err() {
            std::process::exit(1);
        }
    }
    Ok(())
}

fn perform(line: &str) -> io::Result<(Measured, Served)> {
    let request: Request = serde_json::from_str(line)?;
    let mut ring = Ring::open(Setup::Defer)?;
    match request.work {
        Work::Echo | Work::Datagram => {
            let load = exchange::Exchange::connect(&ring, &request)?;
            window::run(&mut ring, load, &request)
        }
        Work::Discard => {
            let load = discard::Discard::connect(&request)?;
            window::run(&mut ring, load, &request)
        }
        Work::Accept => window::run(&mut ring, accept::Accept::new(&request), &request),
    }
}
