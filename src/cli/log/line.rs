//! [`Line`]: one event as text or as JSON.

use std::cell::Cell;
use std::fmt::{self, Debug, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::Level;
use tracing::field::{Field, Visit};

/// The name of the field that holds an event's sentence.
const MESSAGE: &str = "message";

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Text.
    Plain,
    /// Text with the colours of a terminal.
    Coloured,
    /// A JSON object.
    Json,
}

/// A second since the epoch, and its text.
type Second = (Option<u64>, [u8; SECOND_BYTES]);

const SECOND_BYTES: usize = "2026-01-01T00:00:00".len();

/// The number of digits of the largest `u64`.
const MAX_DIGITS: usize = "18446744073709551615".len();

thread_local! {
    /// The second of the last line: most lines are of the same one, and its date takes long to compute.
    static SECOND: Cell<Second> = const { Cell::new((None, [0; SECOND_BYTES])) };
}

/// A second with its text, which is kept for the next line.
fn second(since_epoch: u64) -> Second {
    let time = UNIX_EPOCH + Duration::from_secs(since_epoch);
    let text = humantime::format_rfc3339_seconds(time).to_string();
    let text = text.as_bytes().first_chunk().copied().unwrap_or([b'?'; SECOND_BYTES]);
    let second = (Some(since_epoch), text);
    SECOND.set(second);
    second
}

/// A line while the fields of its event are added.
pub(super) struct Line {
    bytes: Vec<u8>,
    style: Style,
}

impl Line {
    /// Begins a line in `memory`, whose content is removed.
    pub(super) fn begin(mut memory: Vec<u8>, style: Style, time: SystemTime, level: Level) -> Self {
        memory.clear();
        let mut line = Self { bytes: memory, style };
        match style {
            Style::Json => {
                line.push("{\"timestamp\":\"");
                line.push_time(time);
                line.push("\",\"level\":\"");
                line.push(level.as_str());
                line.push("\"");
            }
            Style::Plain | Style::Coloured => {
                line.dimmed(|line| line.push_time(time));
                line.push(if level.as_str().len() == 4 { "  " } else { " " });
                line.coloured(colour(level), |line| line.push(level.as_str()));
            }
        }
        line
    }

    /// Ends the line of an event with that target.
    pub(super) fn end(mut self, target: &str) -> Vec<u8> {
        if self.style == Style::Json {
            self.push(",\"target\":");
            self.push_json(target);
            self.push("}");
        }
        self.push("\n");
        self.bytes
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn push_time(&mut self, time: SystemTime) {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let second = SECOND.get();
        let (_, text) =
            if second.0 == Some(since.as_secs()) { second } else { self::second(since.as_secs()) };
        self.bytes.extend_from_slice(&text);
        let mut micros = *b".000000Z";
        let mut rest = since.subsec_micros();
        for digit in micros[1..7].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        self.bytes.extend_from_slice(&micros);
    }

    fn coloured(&mut self, code: &str, text: impl FnOnce(&mut Self)) {
        if self.style != Style::Coloured {
            return text(self);
        }
        self.push("\x1b[");
        self.push(code);
        self.push("m");
        text(self);
        self.push("\x1b[0m");
    }

    fn dimmed(&mut self, text: impl FnOnce(&mut Self)) {
        self.coloured("2", text);
    }

    /// Writes everything of a field that comes before its value.
    fn name(&mut self, field: &Field) {
        let name = field.name();
        match self.style {
            Style::Json => {
                self.push(",");
                self.push_json(name);
                self.push(":");
            }
            Style::Plain | Style::Coloured => {
                self.push(" ");
                if name != MESSAGE {
                    self.coloured("3", |line| line.push(name));
                    self.dimmed(|line| line.push("="));
                }
            }
        }
    }

    /// Writes a text in JSON.
    fn push_json(&mut self, text: &str) {
        // Nothing in nearly all texts needs an escape.
        if is_all_plain(text) {
            self.push_quoted(text);
        } else {
            // A vector takes all bytes, and a text is always valid JSON.
            _ = serde_json::to_writer(&mut self.bytes, text);
        }
    }

    /// Writes a text that needs no escapes.
    fn push_quoted(&mut self, text: &str) {
        self.push("\"");
        self.push(text);
        self.push("\"");
    }

    /// Writes a number as Rust and JSON do, without the code that Rust has for every width and sign.
    fn push_number(&mut self, number: u64) {
        let (mut digits, mut rest) = ([0; MAX_DIGITS], number);
        let mut first = MAX_DIGITS;
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[first..]);
    }
}

/// Whether neither JSON nor Rust escapes any byte of the text.
fn is_all_plain(text: &str) -> bool {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\');
    // Without an early exit, so that many bytes are looked at together.
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
}

/// The code of a level's colour.
fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "31",
        Level::WARN => "33",
        Level::INFO => "32",
        Level::DEBUG => "34",
        Level::TRACE => "35",
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        match self.style {
            Style::Json => {
                let text = format!("{value:?}");
                self.push_json(&text);
            }
            // A text may quote a client: what controls a terminal is escaped.
            Style::Plain | Style::Coloured => _ = write!(Visible(self), "{value:?}"),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == MESSAGE {
            return self.record_debug(field, &format_args!("{value}"));
        }
        self.name(field);
        match self.style {
            Style::Json => self.push_json(value),
            _ if is_all_plain(value) => self.push_quoted(value),
            Style::Plain | Style::Coloured => _ = write!(self, "{value:?}"),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        self.push_number(value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.name(field);
        _ = write!(self, "{value}");
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field);
        self.push(if value { "true" } else { "false" });
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        /// The largest number of thousandths that is written without general code.
        const MAX: f64 = 1e12;
        self.name(field);
        // Times have three decimals at most, which take a tenth of the time of any number.
        let thousandths = (value * 1e3).round();
        if value.is_sign_positive() && thousandths < MAX && thousandths / 1e3 == value {
            let thousandths = thousandths as u64;
            let mut decimals = *b".000";
            let mut rest = thousandths % 1000;
            for digit in decimals[1..].iter_mut().rev() {
                *digit += (rest % 10) as u8;
                rest /= 10;
            }
            self.push_number(thousandths / 1000);
            let digits = decimals.iter().rposition(|digit| *digit != b'0').unwrap_or_default();
            self.bytes.extend_from_slice(&decimals[..=digits.max(1)]);
        } else if value.is_finite() || self.style != Style::Json {
            _ = write!(self, "{value:?}");
        } else {
            self.push("null");
        }
    }
}

/// Escapes control characters.
struct Visible<'a>(&'a mut Line);

impl Write for Visible<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.chars().any(char::is_control) {
            self.0.push(text);
            return Ok(());
        }
        text.chars().try_for_each(|letter| match letter {
            '\n' | '\t' => self.0.write_char(letter),
            _ if letter.is_control() => write!(self.0, "{}", letter.escape_debug()),
            _ => self.0.write_char(letter),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::output::Output;
    use super::super::subscriber::Log;
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing::level_filters::LevelFilter;
    use tracing::subscriber::with_default;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `events` writes.
    fn lines(style: Style, level: LevelFilter, events: impl FnOnce()) -> Vec<String> {
        let kept = Kept::default();
        let output = Output::start(kept.clone(), |_| ()).unwrap();
        with_default(Log::new(output.clone(), level, style), events);
        output.finish(Duration::from_secs(20));
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// A line without its time.
    fn without_time(line: &str) -> &str {
        let (time, rest) = line.split_at("2026-01-01T00:00:00.000000Z".len());
        assert!(humantime::parse_rfc3339(time).is_ok() && time.ends_with('Z'), "{line}");
        rest
    }

    fn an_event_of_each_level() {
        tracing::error!("no {}", "room");
        tracing::warn!(dropped = 3_u64, name = "a \"b\"\n\x1b[31m", "lines were dropped");
        tracing::info!(ms = 1.25, is = true, none = None::<u64>, below = -1_i64, what = ?Some("x"));
        tracing::debug!(error = %"bell \x07", "ended");
        tracing::trace!("all");
    }

    #[test]
    fn a_line_of_text_has_time_level_message_and_fields() {
        let lines = lines(Style::Plain, LevelFilter::TRACE, an_event_of_each_level);
        let lines: Vec<&str> = lines.iter().map(|line| without_time(line)).collect();
        assert_eq!(
            lines,
            [
                " ERROR no room",
                "  WARN lines were dropped dropped=3 name=\"a \\\"b\\\"\\n\\u{1b}[31m\"",
                "  INFO ms=1.25 is=true below=-1 what=Some(\"x\")",
                " DEBUG ended error=bell \\u{7}",
                " TRACE all",
            ]
        );
    }

    #[test]
    fn a_line_of_json_has_a_member_for_each_field() {
        let lines = lines(Style::Json, LevelFilter::TRACE, an_event_of_each_level);
        let objects = lines.iter().map(|line| {
            let mut object: Value = serde_json::from_str(line).expect(line);
            let time = object.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(humantime::parse_rfc3339(time.as_str().unwrap()).is_ok(), "{line}");
            let target = object.as_object_mut().unwrap().remove("target").unwrap();
            assert!(target.as_str().unwrap().starts_with("flowmock"), "{line}");
            object
        });
        assert_eq!(
            objects.collect::<Vec<_>>(),
            [
                json!({"level": "ERROR", "message": "no room"}),
                json!({"level": "WARN", "message": "lines were dropped", "dropped": 3, "name": "a \"b\"\n\x1b[31m"}),
                json!({"level": "INFO", "ms": 1.25, "is": true, "below": -1, "what": "Some(\"x\")"}),
                json!({"level": "DEBUG", "message": "ended", "error": "bell \x07"}),
                json!({"level": "TRACE", "message": "all"}),
            ]
        );
    }

    #[test]
    fn the_time_is_written_to_the_microsecond() {
        for (micros, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_000_001, "1970-01-01T00:00:01.000001Z"),
            (1_767_225_599_999_999, "2025-12-31T23:59:59.999999Z"),
            (1_767_225_600_120_000, "2026-01-01T00:00:00.120000Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_micros(micros);
            let line = Line::begin(Vec::new(), Style::Plain, time, Level::INFO);
            assert_eq!(line.end("flowmock"), format!("{expected}  INFO\n").into_bytes());
        }
    }

    #[test]
    fn a_terminal_gets_colours() {
        let lines = lines(Style::Coloured, LevelFilter::WARN, an_event_of_each_level);
        assert!(
            lines[0].starts_with("\x1b[2m") && lines[0].ends_with("Z\x1b[0m \x1b[31mERROR\x1b[0m no room")
        );
        assert!(lines[1].contains(" \x1b[3mdropped\x1b[0m\x1b[2m=\x1b[0m3 "), "{lines:?}");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn events_of_other_crates_and_of_lower_levels_are_left_out() {
        let lines = lines(Style::Plain, LevelFilter::WARN, || {
            tracing::warn!(target: "hyper", "of another crate");
            tracing::info!("of a lower level");
            assert!(!tracing::enabled!(Level::INFO) && tracing::enabled!(Level::WARN));
        });
        assert!(lines.is_empty(), "{lines:?}");
    }

    proptest! {
        #[test]
        fn numbers_look_as_in_rust(value in prop_oneof![any::<f64>(), (0_u64..10_000_000).prop_map(|n| n as f64 / 1e3)]) {
            let [line] = &lines(Style::Plain, LevelFilter::INFO, || tracing::info!(value))[..] else { panic!() };
            prop_assert_eq!(line.split_once("value=").unwrap().1, format!("{value:?}"));
        }

        #[test]
        fn whole_numbers_look_as_in_rust(value in prop_oneof![any::<u64>(), 0_u64..2000, Just(u64::MAX)]) {
            let [line] = &lines(Style::Plain, LevelFilter::INFO, || tracing::info!(value))[..] else { panic!() };
            prop_assert_eq!(line.split_once("value=").unwrap().1, value.to_string());
        }

        #[test]
        fn every_text_is_read_back(value: String) {
            let [line] = &lines(Style::Json, LevelFilter::INFO, || tracing::info!(value))[..] else { panic!() };
            let object: Value = serde_json::from_str(line).unwrap();
            prop_assert_eq!(object["value"].as_str(), Some(value.as_str()));
            let [line] = &lines(Style::Plain, LevelFilter::INFO, || tracing::info!(value))[..] else { panic!() };
            prop_assert_eq!(line.split_once("value=").unwrap().1, format!("{value:?}"));
        }
    }
}
