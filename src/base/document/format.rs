//! Parses documents that a user writes, in JSON or YAML.

use crate::base::json;
use crate::base::json::Nulls;
use serde_json::Value;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    /// YAML 1.2. JSON is a subset of it.
    Yaml,
}

impl Format {
    /// The format of a file, by its name; `None` if it is not a document.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// The format of a body, by its content type: JSON, unless it says YAML.
    pub(crate) fn by_content_type(content_type: &str) -> Self {
        if content_type.to_ascii_lowercase().contains("yaml") { Self::Yaml } else { Self::Json }
    }
}

/// The largest number of levels in a document: those of an entity, and those around it.
pub(crate) const MAX_DEPTH: usize = json::MAX_DEPTH + json::AROUND_AN_ITEM;

/// The largest number of levels in YAML, whose parser needs more stack for each than that of JSON.
const MAX_YAML_DEPTH: usize = 64;

/// The largest number of bytes that aliases may add to a document in YAML.
const MAX_ALIASED_BYTES: usize = 64 * 1024 * 1024;

/// The largest number of values in a document of `bytes`. A value of two bytes takes a hundred in memory; the documents of
/// sandboxes have about one value in thirty bytes.
const fn max_values(bytes: usize) -> usize {
    const ANY_DOCUMENT: usize = 2_000_000;
    ANY_DOCUMENT + bytes / 16
}

/// Parses `text` and removes the `null`s in its objects.
///
/// # Errors
/// One sentence with the position of the error. It contains no value of the document, which may be a credential.
pub(crate) fn parse(text: &[u8], format: Format) -> Result<Value, String> {
    read(text, format, Nulls::Dropped)
}

/// Parses `text` and keeps its `null`s, for documents in which they are values to compare with.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_with_nulls(text: &[u8], format: Format) -> Result<Value, String> {
    read(text, format, Nulls::Kept)
}

fn read(text: &[u8], format: Format, nulls: Nulls) -> Result<Value, String> {
    match format {
        Format::Json => {
            json::parse_within(text, nulls, MAX_DEPTH, max_values(text.len())).map_err(|reason| {
                if looks_like_yaml(text) { format!("{reason}; {YAML_AS_JSON}") } else { reason }
            })
        }
        Format::Yaml => {
            let text = str::from_utf8(text).map_err(|error| {
                format!("not UTF-8: an invalid sequence begins at byte {}", error.valid_up_to())
            })?;
            serde_saphyr::with_deserializer_from_str_with_options(text, options(text.len()), |value| {
                let bytes = text.len() + MAX_ALIASED_BYTES;
                json::read(value, nulls, MAX_YAML_DEPTH, bytes, max_values(bytes))
            })
            .map_err(|error| {
                // The error's own text may quote the document.
                let place = error
                    .location()
                    .map_or(String::new(), |at| format!(" at line {} column {}", at.line(), at.column()));
                format!("not YAML that can be used: {}{place}", kind(&error))
            })
        }
    }
}

/// The remedy for YAML that was taken for JSON.
const YAML_AS_JSON: &str = "it looks like YAML: send it with Content-Type: application/yaml, or give its file a name that ends in .yaml";

/// Whether text that is not JSON begins like a document in YAML: with `---`, an element of a list, or a key.
fn looks_like_yaml(text: &[u8]) -> bool {
    const BEGINNING: usize = 4096;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = String::from_utf8_lossy(&text[..text.len().min(BEGINNING)]);
    let mut lines = text.lines().map(str::trim_end);
    let Some(first) = lines.find(|line| !line.is_empty() && !line.starts_with('#')) else { return false };
    let is_key = |key: &str| {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let begins_a_pair =
        |(key, value): (&str, &str)| is_key(key) && (value.is_empty() || value.starts_with(' '));
    first == "---" || first.starts_with("- ") || first.split_once(':').is_some_and(begins_a_pair)
}

/// The options for YAML 1.2, in which `no` and `1_000` are strings. The bounds allow everything that a text of `bytes` can
/// contain without aliases, and limit what aliases add.
fn options(bytes: usize) -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: bytes.saturating_mul(2).saturating_add(100),
            max_nodes: bytes.saturating_mul(2).saturating_add(100),
            max_total_scalar_bytes: bytes.saturating_add(MAX_ALIASED_BYTES),
            max_depth: MAX_YAML_DEPTH,
            // One anchor for the common part of all connections is good style.
            enforce_alias_anchor_ratio: false,
        },
    }
}

/// The kind of an error, without the value that caused it.
fn kind(error: &serde_saphyr::Error) -> &'static str {
    use serde_saphyr::Error;
    use serde_saphyr::budget::BudgetBreach;
    const ALIASES: &str = "its aliases make it larger than what is taken; write it out, or as JSON";
    match error.without_snippet() {
        Error::DuplicateMappingKey { .. } => "a key is given twice",
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            "it is nested deeper than 64 levels; write it as JSON"
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => ALIASES,
        Error::Message { msg, .. } if msg.contains(json::TOO_LARGE) => ALIASES,
        Error::Message { msg, .. } if msg.contains(json::TOO_MANY) => json::TOO_MANY,
        Error::UnknownAnchor { .. } => "an alias has no anchor",
        Error::AliasError { error, .. } => kind(error),
        Error::Eof { .. } => "it ends too early",
        Error::MultipleDocuments { .. } => "it holds more than one document",
        Error::ExternalMessage { msg, .. } => grammar(msg),
        _ => UNREADABLE,
    }
}

/// The kind of an error that no sentence fits.
const UNREADABLE: &str = "it cannot be read";

/// The sentence for a message of the YAML parser. The message itself may quote a character of the document.
fn grammar(message: &str) -> &'static str {
    const INDENTED: &str = "a line is indented otherwise than those around it";
    const KEYS: &str = "a line is indented otherwise than those around it, or a text with a colon in it has no quotes around it";
    const SENTENCES: [(&str, &str); 14] = [
        ("tab", "a tab stands where YAML takes only spaces"),
        ("ndent", INDENTED),
        ("unclosed quote", "a quote is not closed"),
        ("bracket", "a bracket is not closed, or was not opened"),
        ("flow mapping", "a comma or a closing brace is missing"),
        ("flow sequence", "a comma or a closing bracket is missing"),
        ("EOF", "it ends too early"),
        ("mapping values are not allowed", KEYS),
        ("':' indicator", KEYS),
        ("mapping keys are not allowed", INDENTED),
        ("did not find expected key", INDENTED),
        ("simple key", INDENTED),
        ("block sequence entries", INDENTED),
        ("block collection", INDENTED),
    ];
    let sentence = SENTENCES.iter().find(|(part, _)| message.contains(part));
    sentence.map_or(UNREADABLE, |(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_and_json_give_equal_documents() {
        let yaml =
            "# a comment\na: 1\nb: [x, 'y', \"z\"]\nc: {d: true, e: null}\nf: 1.5\ng: 2026-01-01T00:00:00Z\n";
        let expected =
            json!({"a": 1, "b": ["x", "y", "z"], "c": {"d": true}, "f": 1.5, "g": "2026-01-01T00:00:00Z"});
        assert_eq!(parse(yaml.as_bytes(), Format::Yaml).unwrap(), expected);
        assert_eq!(parse(expected.to_string().as_bytes(), Format::Json).unwrap(), expected);
        assert_eq!(parse(expected.to_string().as_bytes(), Format::Yaml).unwrap(), expected);
    }

    #[test]
    fn a_parse_error_names_its_place_and_never_quotes_the_text() {
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
    fn a_mistake_in_the_grammar_of_yaml_has_a_reason() {
        for (text, reason) in [
            ("a:\n  b: 1\n c: s3cret\n", "a line is indented otherwise"),
            ("a: 1\n  b: s3cret\n", "a line is indented otherwise"),
            ("a:\n- 1\n  - s3cret: 2\n", "a line is indented otherwise"),
            ("a:\n- 1\n - s3cret: 2\n  x: 1\n", "a line is indented otherwise"),
            ("a:\n\tb: s3cret\n", "a tab stands where YAML takes only spaces"),
            ("a: s3cret: b", "a text with a colon in it has no quotes around it"),
            ("a: \"s3cret", "a quote is not closed"),
            ("a: [s3cret", "is not closed"),
            ("a: {b: s3cret\nc: 1", "is"),
        ] {
            let refused = parse(text.as_bytes(), Format::Yaml).unwrap_err();
            assert!(refused.contains(reason) && !refused.contains(UNREADABLE), "{text}: {refused}");
            assert!(refused.contains(" at line ") && !refused.contains("s3cret"), "{text}: {refused}");
        }
    }

    #[test]
    fn yaml_that_is_read_as_json_is_refused_with_the_remedy() {
        for text in ["organisations:\n- a\n", "---\na: 1", "# a comment\n\n- a: 1\n", "\u{feff}name: x"] {
            let refused = parse(text.as_bytes(), Format::Json).unwrap_err();
            assert!(refused.contains(" at line ") && refused.contains(YAML_AS_JSON), "{refused}");
        }
        for text in ["{", "hello", "{\"a\": }", "http://a", "", "a b: c", "<html>", "\u{0}:"] {
            let refused = parse(text.as_bytes(), Format::Json).unwrap_err();
            assert!(!refused.contains("YAML"), "{text}: {refused}");
        }
    }

    fn yaml(text: &str) -> Value {
        parse(text.as_bytes(), Format::Yaml).unwrap_or_else(|reason| panic!("{text}: {reason}"))
    }

    #[test]
    fn yaml_is_read_as_yaml_1_2() {
        for (text, value) in [
            ("no", json!("no")),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("True", json!(true)),
            ("2026-01-01", json!("2026-01-01")),
            ("2026-01-01T00:00:00Z", json!("2026-01-01T00:00:00Z")),
            ("12:30:45", json!("12:30:45")),
            ("1_000", json!("1_000")),
            ("1.0", json!(1.0)),
            ("\"1.0\"", json!("1.0")),
            ("'007'", json!("007")),
            ("0x1F", json!(31)),
            ("+1", json!(1)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("!!str 1", json!("1")),
            ("a\n  b", json!("a b")),
            ("|\n  a\n  b\n", json!("a\nb\n")),
            (">-\n  a\n  b\n", json!("a b")),
            ("<<x", json!("<<x")),
        ] {
            assert_eq!(yaml(text), value, "{text}");
        }
        assert_eq!(yaml("a: ~\nb: null\nc:\nd: [~]\n"), json!({"d": [null]}));
        assert_eq!(yaml("1: x\ntrue: y\n"), json!({"1": "x", "true": "y"}));
    }

    #[test]
    fn anchors_and_merge_keys_are_written_out() {
        let text = "base: &base {a: 1, b: 2}\nlist:\n- *base\n- <<: *base\n  b: 3\n- b: 4\n  <<: *base\n";
        let base = json!({"a": 1, "b": 2});
        let expected = json!({"base": base, "list": [base, {"a": 1, "b": 3}, {"b": 4, "a": 1}]});
        assert_eq!(yaml(text), expected);
        // One anchor for the common part of many.
        let many = format!("base: &base {{a: 1}}\nlist:\n{}", "- <<: *base\n- *base\n".repeat(2000));
        assert_eq!(yaml(&many)["list"].as_array().unwrap().len(), 4000);
    }

    #[test]
    fn a_large_yaml_document_is_read_completely() {
        let many: String = (0..40_000).map(|number| format!("- {{name: n{number}, a: [1, 2]}}\n")).collect();
        assert_eq!(yaml(&many).as_array().unwrap().len(), 40_000);
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        for (format, max) in [(Format::Yaml, MAX_YAML_DEPTH), (Format::Json, MAX_DEPTH)] {
            assert_eq!(json::depth(&parse(nested(max).as_bytes(), format).unwrap()), max);
            assert!(parse(nested(max + 1).as_bytes(), format).is_err());
        }
        let block: String = (0..MAX_YAML_DEPTH).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(json::depth(&yaml(&(block + &" ".repeat(MAX_YAML_DEPTH) + "1"))), MAX_YAML_DEPTH);
    }

    #[test]
    fn a_value_that_json_cannot_represent_is_refused() {
        for text in [".inf", "-.inf", ".nan", "1e999", "99999999999999999999999999"] {
            match parse(text.as_bytes(), Format::Yaml) {
                Err(_) => {}
                Ok(value) => assert!(value.as_f64().is_some_and(f64::is_finite), "{text}: {value}"),
            }
        }
        for text in ["!!int x", "!!binary '*'", "? [a]\n: b", "%TAG"] {
            assert!(parse(text.as_bytes(), Format::Yaml).is_err(), "{text}");
        }
    }

    #[test]
    fn aliases_do_not_make_a_small_document_large() {
        let long = "x".repeat(1_000_000);
        let text = format!("a: &a {long}\nb: [{}]\n", ["*a"; 1000].join(", "));
        assert!(parse(text.as_bytes(), Format::Yaml).unwrap_err().contains("its aliases"));
    }

    #[test]
    fn a_document_of_nothing_but_values_is_refused_before_it_fills_the_memory() {
        let list = |value: &str, count: usize| format!("[{}{value}]", format!("{value},").repeat(count - 1));
        // A value in two bytes, and two in eight.
        for (value, most) in [("0", 2_000_000 * 8 / 7), ("{\"a\":1}", 2_000_000 * 2 / 3)] {
            assert!(parse(list(value, most).as_bytes(), Format::Json).is_ok(), "{value}");
            let reason = parse(list(value, most + 10).as_bytes(), Format::Json).unwrap_err();
            assert!(reason.starts_with(json::TOO_MANY), "{reason}");
        }
    }

    #[test]
    fn a_file_name_or_a_content_type_determines_the_format() {
        assert_eq!(Format::by_name("a.b/seed.YML"), Some(Format::Yaml));
        assert_eq!(Format::by_name("seed.json"), Some(Format::Json));
        assert_eq!((Format::by_name("seed"), Format::by_name("seed.txt")), (None, None));
        assert_eq!(Format::by_content_type("application/yaml; charset=utf-8"), Format::Yaml);
        assert_eq!(Format::by_content_type("application/json"), Format::Json);
    }
}
