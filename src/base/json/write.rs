//! [`write`]: a value as compact JSON, byte for byte as serde_json writes it.
//!
//! Every write of an entity serialises it once, which was a third of its time: serde_json looks at each byte of each text. This
//! looks at eight at a time. Numbers are left to serde_json.

use serde::ser::{self, Error as _, Serialize, Serializer};
use serde_json::Error;

/// Appends `value` to `bytes`.
///
/// # Errors
/// Those of the value itself, and for keys that are not texts and for [`serde_json::value::RawValue`]s.
pub(crate) fn write<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    value.serialize(Writer(bytes))
}

/// Appends a text in quotes.
fn write_text(bytes: &mut Vec<u8>, text: &str) {
    let text = text.as_bytes();
    match first_escaped(text) {
        None => {
            bytes.reserve(text.len() + 3); // with room for the comma or colon that follows
            bytes.push(b'"');
            bytes.extend_from_slice(text);
            bytes.push(b'"');
        }
        Some(at) => write_escaped(bytes, text, at),
    }
}

/// Appends a text in quotes, of which the byte at `at` is the first that needs an escape.
#[cold]
fn write_escaped(bytes: &mut Vec<u8>, mut rest: &[u8], mut at: usize) {
    bytes.reserve(rest.len() + 16);
    bytes.push(b'"');
    loop {
        bytes.extend_from_slice(&rest[..at]);
        escape(bytes, rest[at]);
        rest = &rest[at + 1..];
        match first_escaped(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    bytes.extend_from_slice(rest);
    bytes.push(b'"');
}

/// The place of the first byte that needs an escape.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        if let Some(at) = first_escaped_in(*word) {
            return Some(index * 8 + at);
        }
    }
    // The last bytes in one word too, with some that were looked at before, if there are so many.
    match bytes.last_chunk::<8>() {
        Some(last) => Some(bytes.len() - 8 + first_escaped_in(*last)?),
        None => rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')),
    }
}

/// The place of the first of eight bytes that needs an escape.
fn first_escaped_in(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    /// The top bit of each byte that is smaller than `limit`, which is at most 0x80, and perhaps of bytes behind such a one.
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(ONES * limit as u64) & !word & TOPS
    }
    let word = u64::from_le_bytes(word);
    let found =
        below(word, 0x20) | below(word ^ (ONES * b'"' as u64), 1) | below(word ^ (ONES * b'\\' as u64), 1);
    // The lowest bit is of a byte that needs an escape.
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

fn escape(bytes: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let [high, low] = [byte >> 4, byte & 0xf].map(|digit| DIGITS[usize::from(digit)]);
            return bytes.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    };
    bytes.extend_from_slice(&[b'\\', short]);
}

struct Writer<'a>(&'a mut Vec<u8>);

impl<'a> Writer<'a> {
    fn number(self, number: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(self.0, &number)
    }

    fn begin(self, opening: u8, closing: &'static str) -> Members<'a> {
        self.0.push(opening);
        Members { bytes: self.0, is_first: true, closing }
    }

    /// The beginning of a variant with content: `{"name":`.
    fn variant(&mut self, name: &str) {
        self.0.push(b'{');
        write_text(self.0, name);
        self.0.push(b':');
    }
}

/// An array or an object to which members are added.
struct Members<'a> {
    bytes: &'a mut Vec<u8>,
    is_first: bool,
    closing: &'static str,
}

impl Members<'_> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.bytes.push(b',');
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.comma();
        value.serialize(Writer(self.bytes))
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Error> {
        self.comma();
        write_text(self.bytes, key);
        self.bytes.push(b':');
        value.serialize(Writer(self.bytes))
    }

    fn close(self) -> Result<(), Error> {
        self.bytes.extend_from_slice(self.closing.as_bytes());
        Ok(())
    }
}

/// The methods for numbers.
macro_rules! numbers {
    ($( $method:ident $number:ty ),*) => { $(
        fn $method(self, value: $number) -> Result<(), Error> {
            self.number(value)
        }
    )* };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    numbers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
        serialize_f32 f32, serialize_f64 f64
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        write_text(self.0, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self, _: &'static str, value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self, _: &'static str, _: u32, variant: &'static str, value: &T,
    ) -> Result<(), Error> {
        self.variant(variant);
        value.serialize(Writer(self.0))?;
        self.0.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'a>, Error> {
        Ok(self.begin(b'[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'a>, Error> {
        Ok(self.begin(b'[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Error> {
        Ok(self.begin(b'[', "]"))
    }

    fn serialize_tuple_variant(
        mut self, _: &'static str, _: u32, variant: &'static str, _: usize,
    ) -> Result<Members<'a>, Error> {
        self.variant(variant);
        Ok(self.begin(b'[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Error> {
        Ok(self.begin(b'{', "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Error> {
        // serde_json's own serializer recognises its raw values by this name.
        if name == "$serde_json::private::RawValue" {
            return Err(Error::custom("raw JSON cannot be written"));
        }
        Ok(self.begin(b'{', "}"))
    }

    fn serialize_struct_variant(
        mut self, _: &'static str, _: u32, variant: &'static str, _: usize,
    ) -> Result<Members<'a>, Error> {
        self.variant(variant);
        Ok(self.begin(b'{', "}}"))
    }
}

/// Implements serde's traits for arrays and objects whose members are added by a method of [`Members`].
macro_rules! members {
    ($( $serialize:ident $method:ident ( $($key:ident)? ) $add:ident )*) => { $(
        impl ser::$serialize for Members<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(
                &mut self, $($key: &'static str,)? value: &T,
            ) -> Result<(), Error> {
                self.$add($($key,)? value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    )* };
}

members! {
    SerializeSeq serialize_element() element
    SerializeTuple serialize_element() element
    SerializeTupleStruct serialize_field() element
    SerializeTupleVariant serialize_field() element
    SerializeStruct serialize_field(key) member
    SerializeStructVariant serialize_field(key) member
}

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.comma();
        let at = self.bytes.len();
        key.serialize(Writer(self.bytes))?;
        if self.bytes.get(at) == Some(&b'"') { Ok(()) } else { Err(Error::custom("a key must be a text")) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.bytes.push(b':');
        value.serialize(Writer(self.bytes))
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Value, json, value::RawValue};
    use std::collections::BTreeMap;

    fn written<T: Serialize + ?Sized>(value: &T) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, value).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[derive(Serialize)]
    enum Variants {
        Unit,
        Newtype(u8),
        Tuple(i8, char),
        Struct { a: Option<bool>, b: () },
    }

    #[derive(Serialize)]
    struct Everything {
        numbers: (i16, u16, i32, u32, i64, u64, f32, f64),
        variants: [Variants; 4],
        bytes: BTreeMap<String, Option<u8>>,
        nan: f64,
        #[serde(flatten)]
        more: Value,
    }

    #[test]
    fn every_type_is_written_as_serde_json_writes_it() {
        let everything = Everything {
            numbers: (i16::MIN, u16::MAX, -1, 1, i64::MIN, u64::MAX, 1.5, -0.0),
            variants: [
                Variants::Unit,
                Variants::Newtype(7),
                Variants::Tuple(-1, 'é'),
                Variants::Struct { a: Some(true), b: () },
            ],
            bytes: [("a\"b".to_owned(), None), (String::new(), Some(1))].into(),
            nan: f64::NAN,
            more: json!({"empty": {}, "none": [], "nested": [[1, {"a": null}], "b"]}),
        };
        assert_eq!(written(&everything), serde_json::to_string(&everything).unwrap());
    }

    #[test]
    fn every_byte_is_escaped_at_every_place_as_serde_json_does() {
        for byte in 0..0x80_u8 {
            for before in 0..17 {
                let text = format!("{}{}{}", "é".repeat(before), char::from(byte), "z".repeat(9));
                assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    #[test]
    fn a_key_that_is_no_text_and_raw_json_are_refused() {
        let mut bytes = Vec::new();
        assert!(write(&mut bytes, &BTreeMap::from([(1, 2)])).is_err());
        assert!(write(&mut bytes, &RawValue::from_string("1".to_owned()).unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn texts_are_written_as_serde_json_writes_them(text: String, bytes in "[\\x00-\\x7f]{0,40}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
            prop_assert_eq!(written(&bytes), serde_json::to_string(&bytes).unwrap());
        }

        #[test]
        fn numbers_are_written_as_serde_json_writes_them(float: f64, signed: i64, unsigned: u64) {
            let value = json!([float, signed, unsigned]);
            prop_assert_eq!(written(&value), value.to_string());
        }
    }
}
