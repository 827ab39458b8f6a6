//! The native servers under the load generator, as the benchmark runs them, and what the load
//! generator says of servers that do not do the work.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use serde_json::{json, Value};

/// A process of the benchmark program, talked to in lines. Killed when it is dropped.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bench"))
            .arg("net")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Program { child, output }
    }

    fn send(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ends standard input and returns the last line of output.
    fn end(mut self) -> String {
        drop(self.child.stdin.take());
        let line = self.line();
        assert!(self.child.wait().unwrap().success());
        line
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One run of the load generator: its answer.
fn run(work: &str, size: usize, port: u16, pid: u32) -> Value {
    let mut load = Program::start(&["load"]);
    let request = json!({
        "work": work, "size": size, "port": port, "pid": pid, "connections": 8,
        "leadIn": 10, "milliseconds": 50, "check": true,
    });
    load.send(&request.to_string());
    serde_json::from_str(&load.line()).unwrap()
}

/// A native server that is driven for a while has received what was sent.
fn serves(work: &str, size: usize, options: &[&str]) {
    for setup in ["coop", "defer"] {
        let mut server =
            Program::start(&[&["serve", work, "--check", "--setup", setup], options].concat());
        let port = server.line().strip_prefix("listening ").unwrap().parse().unwrap();
        let answer = run(work, size, port, server.child.id());
        assert!(answer["units"].as_u64() > Some(0), "{answer}");
        assert!(answer["cpuSeconds"].as_f64() > Some(0.0), "{answer}");
        let due = format!("served {} {}", answer["arrivals"], answer["bytes"]);
        assert_eq!(server.end(), due, "{work} {size} {setup}");
    }
}

#[test]
fn small_messages_are_echoed() {
    serves("echo", 64, &[]);
}

#[test]
fn an_echo_survives_a_group_with_too_few_buffers() {
    serves("echo", 65536, &["--buffers", "2", "--buffer-size", "4096"]);
}

#[test]
fn streams_are_received_whole_with_their_checksum() {
    serves("discard", 65536, &["--buffers", "2", "--buffer-size", "65536"]);
}

#[test]
fn short_connections_are_closed() {
    serves("accept", 0, &[]);
}

#[test]
fn datagrams_are_answered() {
    serves("datagram", 64, &[]);
    serves("datagram", 64, &["--buffers", "2", "--buffer-size", "512"]);
}

#[test]
fn a_launched_program_ends_with_the_thread_that_started_it() {
    let launched = thread::spawn(|| {
        let mut program = Program::start(&["launch", "0", "sh", "-c", "echo up; exec sleep 60"]);
        assert_eq!(program.line(), "up");
        program
    });
    let mut program = launched.join().unwrap();
    let status = program.child.wait().unwrap();
    assert_eq!(status.signal(), Some(libc::SIGKILL));
}

#[test]
fn a_launched_program_is_bound_to_its_cpu() {
    let mut program =
        Program::start(&["launch", "0", "grep", "Cpus_allowed_list", "/proc/self/status"]);
    assert_eq!(program.line(), "Cpus_allowed_list:\t0");
}

/// What the load generator says of a server that is this thread's.
fn refused(work: &str, size: usize, serve: fn(TcpStream)) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    let answer = run(work, size, port, std::process::id());
    answer["error"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[test]
fn an_answer_with_one_wrong_byte_is_found() {
    let error = refused("echo", 64, |mut stream| {
        let mut message = [0; 64];
        while stream.read_exact(&mut message).is_ok() {
            message[63] ^= 1;
            if stream.write_all(&message).is_err() {
                break;
            }
        }
    });
    assert_eq!(error, "the answer is not what was sent");
}

#[test]
fn an_old_answer_is_found() {
    let error = refused("echo", 64, |mut stream| {
        let (mut first, mut message) = ([0; 64], [0; 64]);
        stream.read_exact(&mut first).unwrap();
        stream.write_all(&first).unwrap();
        while stream.read_exact(&mut message).is_ok() && stream.write_all(&first).is_ok() {}
    });
    assert_eq!(error, "the answer is not what was sent");
}

#[test]
fn a_connection_that_ends_early_is_found() {
    let error = refused("echo", 64, |mut stream| stream.read_exact(&mut [0; 64]).unwrap());
    assert_eq!(error, "the server ended a connection");
}

#[test]
fn a_wrong_count_of_a_stream_is_found() {
    let error = refused("discard", 4096, |mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let _ = stream.write_all(&[0; 12]);
    });
    assert_eq!(error, "the server has not received what was sent");
}

#[test]
fn a_byte_in_a_short_connection_is_found() {
    let error = refused("accept", 0, |mut stream| stream.write_all(b"!").unwrap());
    assert_eq!(error, "a byte where the end of a connection was due");
}

#[test]
fn a_server_that_stops_answering_ends_the_run() {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    let answer = run("datagram", 64, port, std::process::id());
    assert_eq!(answer["error"], "the server has stopped answering");
}
