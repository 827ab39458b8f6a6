//! `bench net`: the native half of the socket benchmark in `bench/net/`.
//!
//! Owns three programs that run as processes of their own: a server per kind of work, the load
//! generator that every server is measured with, and a launcher that binds a program to a CPU and
//! to the life of the harness. Promises that none of them outlives the process that started it.
//! Never binds to an address other than loopback. Proven by `tests/net.rs`.

mod command_line;
mod launch;
mod load;
mod pool;
mod ring;
mod serve;

use std::io;

use command_line::Command;

/// Runs the program that the command line names.
pub fn main() -> io::Result<()> {
    match command_line::parse(std::env::args_os().skip(2)).map_err(io::Error::other)? {
        Command::Help => serve::say(command_line::USAGE.trim_end()),
        Command::Serve(work, options) => serve::main(work, &options),
        Command::Load => load::main(),
        Command::Launch(cpu, program) => launch::main(cpu, &program),
    }
}
