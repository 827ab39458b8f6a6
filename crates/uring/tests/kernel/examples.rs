//! The programs in `examples/`, run as a user would run them.

use super::common::*;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

#[allow(dead_code)] // their `main`
#[path = "../../examples/cat.rs"]
mod cat;
#[allow(dead_code)]
#[path = "../../examples/copy.rs"]
mod copy;
#[allow(dead_code)]
#[path = "../../examples/echo.rs"]
mod echo;
#[allow(dead_code)]
#[path = "../../examples/passthrough.rs"]
mod passthrough;

/// Bytes without short repetitions.
fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 251) as u8).collect()
}

#[test]
fn a_file_is_printed_whole() {
    for len in [0, 1, 64 * 1024, 300_000] {
        let mut printed = Vec::new();
        let file = Place::new().file("f", &content(len));
        assert_eq!(cat::cat(file, &mut printed).unwrap(), len as u64);
        assert!(printed == content(len));
    }
}

#[test]
fn a_file_is_copied_whole() {
    for len in [0, 1, 128 * 1024, 5_000_000] {
        let place = Place::new();
        let (from, to) = (place.file("from", &content(len)), place.file("to", b""));
        assert_eq!(copy::copy(&from, &to, len as u64).unwrap(), len as u64);
        assert!(std::fs::read(place.0.join("to")).unwrap() == content(len));
    }
}

#[test]
fn a_file_that_becomes_shorter_is_copied_up_to_its_end() {
    let place = Place::new();
    let (from, to) = (place.file("from", &content(300_000)), place.file("to", b""));
    assert_eq!(copy::copy(&from, &to, 20_000_000).unwrap(), 300_000);
    assert!(std::fs::read(place.0.join("to")).unwrap() == content(300_000));
}

#[test]
fn a_copy_that_fails_says_why() {
    let place = Place::new();
    let from = place.file("from", &content(1_000_000));
    let read_only = File::open(place.0.join("from")).unwrap();
    assert_eq!(errno(copy::copy(&from, &read_only, 1_000_000)), libc::EBADF);
}

#[test]
fn short_transfers_of_a_chunk_are_tried_again() {
    let mut chunk = copy::Chunk::new(1000, 100);
    assert_eq!(chunk.completed(60, -libc::ECANCELED).unwrap(), 0);
    assert_eq!((chunk.offset, chunk.left, chunk.len), (1000, 100, 60));
    assert_eq!(chunk.completed(60, 50).unwrap(), 50);
    assert_eq!((chunk.offset, chunk.left, chunk.len), (1050, 50, 50));
    assert_eq!(chunk.completed(50, 50).unwrap(), 50);
    assert_eq!((chunk.offset, chunk.left), (1100, 0));
    let mut cut = copy::Chunk::new(0, 10);
    assert_eq!((cut.completed(0, -libc::ECANCELED).unwrap(), cut.left), (0, 0));
    let mut full = copy::Chunk::new(0, 10);
    assert_eq!(errno(full.completed(10, -libc::ENOSPC)), libc::ENOSPC);
    assert_eq!(errno(full.completed(-libc::EIO, -libc::ECANCELED)), libc::EIO);
}

/// Three clients at once, each of which sends more than all buffers hold before it reads.
#[test]
fn what_is_sent_to_the_server_comes_back() {
    if !needs("examples::what_is_sent_to_the_server_comes_back", 6, 0) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || echo::serve(&listener, 3));
    let clients = [1, 70_000, 8_000_000].map(|len| {
        std::thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let (sent, mut sender) = (content(len), stream.try_clone().unwrap());
            let sending = std::thread::spawn({
                let sent = sent.clone();
                move || {
                    sender.write_all(&sent).unwrap();
                    sender.shutdown(Shutdown::Write).unwrap();
                }
            });
            std::thread::sleep(std::time::Duration::from_millis(50));
            let mut echoed = Vec::new();
            stream.read_to_end(&mut echoed).unwrap();
            sending.join().unwrap();
            assert!(echoed == sent, "{len} bytes");
        })
    });
    for client in clients {
        client.join().unwrap();
    }
    server.join().unwrap().unwrap();
}

#[test]
fn a_client_that_leaves_does_not_end_the_server() {
    if !needs("examples::a_client_that_leaves_does_not_end_the_server", 6, 0) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || echo::serve(&listener, 2));
    let mut rude = TcpStream::connect(address).unwrap();
    rude.set_nonblocking(true).unwrap();
    while rude.write(&[0; 65536]).is_ok() {}
    drop(rude); // with unread bytes, which resets the connection
    let mut polite = TcpStream::connect(address).unwrap();
    polite.write_all(b"hello").unwrap();
    polite.shutdown(Shutdown::Write).unwrap();
    assert_eq!(std::io::read_to_string(polite).unwrap(), "hello");
    server.join().unwrap().unwrap();
}

#[test]
fn a_socket_answers_a_command() {
    if !needs("examples::a_socket_answers_a_command", 6, 6) {
        return;
    }
    let (mut a, b) = tcp_pair();
    a.write_all(b"hello").unwrap();
    b.peek(&mut [0; 5]).unwrap();
    assert_eq!(passthrough::waiting(&b).unwrap(), 5);
}

#[test]
fn a_drive_says_who_it_is() {
    let Some(path) = std::env::var_os("URING_TEST_NVME") else {
        return skip("examples::a_drive_says_who_it_is", "URING_TEST_NVME names no device");
    };
    assert!(!passthrough::model(&File::open(path).unwrap()).unwrap().is_empty());
}

#[test]
fn a_file_without_commands_is_refused() {
    if !needs("examples::a_file_without_commands_is_refused", 5, 19) {
        return;
    }
    assert_eq!(errno(passthrough::model(&pipe().0)), libc::EOPNOTSUPP);
}
