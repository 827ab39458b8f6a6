//! The native ceiling of the benchmark: a child process that does the work of `bench/` without JavaScript.
//!
//! It reads one JSON request per line on standard input and answers each with one JSON line, so that
//! the harness can take turns between its columns while this process stays alive and warm. Between
//! requests it sleeps in `read`; set-up (rings, files, buffers) is never inside the measured time.

mod buffers;
mod checksum;
mod net;
mod protocol;
mod random;
mod ring;
mod run;
mod works;

use std::io::{self, BufRead, Write};

use protocol::{Reply, Request};

fn main() -> io::Result<()> {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "net") {
        return net::main();
    }
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let reply = answer(&line?);
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Reply {
    let request: Request = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => return Reply::Failed { error: format!("not a request: {error}") },
    };
    match works::perform(&request) {
        Ok(measured) => measured,
        Err(error) => Reply::Failed { error: format!("{:?}: {error}", request.work) },
    }
}
