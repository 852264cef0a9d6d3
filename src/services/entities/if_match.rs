//! The precondition of an update or an action. Reference: "Updating"; `errors.csv`, FLOW-1403-400 and FLOW-1404-412.

use crate::base::error::{Code, Error, excerpt};
use crate::base::headers::IF_MATCH;
use crate::base::operation::Kind;
use crate::store::Etag;
use crate::store::query::Parameters;
use hyper::header::{self, HeaderMap};

/// The versions that a client accepts to overwrite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// Any version.
    Any,
    /// One of these etags, as the client wrote them.
    Etags(String),
}

impl IfMatch {
    /// Reads the header, or else the query parameter.
    ///
    /// # Errors
    /// FLOW-1403-400 if there is neither.
    pub(crate) fn read(headers: &HeaderMap, query: &Parameters) -> Result<Self, Error> {
        let header = Self::header(headers);
        let list = header.as_deref().or_else(|| query.last(IF_MATCH).map(str::trim));
        list.map(Self::of).ok_or_else(|| Error::of(Code::IfMatchMissing))
    }

    /// Reads the header of a call that does not need it; without one, any version is accepted.
    pub(crate) fn optional(headers: &HeaderMap) -> Self {
        Self::header(headers).as_deref().map_or(Self::Any, Self::of)
    }

    /// The value of the header, unless it is empty. Several headers are one list (RFC 9110, 5.3).
    fn header(headers: &HeaderMap) -> Option<String> {
        let values = headers.get_all(header::IF_MATCH).iter();
        let list =
            values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(",");
        Some(list.trim().to_owned()).filter(|list| !list.is_empty())
    }

    fn of(list: &str) -> Self {
        if list == "*" { Self::Any } else { Self::Etags(list.to_owned()) }
    }

    /// Checks that `current`, the version of an entity of that kind, is accepted.
    ///
    /// # Errors
    /// FLOW-1404-412 otherwise; the report has both versions.
    pub(crate) fn check(&self, current: Etag, kind: Kind) -> Result<(), Error> {
        self.check_named(current, kind.noun())
    }

    /// [`check`](Self::check) for something that the messages call `noun`.
    ///
    /// # Errors
    /// FLOW-1404-412.
    pub(crate) fn check_named(&self, current: Etag, noun: &str) -> Result<(), Error> {
        let Self::Etags(sent) = self else { return Ok(()) };
        let current = current.to_string();
        let bare = |etag: &str| {
            let etag = etag.trim();
            etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"').to_owned()
        };
        if sent.split(',').any(|etag| bare(etag) == bare(&current)) {
            return Ok(());
        }
        let sent = excerpt(sent);
        let detail = format!("If-Match is {sent} but the {noun} is at {current}; read it again");
        Err(Error::new(Code::EtagMismatch, detail).report("sent", sent).report("current", current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(sent: &str) -> bool {
        let current = Etag::new(0x1400_dd53, 1_597_973_317_000);
        let read = IfMatch::read(
            &HeaderMap::from_iter([(header::IF_MATCH, sent.parse().unwrap())]),
            &Parameters::default(),
        );
        read.unwrap().check(current, Kind::Connection).is_ok()
    }

    #[test]
    fn an_etag_matches_in_every_form_that_clients_write() {
        for sent in [
            "1400dd53-0000-0200-0000-5f3f23450000",
            "\"1400dd53-0000-0200-0000-5f3f23450000\"",
            "W/\"1400dd53-0000-0200-0000-5f3f23450000\"",
            "\"other\", \"1400dd53-0000-0200-0000-5f3f23450000\"",
            " * ",
        ] {
            assert!(matches(sent), "{sent}");
        }
        for sent in ["\"other\"", "\"1400DD53-0000-0200-0000-5f3f23450000\"", "\"\"", "W/", "**", ","] {
            assert!(!matches(sent), "{sent}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut sent = HeaderMap::new();
        for etag in ["other", "1400dd53-0000-0200-0000-5f3f23450000"] {
            sent.append(header::IF_MATCH, etag.parse().unwrap());
        }
        let read = IfMatch::read(&sent, &Parameters::default()).unwrap();
        assert!(read.check(Etag::new(0x1400_dd53, 1_597_973_317_000), Kind::Connection).is_ok());
    }

    #[test]
    fn the_header_wins_over_the_query_and_an_empty_one_counts_as_absent() {
        let query = Parameters::parse("if-match=query").unwrap();
        let header = |value: &str| HeaderMap::from_iter([(header::IF_MATCH, value.parse().unwrap())]);
        assert_eq!(IfMatch::read(&header("header"), &query).unwrap(), IfMatch::Etags("header".into()));
        assert_eq!(IfMatch::read(&header(""), &query).unwrap(), IfMatch::Etags("query".into()));
        let missing = IfMatch::read(&header(" "), &Parameters::default()).unwrap_err();
        assert_eq!(missing.code(), Code::IfMatchMissing);
    }
}
