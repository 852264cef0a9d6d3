//! [`Template`]: JSON with slots. Runs of flows that end alike differ in a few ids and times, so their JSON is serialised once
//! and then copied.

use super::slot::Slot;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// JSON with slots.
pub(super) struct Template {
    /// The text without the slots.
    text: Vec<u8>,
    /// The slots, each with the length of the text before it.
    slots: Vec<(usize, Slot)>,
}

impl Template {
    /// The template of a value that has [slots](Slot) in it.
    ///
    /// # Errors
    /// Those of serialising.
    pub(super) fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut marked = Vec::with_capacity(2048);
        value.serialize(&mut Serializer::with_formatter(&mut marked, Marks))?;
        let (mut text, mut slots) = (Vec::with_capacity(marked.len()), Vec::new());
        let mut rest = marked.as_slice();
        // In JSON without white space a control character can only be a mark: those of texts are escaped.
        while let Some(at) = rest.iter().position(|byte| *byte < b' ') {
            text.extend_from_slice(&rest[..at]);
            slots.extend(Slot::of_mark(rest[at]).map(|slot| (text.len(), slot)));
            rest = &rest[at + 1..];
        }
        text.extend_from_slice(rest);
        Ok(Self { text, slots })
    }

    /// Writes the JSON to `out`; `fill` writes the value of a slot.
    ///
    /// # Errors
    /// Those of `fill`.
    pub(super) fn write<E>(
        &self, out: &mut Vec<u8>, mut fill: impl FnMut(Slot, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut written = 0;
        for &(at, slot) in &self.slots {
            out.extend_from_slice(&self.text[written..at]);
            fill(slot, out)?;
            written = at;
        }
        out.extend_from_slice(&self.text[written..]);
        Ok(())
    }
}

/// Writes the mark of each slot.
struct Marks;

impl Formatter for Marks {
    fn write_u128<W: ?Sized + Write>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        writer.write_all(&[value as u8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::convert::Infallible;

    #[test]
    fn slots_are_filled_and_control_characters_in_texts_stay() {
        #[derive(Serialize)]
        struct Value {
            text: &'static str,
            slots: [Slot; 2],
            own: serde_json::Value,
        }
        let own = json!({"\u{1}": [1, -1, 0.5, u64::MAX]});
        let value = Value { text: "\u{1}\n", slots: [Slot::Start, Slot::Id], own: own.clone() };
        let mut written = Vec::new();
        let fill = |slot, out: &mut Vec<u8>| -> Result<(), Infallible> {
            out.push(if slot == Slot::Start { b'7' } else { b'8' });
            Ok(())
        };
        Template::of(&value).unwrap().write(&mut written, fill).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(read, json!({"text": "\u{1}\n", "slots": [7, 8], "own": own}));
    }
}
