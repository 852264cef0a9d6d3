//! [`WebServer`]: a server that serves its own pages and forwards every other request to flowmock.
//!
//! With its host name mapped to 127.0.0.1, the browser treats its pages and flowmock as one origin. This is the situation
//! of a page that flowmock serves itself, and also of a page whose host name an attacker has pointed at flowmock.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// The server. Its threads end with the test program.
pub struct WebServer {
    pub address: SocketAddr,
    /// The reports of pages: the name in the path `/report/NAME`, and the body.
    pub reports: Receiver<(String, Value)>,
}

impl WebServer {
    /// Serves the pages that `page` knows by their paths.
    pub fn start(
        flowmock: SocketAddr, page: impl Fn(&str, SocketAddr) -> Option<String> + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, reports) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (page, sender) = (page.clone(), sender.clone());
                // The browser may abandon a connection, which does not matter here.
                thread::spawn(move || answer(stream, flowmock, |path| page(path, address), &sender));
            }
        });
        Self { address, reports }
    }
}

/// Answers the one request of a connection.
fn answer(
    mut stream: TcpStream, flowmock: SocketAddr, page: impl Fn(&str) -> Option<String>,
    reports: &Sender<(String, Value)>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if !lower.starts_with("connection:") {
            head += &line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?;
    if let Some(name) = path.strip_prefix("/report/") {
        reports.send((name.to_owned(), serde_json::from_slice(&body).ok()?)).ok()?;
    }
    if let Some(page) = page(path) {
        let length = page.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close";
        return write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{page}").ok();
    }
    let mut onward = TcpStream::connect(flowmock).ok()?;
    write!(onward, "{head}Connection: close\r\n\r\n").ok()?;
    onward.write_all(&body).ok()?;
    std::io::copy(&mut onward, &mut stream).ok().map(drop)
}
