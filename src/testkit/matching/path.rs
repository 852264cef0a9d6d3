//! [`PathPattern`]: matches paths segment by segment.
//!
//! Decided: a pattern matches the whole path, or the part below the base path of the Flow Service or of Connectors, so
//! that `/connections/{id}` is enough. Segments are compared decoded and in the same letter case.

use crate::base::operation::paths::below_base;
use crate::base::operation::{Api, Operation};
use percent_encoding::percent_decode_str;
use std::fmt;

/// A path in which some segments match any segment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PathPattern {
    /// The pattern as it was written.
    text: String,
    segments: Vec<Segment>,
    /// Whether any number of segments may follow.
    open: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    /// Any segment but an empty one.
    Any,
    /// This segment, decoded.
    Is(Vec<u8>),
}

/// The largest number of segments in a pattern.
const MAX_SEGMENTS: usize = 50;

impl PathPattern {
    /// Reads a pattern: `*` and `{name}` stand for any one segment, `**` at the end for any number of them.
    ///
    /// # Errors
    /// The reason why `text` is not a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('/') else {
            return Err("must begin with a slash".to_owned());
        };
        if path.contains(['?', '#']) {
            return Err("must be a path without a query; use query for its parameters".to_owned());
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut texts: Vec<&str> = path.split('/').filter(|_| !path.is_empty()).collect();
        let open = texts.pop_if(|last| *last == "**").is_some();
        if texts.len() > MAX_SEGMENTS {
            return Err(format!("has more than {MAX_SEGMENTS} segments"));
        }
        let segments = texts.into_iter().map(Segment::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), segments, open })
    }

    /// Whether the pattern matches the path.
    pub(super) fn fits(&self, path: &str) -> bool {
        self.fits_whole(path) || below_base(path).is_some_and(|below| self.fits_whole(below))
    }

    /// Whether a request for some operation of a service can have a path that the pattern matches.
    pub(super) fn can_fit_an_operation(&self) -> bool {
        let mut served = Operation::ALL.iter().filter(|operation| operation.api() != Api::Control);
        served.any(|operation| {
            let path = operation.path();
            self.can_fit(path) || below_base(path).is_some_and(|below| self.can_fit(below))
        })
    }

    /// Whether a path of that template can match.
    fn can_fit(&self, template: &str) -> bool {
        let mut rest = template.split('/').skip(1);
        let is_parameter = |text: &str| text.starts_with('{');
        let fits = self
            .segments
            .iter()
            .all(|segment| rest.next().is_some_and(|text| is_parameter(text) || segment.fits(text)));
        fits && (self.open || rest.next().is_none())
    }

    fn fits_whole(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else { return path.is_empty() && self.segments.is_empty() };
        let mut rest = path.split('/').filter(|_| !path.is_empty());
        let fits = self.segments.iter().all(|segment| rest.next().is_some_and(|text| segment.fits(text)));
        fits && (self.open || rest.next().is_none())
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match name {
            _ if text == "*" => Ok(Self::Any),
            Some(name) if !name.contains(['{', '}', '*']) => Ok(Self::Any),
            _ if text.contains(['*', '{', '}']) => {
                Err("* and {name} stand for a whole segment, ** for all that follow".to_owned())
            }
            _ => Ok(Self::Is(percent_decode_str(text).collect())),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => !text.is_empty(),
            Self::Is(expected) => percent_decode_str(text).eq(expected.iter().copied()),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fits(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().fits(path)
    }

    #[test]
    fn a_segment_matches_itself_or_a_wildcard() {
        for pattern in ["/a/b", "/a/b/", "/a/*", "/a/{id}", "/{x}/b", "/**", "/a/**", "/a/b/**", "/%61/b"] {
            assert!(fits(pattern, "/a/b"), "{pattern}");
        }
        for pattern in ["/", "/a", "/a/b/c", "/a/c", "/A/b", "/*", "/a/b/*", "/b/**"] {
            assert!(!fits(pattern, "/a/b"), "{pattern}");
        }
        assert!(fits("/a b", "/a%20b") && fits("/a%2fb", "/a%2Fb") && !fits("/a/b", "/a%2fb"));
        assert!(fits("/", "/") && fits("/**", "/") && !fits("/*", "/"));
        assert!(!fits("/a/*", "/a/"), "an empty segment is none");
    }

    #[test]
    fn the_base_path_may_be_omitted() {
        let path = "/data/foundation/flowservice/connections/1";
        assert!(fits("/connections/*", path) && fits(path, path) && fits("/data/**", path));
        assert!(fits("/", "/data/foundation/flowservice"));
        assert!(!fits("/connections/*", "/data/foundation/flowservicex/connections/1"));
        assert!(!fits("/connections/*", "/x/connections/1"));
    }

    #[test]
    fn a_pattern_that_no_operation_can_have_is_found() {
        let known = |text: &str| PathPattern::parse(text).unwrap().can_fit_an_operation();
        for text in [
            "/connections",
            "/connections/",
            "/connections/some-id/test",
            "/connections/{id}",
            "/connections/**",
            "/**",
            "/*",
            "/{collection}/search",
            "/data/foundation/flowservice/connections",
            "/data/**",
            "/ims/token/v3",
        ] {
            assert!(known(text), "{text}");
        }
        for text in ["/conections", "/Connections", "/connections/a/b/c", "/no/**", "/_flowmock/health", "/"]
        {
            assert!(!known(text), "{text}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_refused() {
        for text in ["", "connections", "/a?b=c", "/a*", "/{a", "/a}", "/{a}b", "/{{a}}", "/**/a", "/***"] {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
        assert!(PathPattern::parse(&"/a".repeat(MAX_SEGMENTS)).is_ok());
        assert!(PathPattern::parse(&"/a".repeat(MAX_SEGMENTS + 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), near in "(/[a*{}%2]{0,3}){0,3}") {
            for text in [&text, &near] {
                _ = PathPattern::parse(text).map(|pattern| pattern.fits(&near));
            }
        }

        #[test]
        fn a_path_without_wildcards_matches_itself(path in "(/[a-zA-Z0-9._~%-]{1,5}){0,4}") {
            let slashed = path.clone() + "/";
            prop_assert!(PathPattern::parse(&slashed).unwrap().fits(&path));
        }
    }
}
