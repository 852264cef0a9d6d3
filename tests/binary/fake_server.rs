//! Another program that listens where flowmock is expected.

use crate::common::PATIENCE;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// Starts a server that answers every request with `answer` and closes the connection; returns its URL.
pub fn fake_server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                request.push(byte[0]);
            }
            _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}
