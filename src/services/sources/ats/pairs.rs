//! The `key=value` pairs of connection strings.

use memchr::memchr;
use std::fmt;

/// The first error in a connection string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// It contains only separators and white space.
    Empty,
    /// The pair at this position, counted from 1, has no `=`.
    NotAPair(usize),
    /// The key of the pair at this position is unknown.
    UnknownKey(usize),
    /// The key is repeated.
    Twice(&'static str),
    /// Behind a separator other than `;`, the value of the pair at this position goes on with this key.
    Separator(usize, &'static str),
    /// The key has no value.
    NoValue(&'static str),
    /// The key's value is not what the text describes.
    Invalid(&'static str, &'static str),
    /// The first key requires the second.
    Needs(&'static str, &'static str),
    /// The two keys exclude each other.
    Excludes(&'static str, &'static str),
    /// It has no credential.
    NoCredential,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(
                "the connection string is empty; write DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...",
            ),
            Self::NotAPair(at) => write!(f, "pair {at} is not of the form key=value"),
            Self::UnknownKey(at) => {
                write!(f, "pair {at} has an unknown key; the keys are {}", PairKey::NAMES.join(", "))
            }
            Self::Separator(at, key) => {
                write!(f, "pair {at} goes on with {key}; separate the pairs with ;")
            }
            Self::Twice(key) => write!(f, "{key} is given twice"),
            Self::NoValue(key) => write!(f, "{key} has no value"),
            Self::Invalid(key, expected) => write!(f, "{key} must be {expected}"),
            Self::Needs(key, other) => write!(f, "{key} needs {other} beside it"),
            Self::Excludes(key, other) => write!(f, "{key} and {other} exclude each other; give one of them"),
            Self::NoCredential => f.write_str(
                "there is nothing to authenticate with; give AccountName and AccountKey, or TableEndpoint and \
                 SharedAccessSignature, or UseDevelopmentStorage=true alone",
            ),
        }
    }
}

macro_rules! keys {
    ($( $key:ident )*) => {
        /// The keys of connection strings, with Azure's names.
        #[derive(Clone, Copy)]
        #[allow(clippy::enum_variant_names)] // AccountKey is Azure's name for it
        pub(super) enum PairKey { $( $key, )* }

        impl PairKey {
            pub(super) const ALL: [Self; [$( Self::$key, )*].len()] = [$( Self::$key, )*];
            const NAMES: [&str; Self::ALL.len()] = [$( stringify!($key), )*];
        }
    };
}

keys! {
    DefaultEndpointsProtocol AccountName AccountKey SharedAccessSignature EndpointSuffix
    TableEndpoint TableSecondaryEndpoint BlobEndpoint BlobSecondaryEndpoint QueueEndpoint QueueSecondaryEndpoint
    FileEndpoint FileSecondaryEndpoint UseDevelopmentStorage DevelopmentStorageProxyUri
}

impl PairKey {
    pub(super) const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }
}

/// The pairs of a connection string, by key.
pub(super) struct Pairs<'a>([Option<&'a str>; PairKey::ALL.len()]);

impl<'a> Pairs<'a> {
    /// Splits a connection string into pairs; each value is not empty.
    ///
    /// # Errors
    /// The first malformed pair, unknown or repeated key, key without a value, or pair that contains another.
    pub(super) fn parse(text: &'a str) -> Result<Self, ParseError> {
        let mut pairs = Self([None; PairKey::ALL.len()]);
        let (mut at, mut rest) = (0, Some(text));
        while let Some(text) = rest {
            at += 1;
            let pair;
            (pair, rest) = match memchr(b';', text.as_bytes()) {
                Some(end) => (&text[..end], Some(&text[end + 1..])),
                None => (text, None),
            };
            if pair.trim().is_empty() {
                continue;
            }
            // The first `=` separates; values may contain more.
            let end = memchr(b'=', pair.as_bytes()).ok_or(ParseError::NotAPair(at))?;
            let (key, value) = (&pair[..end], &pair[end + 1..]);
            let key = PairKey::from_name(key.trim()).ok_or(ParseError::UnknownKey(at))?;
            let value = value.trim();
            if value.is_empty() {
                return Err(ParseError::NoValue(key.name()));
            }
            if let Some(inner) = key_inside(value) {
                return Err(ParseError::Separator(at, inner.name()));
            }
            if pairs.0[key as usize].replace(value).is_some() {
                return Err(ParseError::Twice(key.name()));
            }
        }
        Ok(pairs)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: PairKey) -> Option<&'a str> {
        self.0[key as usize]
    }

    /// The first present key that is not in `but`.
    pub(super) fn other_than(&self, but: &[PairKey]) -> Option<PairKey> {
        PairKey::ALL
            .into_iter()
            .find(|&key| self.get(key).is_some() && !but.iter().any(|b| *b as usize == key as usize))
    }
}

/// The first key of another pair in a value, behind a separator that is not the right one. No valid value contains one.
fn key_inside(value: &str) -> Option<PairKey> {
    let separates = |byte: u8| matches!(byte, b',' | b'&' | b'|' | b' ' | b'\t' | b'\r' | b'\n');
    if !value.bytes().any(separates) {
        return None;
    }
    let parts = value.split([',', '&', '|', ' ', '\t', '\r', '\n']).skip(1);
    parts.filter_map(|part| part.split_once('=')).find_map(|(key, _)| PairKey::from_name(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_behind_another_separator_are_found() {
        for text in [
            "AccountName=a,AccountKey=b",
            "AccountName=a, accountkey=b",
            "AccountName=a&AccountKey=b",
            "AccountName=a\nAccountKey=b",
        ] {
            let error = Pairs::parse(text).err().expect(text);
            assert_eq!(error, ParseError::Separator(1, "AccountKey"), "{text}");
            assert_eq!(error.to_string(), "pair 1 goes on with AccountKey; separate the pairs with ;");
        }
        let pairs = Pairs::parse("SharedAccessSignature=sv=1&sig=a,b=c;AccountName=a")
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(pairs.get(PairKey::SharedAccessSignature), Some("sv=1&sig=a,b=c"));
    }
}
