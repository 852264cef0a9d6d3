//! HTTP/2, frame by frame: floods that its framing makes cheap for a client.

use crate::process::HEADERS;
use crate::target::{Attack, SECRET, Target};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS_FRAME: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

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
    let mut attack = target.connect();
    attack.send(PREFACE);
    attack.send(frame(SETTINGS, 0, 0, &[]));
    attack
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
