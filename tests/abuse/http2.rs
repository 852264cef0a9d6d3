//! HTTP/2, frame by frame: floods that cost the client little, and invalid frames.

use crate::common::PATIENCE;
use crate::common::raw_connection::RawConnection;
use crate::common::requests::{self, CONNECTIONS};
use crate::target::{SECRET, Target};
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS_FRAME: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The bytes of a frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A header field as a literal without indexing (RFC 7541, section 6.2.2).
fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0, u8::try_from(name.len()).expect("short")];
    field.extend(name.bytes());
    // Lengths from 127 take more than one byte (RFC 7541, section 5.1).
    let mut length = value.len();
    if length < 127 {
        field.push(length as u8);
    } else {
        field.push(127);
        length -= 127;
        while length >= 128 {
            field.push((length % 128) as u8 | 128);
            length /= 128;
        }
        field.push(length as u8);
    }
    field.extend(value.bytes());
    field
}

/// The header block of a request for the list of connections.
fn list_request() -> Vec<u8> {
    let mut block = vec![0x82, 0x86]; // GET, http
    block.extend(literal(":path", CONNECTIONS));
    block.extend(literal(":authority", "localhost"));
    for (name, value) in Target::headers() {
        block.extend(literal(&name.to_ascii_lowercase(), &value));
    }
    block
}

/// An HTTP/2 connection with the default settings.
fn connect(target: &Target) -> RawConnection {
    connect_with(target, &[])
}

/// An HTTP/2 connection whose SETTINGS frame has this payload.
fn connect_with(target: &Target, settings: &[u8]) -> RawConnection {
    let mut connection = target.connect();
    connection.try_send(PREFACE);
    connection.try_send(frame(SETTINGS, 0, 0, settings));
    connection
}

/// A SETTINGS payload that sets the initial window of every stream to 0.
const NO_WINDOW: [u8; 6] = [0, 4, 0, 0, 0, 0];

/// A frame that enlarges the window of a stream, or of the whole connection for stream 0, by `bytes`.
fn window_update(stream: u32, bytes: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())
}

/// Reads frames until one that carries part of an answer; returns its kind, flags and payload. Acknowledges pings and
/// settings, as every client does. `None` if the server closes the connection.
fn next_frame(connection: &mut RawConnection) -> Option<(u8, u8, Vec<u8>)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "the connection is still open");
        let head = connection.read(9)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let payload = connection.read(length)?;
        match (head[3], head[4] & ACK) {
            (kind @ (PING | SETTINGS), 0) => {
                let payload = if kind == PING { payload } else { Vec::new() };
                connection.try_send(frame(kind, ACK, 0, &payload));
            }
            (PING | SETTINGS | WINDOW_UPDATE, _) => {}
            (kind, _) => return Some((kind, head[4], payload)),
        }
    }
}

/// Stores connections whose list takes at least `bytes`.
fn store_connections(target: &Target, bytes: usize) {
    const EACH: usize = 250_000;
    for _ in 0..bytes.div_ceil(EACH) {
        let mut large = requests::connection(SECRET);
        large["description"] = json!("x".repeat(EACH));
        assert_eq!(target.answer_to(Target::request("POST", "", &large.to_string())).status, 201);
    }
}

/// Sends frames until the server takes no more, or `max` are sent.
fn flood(connection: &mut RawConnection, max: u32, mut next: impl FnMut(u32) -> Vec<u8>) {
    for number in 0..max {
        if !connection.try_send(next(number)) {
            return;
        }
    }
}

/// The id of the client's stream number `number`.
fn stream(number: u32) -> u32 {
    number * 2 + 1
}

#[test]
fn streams_that_are_reset_immediately_do_no_harm() {
    let target = Target::start(&[]);
    let mut connection = connect(&target);
    flood(&mut connection, 20_000, |number| {
        let mut frames = frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream(number), &list_request());
        frames.extend(frame(RST_STREAM, 0, stream(number), &8_u32.to_be_bytes()));
        frames
    });
    connection.finish();
    connection.rest();
    target.expect_unharmed();
}

#[test]
fn streams_beyond_the_limit_do_no_harm() {
    let target = Target::start(&["--request-timeout-ms", "3000"]);
    let mut connection = connect(&target);
    // The requests never end, so that every stream stays open.
    let mut post = list_request();
    post[0] = 0x83; // POST
    flood(&mut connection, 2_000, |number| frame(HEADERS_FRAME, END_HEADERS, stream(number), &post));
    target.expect_responsive();
    drop(connection);
    target.expect_unharmed();
}

#[test]
fn unread_answers_are_produced_only_as_the_client_grants_window() {
    const ASKED: u32 = 100;
    let target = Target::start(&[]);
    store_connections(&target, 2_500_000);
    let mut connection = connect_with(&target, &NO_WINDOW);
    // One write sends all requests, so that the server has them before it makes any response.
    let lists = (0..ASKED)
        .map(|number| frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream(number), &list_request()));
    connection.try_send(lists.collect::<Vec<_>>().concat());
    target.expect_responsive();
    target.expect_no_peak_above(40 * 1024);
    // Once the client reads, it gets all answers.
    connection.try_send(window_update(0, 0x7000_0000));
    for number in 0..ASKED {
        connection.try_send(window_update(stream(number), 0x1000_0000));
    }
    let mut ended = 0;
    while ended < ASKED {
        let (kind, flags, _) = next_frame(&mut connection).expect("the rest of the answers");
        assert!(matches!(kind, DATA | HEADERS_FRAME), "an unexpected frame of kind {kind}");
        ended += u32::from(flags & END_STREAM);
    }
    target.expect_no_peak_above(40 * 1024);
}

#[test]
fn an_idle_connection_is_closed_even_if_it_acknowledges_pings() {
    let target = Target::start(&["--header-read-timeout-ms", "1000"]);
    store_connections(&target, 1);
    for (settings, asks) in [(&[][..], false), (&[], true), (&NO_WINDOW, true)] {
        let mut connection = connect_with(&target, settings);
        if asks {
            connection.try_send(frame(HEADERS_FRAME, END_STREAM | END_HEADERS, 1, &list_request()));
        }
        let deadline = Instant::now() + PATIENCE;
        while next_frame(&mut connection).is_some() {
            assert!(Instant::now() < deadline, "the connection is still open");
        }
    }
    target.expect_unharmed();
}

#[test]
fn a_connection_whose_client_reads_slowly_stays_open() {
    // Reading takes 3 seconds or more, longer than a connection may be idle; a pause is far shorter, even if the client is
    // delayed because the machine is busy.
    const PART: u32 = 8_000;
    let target = Target::start(&["--header-read-timeout-ms", "2000"]);
    store_connections(&target, 1);
    let mut connection = connect_with(&target, &NO_WINDOW);
    connection.try_send(frame(HEADERS_FRAME, END_STREAM | END_HEADERS, 1, &list_request()));
    let (mut read, mut has_ended) = (0, false);
    while !has_ended {
        thread::sleep(Duration::from_millis(100));
        connection.try_send([window_update(0, PART), window_update(1, PART)].concat());
        let expected = read + PART as usize;
        while read < expected && !has_ended {
            let (kind, flags, payload) = next_frame(&mut connection).expect("the rest of the answer");
            if kind == DATA {
                read += payload.len();
            }
            has_ended = flags & END_STREAM != 0;
        }
    }
    assert!(read > 250_000, "{read}");
}

#[test]
fn an_endless_header_block_does_no_harm() {
    let target = Target::start(&[]);
    for payload in [vec![], literal("x-large", &SECRET.repeat(500))] {
        let mut connection = connect(&target);
        connection.try_send(frame(HEADERS_FRAME, 0, 1, &list_request()));
        flood(&mut connection, 20_000, |_| frame(CONTINUATION, 0, 1, &payload));
        drop(connection);
        target.expect_responsive();
    }
    target.expect_unharmed();
}

#[test]
fn a_header_block_of_100_kb_does_no_harm() {
    let target = Target::start(&[]);
    let mut connection = connect(&target);
    let mut block = list_request();
    for number in 0..30 {
        block.extend(literal(&format!("x-{number}"), &SECRET.repeat(150)));
    }
    let mut chunks = block.chunks(16_000);
    connection.try_send(frame(HEADERS_FRAME, END_STREAM, 1, chunks.next().expect("a chunk")));
    for chunk in chunks {
        connection.try_send(frame(CONTINUATION, 0, 1, chunk));
    }
    connection.try_send(frame(CONTINUATION, END_HEADERS, 1, &[]));
    connection.finish();
    connection.rest();
    target.expect_unharmed();
}

#[test]
fn acknowledgements_that_the_client_does_not_read_are_not_queued_without_bound() {
    let target = Target::start(&["--header-read-timeout-ms", "1000"]);
    let kinds = [(PING, vec![0; 8]), (SETTINGS, vec![]), (WINDOW_UPDATE, 1_u32.to_be_bytes().to_vec())];
    let mut attacks = kinds.map(|(kind, payload)| {
        let mut connection = connect(&target);
        connection.send_without_waiting(&frame(kind, 0, 0, &payload).repeat(200_000));
        connection
    });
    target.expect_responsive();
    for connection in &mut attacks {
        connection.rest();
    }
    target.expect_unharmed();
}

#[test]
fn invalid_frames_harm_no_other_connection() {
    let target = Target::start(&[]);
    let nonsense = [
        frame(DATA, 0, 0, b"x"),
        frame(DATA, 0, 1, b"x"),
        frame(HEADERS_FRAME, END_HEADERS, 2, &list_request()),
        frame(HEADERS_FRAME, END_HEADERS, 0, &list_request()),
        frame(HEADERS_FRAME, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        frame(CONTINUATION, END_HEADERS, 1, &list_request()),
        frame(SETTINGS, 0, 1, &[]),
        frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]),
        frame(PING, 0, 0, b"short"),
        frame(WINDOW_UPDATE, 0, 0, &0_u32.to_be_bytes()),
        frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes()).repeat(2),
        [&[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1][..], &[0; 1000]].concat(),
        frame(250, 0xff, 0x7fff_ffff, &[0; 100]).repeat(1000),
    ];
    for bytes in nonsense {
        let mut connection = connect(&target);
        connection.try_send(bytes);
        connection.finish();
        connection.rest();
        target.expect_responsive();
    }
    target.expect_unharmed();
}

#[test]
fn a_request_without_content_in_its_data_has_no_body() {
    let target = Target::start(&[]);
    let created = target.answer_to(Target::request("POST", "", &requests::connection(SECRET).to_string()));
    let id = created.json()["id"].as_str().expect("an id").to_owned();
    let mut block = vec![0x83, 0x86]; // POST, http
    block.extend(literal(":path", &format!("{CONNECTIONS}/{id}/action?op=disable")));
    block.extend(literal(":authority", "localhost"));
    for (name, value) in Target::headers() {
        block.extend(literal(&name.to_ascii_lowercase(), &value));
    }
    let mut connection = connect(&target);
    connection.try_send(frame(HEADERS_FRAME, END_HEADERS, 1, &block));
    connection.try_send(frame(DATA, END_STREAM, 1, &[]));
    next_frame(&mut connection).expect("the head of an answer");
    let read = target.answer_to(Target::head("GET", &format!("/{id}"), &[]));
    assert_eq!(read.json()["items"][0]["state"], "disabled", "{read:?}");
    target.expect_unharmed();
}
