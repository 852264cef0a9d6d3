//! Start-up time, size of the binary, memory of an idle server and of one with many connections. All with default flags,
//! unless noted.

use crate::arguments::Arguments;
use crate::rounds::Row;
use crate::support::Failure;
use crate::support::connection::connection;
use crate::support::median::median;
use crate::support::process::Server;
use crate::support::socket::{self, Client};
use crate::table::flags_cell;
use crate::workload::{READS, STORED};
use flowmock::{BASE_PATH, HEALTH_PATH};
use std::fs;
use std::time::Instant;

const MIB: f64 = 1024.0 * 1024.0;

/// Measures and prints these figures; `rows` are the measurements under load.
pub fn print(rows: &[Row], arguments: &Arguments) -> Result<(), Failure> {
    let (mut milliseconds, mut kib) = (Vec::new(), Vec::new());
    for _ in 0..arguments.starts {
        let started = Instant::now();
        let server = Server::start(arguments.binary(), 0, &[])?;
        let mut client = Client::connect(server.address())?;
        client.send(&format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n"))?;
        client.answer(200)?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
        kib.push(server.resident_kib()? as f64);
    }
    println!("\n| process | |\n|---|--:|");
    println!(
        "| from spawn to the first answer, median of {} | {:.1} ms |",
        arguments.starts,
        median(milliseconds)
    );
    println!("| memory after that (VmRSS) | {:.1} MiB |", median(kib) / 1024.0);
    for (index, flags) in arguments.server_args.iter().enumerate() {
        for row in rows.iter().filter(|row| row.name == READS) {
            let kib = median(row.rounds.iter().map(|round| round.flowmocks[index].resident_kib));
            let (connections, flags, mib) = (row.connections, flags_cell(flags), kib / 1024.0);
            println!(
                "| memory with {STORED} stored, after reads from {connections} connections; flags: {flags} | {mib:.1} MiB |"
            );
        }
    }
    println!("| size of the binary | {:.1} MiB |", fs::metadata(arguments.binary())?.len() as f64 / MIB);
    let (bytes, json_bytes) = connection_size(arguments)?;
    println!(
        "| memory for each of {} connections, whose JSON has {json_bytes} bytes | {bytes:.0} bytes |",
        arguments.fill
    );
    Ok(())
}

/// The bytes of memory that each of many connections takes, and the length of its JSON.
fn connection_size(arguments: &Arguments) -> Result<(f64, usize), Failure> {
    let count = arguments.fill;
    let server = Server::start(arguments.binary(), 0, &["--log-level", "warn"])?;
    let before = server.resident_kib()?;
    let path = format!("{BASE_PATH}/connections");
    let creation = |number: usize| {
        let mut connection = connection();
        connection["name"] = format!("orders {number}").into();
        socket::request("POST", &path, &[], Some(&connection.to_string()))
    };
    let answers = socket::fill(server.address(), count, creation)?;
    drop(answers);
    let kib = server.resident_kib()?.saturating_sub(before);
    let mut client = Client::connect(server.address())?;
    client.send(&socket::request("GET", &format!("{path}?limit=1"), &[], None))?;
    let page: serde_json::Value = serde_json::from_slice(&client.answer(200)?)?;
    Ok((kib as f64 * 1024.0 / count as f64, page["items"][0].to_string().len()))
}
