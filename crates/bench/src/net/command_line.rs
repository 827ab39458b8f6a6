//! The command line of `bench net`.
//!
//! Owns the names and defaults of the options. Promises that an unknown one is an error that names
//! it. Never starts anything. Proven by the tests at its end.

use std::ffi::OsString;

use lexopt::prelude::*;

use super::ring::Setup;
use super::serve::{Options, Work};

pub const USAGE: &str = "\
bench net serve WORK [options]        a server: echo, discard, accept or datagram
  --setup coop|defer    the ring's setup flags (coop)
  --buffers N           buffers of the group that receives use, a power of two (512)
  --buffer-size BYTES   the size of each (4096)
  --check               also compute checksums of what was received
bench net load                        the load generator: requests as JSON lines on standard input
bench net launch CPU PROGRAM [ARG...]  runs a program bound to a CPU; it ends with its parent
";

/// What was asked for.
#[derive(Debug, PartialEq)]
pub enum Command {
    Help,
    Serve(Work, Options),
    Load,
    Launch(usize, Vec<OsString>),
}

/// Reads the arguments after `bench net`.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    match parser.next()? {
        Some(Value(name)) if name == "serve" => serve(&mut parser),
        Some(Value(name)) if name == "load" => Ok(Command::Load),
        Some(Value(name)) if name == "launch" => launch(&mut parser),
        Some(Long("help") | Short('h')) | None => Ok(Command::Help),
        Some(other) => Err(other.unexpected()),
    }
}

fn serve(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let work = parser.value()?.parse_with(|name| match name {
        "echo" => Ok(Work::Echo),
        "discard" => Ok(Work::Discard),
        "accept" => Ok(Work::Accept),
        "datagram" => Ok(Work::Datagram),
        _ => Err("no such work"),
    })?;
    let mut options = Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("setup") => {
                options.setup = parser.value()?.parse_with(|name| match name {
                    "coop" => Ok(Setup::Coop),
                    "defer" => Ok(Setup::Defer),
                    _ => Err("neither coop nor defer"),
                })?;
            }
            Long("buffers") => options.buffers = parser.value()?.parse()?,
            Long("buffer-size") => options.buffer_size = parser.value()?.parse()?,
            Long("check") => options.check = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(work, options))
}

fn launch(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let cpu = parser.value()?.parse()?;
    Ok(Command::Launch(cpu, parser.raw_args()?.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, lexopt::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_of_a_server_are_read_and_have_defaults() {
        let all = "serve echo --setup defer --buffers 64 --buffer-size 65536 --check";
        let options = Options { setup: Setup::Defer, buffers: 64, buffer_size: 65536, check: true };
        assert_eq!(parsed(all).unwrap(), Command::Serve(Work::Echo, options));
        assert_eq!(
            parsed("serve datagram").unwrap(),
            Command::Serve(Work::Datagram, Options::default())
        );
    }

    #[test]
    fn arguments_of_a_launched_program_are_left_alone() {
        let arguments = ["node", "--import", "x"].map(OsString::from).to_vec();
        assert_eq!(parsed("launch 1 node --import x").unwrap(), Command::Launch(1, arguments));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in ["serve nothing", "serve echo --setup fast", "serve echo --quick", "play"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
