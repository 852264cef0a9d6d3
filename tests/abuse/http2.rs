//! HTTP/2, frame by frame: floods that its framing makes cheap for a client.

use crate::process::{HEADERS, PATIENCE, connection};
use crate::target::{Attack, SECRET, Target};
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

/// A frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A header as a literal that is not remembered.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0, u8::try_from(name.len()).expect("short")];
    field.extend(name.bytes());
    // Lengths from 127 on take more bytes (RFC 7541, 5.1).
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

/// The header block of a GET of the list.
fn get() -> Vec<u8> {
    let mut block = vec![0x82, 0x86]; // GET, http
    block.extend(literal(":path", "/data/foundation/flowservice/connections"));
    block.extend(literal(":authority", "localhost"));
    for (name, value) in HEADERS {
        let value = if name == "Authorization" { format!("Bearer {SECRET}") } else { value.to_owned() };
        block.extend(literal(&name.to_ascii_lowercase(), &value));
    }
    block
}

fn connect(target: &Target) -> Attack {
    connect_with(target, &[])
}

/// A connection with these settings.
fn connect_with(target: &Target, settings: &[u8]) -> Attack {
    let mut attack = target.connect();
    attack.send(PREFACE);
    attack.send(frame(SETTINGS, 0, 0, settings));
    attack
}

/// That no stream may send anything before it is told how much.
const NO_WINDOW: [u8; 6] = [0, 4, 0, 0, 0, 0];

/// That a stream, or with 0 all of them together, may send so many bytes more.
fn room(stream: u32, bytes: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())
}

/// The next frame that is no more than conversation: kind, flags and payload. Answers to pings and settings, as every
/// client does; `None` when the connection is closed.
fn next_frame(attack: &mut Attack) -> Option<(u8, u8, Vec<u8>)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "still open");
        let head = attack.read(9)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let payload = attack.read(length)?;
        match (head[3], head[4] & ACK) {
            (kind @ (PING | SETTINGS), 0) => {
                let payload = if kind == PING { payload } else { Vec::new() };
                attack.send(frame(kind, ACK, 0, &payload));
            }
            (PING | SETTINGS | WINDOW_UPDATE, _) => {}
            (kind, _) => return Some((kind, head[4], payload)),
        }
    }
}

/// Stores connections whose list is so many bytes long, or a little more.
fn store(target: &Target, bytes: usize) {
    const EACH: usize = 250_000;
    for _ in 0..bytes.div_ceil(EACH) {
        let mut large = connection(SECRET);
        large["description"] = json!("x".repeat(EACH));
        assert_eq!(target.answer_to(Target::request("POST", "", &large.to_string())).status, 201);
    }
}

/// Sends frames until the server takes no more, or `most` are sent.
fn flood(attack: &mut Attack, most: u32, mut next: impl FnMut(u32) -> Vec<u8>) {
    for number in 0..most {
        if !attack.send(next(number)) {
            return;
        }
    }
}

fn stream(number: u32) -> u32 {
    number * 2 + 1
}

#[test]
fn streams_that_are_reset_as_soon_as_they_are_open_do_no_harm() {
    let target = Target::start(&[]);
    let mut attack = connect(&target);
    flood(&mut attack, 20_000, |number| {
        let mut frames = frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream(number), &get());
        frames.extend(frame(RST_STREAM, 0, stream(number), &8_u32.to_be_bytes()));
        frames
    });
    attack.finish();
    attack.rest();
    target.expect_unharmed();
}

#[test]
fn more_streams_than_may_be_open_are_refused_one_by_one() {
    let target = Target::start(&["--request-timeout-ms", "1000"]);
    let mut attack = connect(&target);
    // None of them ends, so that each stays open.
    let mut post = get();
    post[0] = 0x83;
    flood(&mut attack, 2_000, |number| frame(HEADERS_FRAME, END_HEADERS, stream(number), &post));
    target.expect_normal();
    drop(attack);
    target.expect_unharmed();
}

#[test]
fn answers_that_nobody_reads_are_made_when_there_is_room_for_them() {
    const ASKED: u32 = 100;
    let target = Target::start(&[]);
    store(&target, 2_500_000);
    let mut attack = connect_with(&target, &NO_WINDOW);
    for number in 0..ASKED {
        attack.send(frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream(number), &get()));
    }
    target.expect_normal();
    target.expect_no_peak_above(100 * 1024);
    // Who begins to read gets all of them.
    attack.send(room(0, 0x7000_0000));
    for number in 0..ASKED {
        attack.send(room(stream(number), 0x1000_0000));
    }
    let mut ended = 0;
    while ended < ASKED {
        let (kind, flags, _) = next_frame(&mut attack).expect("the rest of the answers");
        assert!(matches!(kind, DATA | HEADERS_FRAME), "a frame of the kind {kind}");
        ended += u32::from(flags & END_STREAM);
    }
    target.expect_no_peak_above(100 * 1024);
}

#[test]
fn a_connection_on_which_nothing_goes_on_is_closed_though_it_answers_pings() {
    let target = Target::start(&["--header-read-timeout-ms", "400"]);
    store(&target, 1);
    for (settings, asks) in [(&[][..], false), (&[], true), (&NO_WINDOW, true)] {
        let mut attack = connect_with(&target, settings);
        if asks {
            attack.send(frame(HEADERS_FRAME, END_STREAM | END_HEADERS, 1, &get()));
        }
        let deadline = Instant::now() + PATIENCE;
        while next_frame(&mut attack).is_some() {
            assert!(Instant::now() < deadline, "still open");
        }
    }
    target.expect_unharmed();
}

#[test]
fn a_connection_whose_client_reads_slowly_stays_open() {
    const PART: u32 = 16_000;
    let target = Target::start(&["--header-read-timeout-ms", "400"]);
    store(&target, 1);
    let mut attack = connect_with(&target, &NO_WINDOW);
    attack.send(frame(HEADERS_FRAME, END_STREAM | END_HEADERS, 1, &get()));
    let (mut read, mut has_ended) = (0, false);
    while !has_ended {
        thread::sleep(Duration::from_millis(100));
        attack.send([room(0, PART), room(1, PART)].concat());
        let due = read + PART as usize;
        while read < due && !has_ended {
            let (kind, flags, payload) = next_frame(&mut attack).expect("the rest of the answer");
            if kind == DATA {
                read += payload.len();
            }
            has_ended = flags & END_STREAM != 0;
        }
    }
    assert!(read > 250_000, "{read}");
}

#[test]
fn a_header_block_without_an_end_is_cut_off() {
    let target = Target::start(&[]);
    for payload in [vec![], literal("x-large", &SECRET.repeat(500))] {
        let mut attack = connect(&target);
        attack.send(frame(HEADERS_FRAME, 0, 1, &get()));
        flood(&mut attack, 20_000, |_| frame(CONTINUATION, 0, 1, &payload));
        drop(attack);
        target.expect_normal();
    }
    target.expect_unharmed();
}

#[test]
fn headers_of_100_kb_are_refused() {
    let target = Target::start(&[]);
    let mut attack = connect(&target);
    let mut block = get();
    for number in 0..30 {
        block.extend(literal(&format!("x-{number}"), &SECRET.repeat(150)));
    }
    let mut chunks = block.chunks(16_000);
    attack.send(frame(HEADERS_FRAME, END_STREAM, 1, chunks.next().expect("a chunk")));
    for chunk in chunks {
        attack.send(frame(CONTINUATION, 0, 1, chunk));
    }
    attack.send(frame(CONTINUATION, END_HEADERS, 1, &[]));
    attack.finish();
    attack.rest();
    target.expect_unharmed();
}

#[test]
fn control_frames_that_want_an_answer_are_not_piled_up_where_nobody_reads_them() {
    let target = Target::start(&["--header-read-timeout-ms", "1000"]);
    let kinds = [(PING, vec![0; 8]), (SETTINGS, vec![]), (WINDOW_UPDATE, 1_u32.to_be_bytes().to_vec())];
    let mut attacks = kinds.map(|(kind, payload)| {
        let mut attack = connect(&target);
        attack.send_without_waiting(&frame(kind, 0, 0, &payload).repeat(200_000));
        attack
    });
    target.expect_normal();
    for attack in &mut attacks {
        attack.rest();
    }
    target.expect_unharmed();
}

#[test]
fn frames_that_make_no_sense_end_their_own_connection() {
    let target = Target::start(&[]);
    let nonsense = [
        frame(DATA, 0, 0, b"x"),
        frame(DATA, 0, 1, b"x"),
        frame(HEADERS_FRAME, END_HEADERS, 2, &get()),
        frame(HEADERS_FRAME, END_HEADERS, 0, &get()),
        frame(HEADERS_FRAME, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        frame(CONTINUATION, END_HEADERS, 1, &get()),
        frame(SETTINGS, 0, 1, &[]),
        frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]),
        frame(PING, 0, 0, b"short"),
        frame(WINDOW_UPDATE, 0, 0, &0_u32.to_be_bytes()),
        frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes()).repeat(2),
        [&[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1][..], &[0; 1000]].concat(),
        frame(250, 0xff, 0x7fff_ffff, &[0; 100]).repeat(1000),
    ];
    for bytes in nonsense {
        let mut attack = connect(&target);
        attack.send(bytes);
        attack.finish();
        attack.rest();
        target.expect_normal();
    }
    target.expect_unharmed();
}
