//! What flowmock costs before anyone asks it for anything: time to start, memory, size. All flags as they
//! come.

use crate::Failure;
use crate::process::{FLOWMOCK, Server};
use crate::table::median;
use flowmock::HEALTH_PATH;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// Starts it that often and prints the medians.
pub fn print(starts: u32) -> Result<(), Failure> {
    let (mut milliseconds, mut kib) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let started = Instant::now();
        let server = Server::flowmock(0, &[])?;
        expect_health(&server)?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
        kib.push(server.resident_kib()? as f64);
    }
    let size = fs::metadata(FLOWMOCK)?.len();
    const MIB: f64 = 1024.0 * 1024.0;
    println!("\nidle, medians of {starts} starts");
    println!("  {:<44}{:>7.1} ms", "from spawn to the first answer of /health", median(milliseconds));
    println!("  {:<44}{:>7.1} MiB", "memory after that (VmRSS)", median(kib) / 1024.0);
    println!("  {:<44}{:>7.1} MiB", "size of the binary", size as f64 / MIB);
    Ok(())
}

fn expect_health(server: &Server) -> Result<(), Failure> {
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {HEALTH_PATH} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    Err(format!("no health: {answer}").into())
}
