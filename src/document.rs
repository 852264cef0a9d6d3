//! Documents that a user hands to flowmock itself, in a file or to a control call: JSON, or YAML, from text to a value.

use crate::json::{self, Nulls};
use serde_json::Value;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    /// YAML 1.2, of which JSON is a part: but then a key given twice is found at once, with its line.
    Yaml,
}

impl Format {
    /// What a file of that name holds; `None` for one that is no document.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// What a body of that content type holds: JSON, unless it says YAML.
    pub(crate) fn by_content_type(content_type: &str) -> Self {
        if content_type.to_ascii_lowercase().contains("yaml") { Self::Yaml } else { Self::Json }
    }
}

/// The value that `text` holds, without the `null`s in its objects.
///
/// # Errors
/// One sentence with the position of the fault. It repeats no value of the document, which may hold credentials.
pub(crate) fn parse(text: &[u8], format: Format) -> Result<Value, String> {
    read(text, format, Nulls::Dropped)
}

/// The value that `text` holds, `null`s and all: for documents in which `null` is a value to compare with.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_with_nulls(text: &[u8], format: Format) -> Result<Value, String> {
    read(text, format, Nulls::Kept)
}

fn read(text: &[u8], format: Format, nulls: Nulls) -> Result<Value, String> {
    match format {
        Format::Json => json::parse(text, nulls),
        Format::Yaml => {
            let text = str::from_utf8(text).map_err(|error| {
                format!("not UTF-8: an invalid sequence begins at byte {}", error.valid_up_to())
            })?;
            let mut value: Value = serde_saphyr::from_str(text).map_err(|error| {
                // What it says of itself may quote the document.
                let place = error
                    .location()
                    .map_or(String::new(), |at| format!(" at line {} column {}", at.line(), at.column()));
                format!("not YAML that can be used: {}{place}", kind(&error))
            })?;
            if nulls == Nulls::Dropped {
                json::drop_nulls(&mut value);
            }
            if json::depth(&value) > json::MAX_DEPTH {
                return Err(format!("nested more than {} deep", json::MAX_DEPTH));
            }
            Ok(value)
        }
    }
}

/// What is wrong, without what it is wrong with.
fn kind(error: &serde_saphyr::Error) -> &'static str {
    use serde_saphyr::Error;
    match error.without_snippet() {
        Error::DuplicateMappingKey { .. } => "a key is given twice",
        Error::Budget { .. } => "it is larger than what is taken as YAML; write it as JSON",
        Error::UnknownAnchor { .. } => "an alias has no anchor",
        Error::Eof { .. } => "it ends too early",
        Error::MultipleDocuments { .. } => "it holds more than one document",
        _ => "it cannot be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml =
            "# a comment\na: 1\nb: [x, 'y', \"z\"]\nc: {d: true, e: null}\nf: 1.5\ng: 2026-01-01T00:00:00Z\n";
        let expected =
            json!({"a": 1, "b": ["x", "y", "z"], "c": {"d": true}, "f": 1.5, "g": "2026-01-01T00:00:00Z"});
        assert_eq!(parse(yaml.as_bytes(), Format::Yaml).unwrap(), expected);
        assert_eq!(parse(expected.to_string().as_bytes(), Format::Json).unwrap(), expected);
        assert_eq!(parse(expected.to_string().as_bytes(), Format::Yaml).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place_and_never_quoted() {
        let deep = "[".repeat(10_000);
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
            d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\n\
            g: &g [*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g]\n";
        for text in [
            "a: s3cret\na: s3cret\n",
            "a: [s3cret",
            "a: *s3cret",
            "s3cret: s3cret: s3cret",
            &deep,
            bomb,
            "--- a\n--- b\n",
        ] {
            let reason = parse(text.as_bytes(), Format::Yaml).unwrap_err();
            assert!(!reason.contains("s3cret"), "{reason}");
        }
        assert!(parse(b"a: s3cret\na: b\n", Format::Yaml).unwrap_err().contains("twice at line 2"));
        assert!(parse(b"\xff", Format::Yaml).unwrap_err().starts_with("not UTF-8"));
    }

    #[test]
    fn a_name_or_a_content_type_tells_the_format() {
        assert_eq!(Format::by_name("a.b/seed.YML"), Some(Format::Yaml));
        assert_eq!(Format::by_name("seed.json"), Some(Format::Json));
        assert_eq!((Format::by_name("seed"), Format::by_name("seed.txt")), (None, None));
        assert_eq!(Format::by_content_type("application/yaml; charset=utf-8"), Format::Yaml);
        assert_eq!(Format::by_content_type("application/json"), Format::Json);
    }
}
