//! The measured part of a run, and the clock of the server's process.
//!
//! Promises that the load is already running when the time begins and still running when it ends,
//! so that neither connecting nor draining is part of the figure. The loads are left only when
//! nothing is in flight, or by an error. Proven by `tests/net.rs`.

use std::io;
use std::time::{Duration, Instant};

use nix::sys::time::TimeSpec;
use nix::time::{clock_getcpuclockid, clock_gettime, ClockId};
use nix::unistd::Pid;

use super::{Load, Request};
use crate::net::ring::Ring;
use crate::net::serve::Served;

/// A server that does not answer for so long has stopped. A wait that also submitted something says
/// so only the second time.
const STALL: Duration = Duration::from_secs(3);

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    pub units: u64,
    pub seconds: f64,
    pub cpu_seconds: f64,
    pub load_seconds: f64,
}

/// One look at all the clocks.
struct Reading {
    units: u64,
    at: Instant,
    cpu: TimeSpec,
    load: TimeSpec,
}

/// Runs a load for its time.
pub fn run<L: Load>(
    ring: &mut Ring,
    mut load: L,
    request: &Request,
) -> io::Result<(Measured, Served)> {
    let clock = clock_getcpuclockid(Pid::from_raw(request.pid))?;
    load.start(ring)?;
    let begin = read(clock, &load)?;
    let begin = turns(ring, &mut load, begin.at + Duration::from_millis(request.lead_in), clock)?;
    let end = begin.at + Duration::from_millis(request.milliseconds);
    let end = turns(ring, &mut load, end, clock)?;
    while load.unfinished() > 0 {
        turn(ring, &mut load, false)?;
    }
    load.finish(ring)?;
    while ring.in_flight() > 0 {
        turn(ring, &mut load, false)?;
    }
    let measured = Measured {
        units: end.units - begin.units,
        seconds: (end.at - begin.at).as_secs_f64(),
        cpu_seconds: Duration::from(end.cpu - begin.cpu).as_secs_f64(),
        load_seconds: Duration::from(end.load - begin.load).as_secs_f64(),
    };
    Ok((measured, load.sent()))
}

/// Takes turns until a point in time, and the clocks then.
fn turns<L: Load>(
    ring: &mut Ring,
    load: &mut L,
    until: Instant,
    clock: ClockId,
) -> io::Result<Reading> {
    while Instant::now() < until {
        turn(ring, load, true)?;
    }
    read(clock, load)
}

fn turn<L: Load>(ring: &mut Ring, load: &mut L, goes_on: bool) -> io::Result<()> {
    ring.wait_for(STALL).map_err(|error| match error.raw_os_error() {
        Some(libc::ETIME) => io::Error::other("the server has stopped answering"),
        _ => error,
    })?;
    while let Some(done) = ring.next() {
        load.completed(done, ring, goes_on)?;
    }
    load.turn_ended();
    Ok(())
}

fn read<L: Load>(clock: ClockId, load: &L) -> io::Result<Reading> {
    Ok(Reading {
        units: load.units(),
        at: Instant::now(),
        cpu: clock_gettime(clock)?,
        load: clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?,
    })
}
