//! [`Times`]: how often a request is expected.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use serde_json::{Map, Value};
use std::fmt;

/// How often a matching request is expected. Default: at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: u64,
    most: u64,
}

impl Times {
    /// Exactly so often.
    #[must_use]
    pub fn exactly(times: u64) -> Self {
        Self { least: times, most: times }
    }

    /// So often or more often.
    #[must_use]
    pub fn at_least(times: u64) -> Self {
        Self { least: times, most: u64::MAX }
    }

    /// So often, less often, or never.
    #[must_use]
    pub fn at_most(times: u64) -> Self {
        Self { least: 0, most: times }
    }

    /// Never.
    #[must_use]
    pub fn never() -> Self {
        Self::exactly(0)
    }

    /// Whether `count` requests are as expected.
    pub(super) fn allows(self, count: u64) -> bool {
        (self.least..=self.most).contains(&count)
    }

    /// Whether `count` requests are too few.
    pub(super) fn wants_more_than(self, count: u64) -> bool {
        count < self.least
    }

    /// Reads `{"exactly": N}`, or `{"atLeast": N, "atMost": N}` of which one may be missing.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        if member.value().is_number() {
            let reason =
                "must be an object, not a number: {\"exactly\": 1}, {\"atLeast\": 1} or {\"atMost\": 1}";
            return member.refuse(reason, problems);
        }
        let mut members = member.object(problems)?;
        let mut count = |key, problems: &mut Problems| {
            members.take(key).map(|member| member.whole(0..=u64::MAX, problems))
        };
        let (exactly, least, most) =
            (count("exactly", problems), count("atLeast", problems), count("atMost", problems));
        members.end(problems);
        match (exactly, least, most) {
            (Some(exactly), None, None) => exactly.map(Self::exactly),
            (None, Some(least), None) => least.map(Self::at_least),
            (None, None, Some(most)) => most.map(Self::at_most),
            (None, Some(least), Some(most)) if least? <= most? => Some(Self { least: least?, most: most? }),
            (None, Some(_), Some(_)) => members.refuse("atLeast is more than atMost", problems),
            _ => members.refuse("must have exactly, or atLeast or atMost or both", problems),
        }
    }

    /// The document that [`Times::read`] reads.
    pub(super) fn document(self) -> Value {
        let mut members = Map::new();
        if self.least == self.most {
            members.insert("exactly".to_owned(), self.least.into());
        } else {
            if self.least > 0 || self.most == u64::MAX {
                members.insert("atLeast".to_owned(), self.least.into());
            }
            if self.most < u64::MAX {
                members.insert("atMost".to_owned(), self.most.into());
            }
        }
        members.into()
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::at_least(1)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { least: 0, most: 0 } => f.write_str("no request"),
            Self { least: 1, most: 1 } => f.write_str("exactly 1 request"),
            Self { least, most } if least == most => write!(f, "exactly {least} requests"),
            Self { least: 1, most: u64::MAX } => f.write_str("at least 1 request"),
            Self { least, most: u64::MAX } => write!(f, "at least {least} requests"),
            Self { least: 0, most: 1 } => f.write_str("at most 1 request"),
            Self { least: 0, most } => write!(f, "at most {most} requests"),
            Self { least, most } => write!(f, "{least} to {most} requests"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: &Value) -> Result<Times, String> {
        let mut problems = Problems::default();
        let times = Times::read(Member::root(document), &mut problems);
        problems.or(times).map_err(|refused| refused.to_string())
    }

    #[test]
    fn each_form_allows_its_counts_and_survives_writing_and_reading() {
        for (document, allowed, shown) in [
            (json!({"exactly": 0}), 0..=0, "no request"),
            (json!({"exactly": 1}), 1..=1, "exactly 1 request"),
            (json!({"exactly": 2}), 2..=2, "exactly 2 requests"),
            (json!({"atLeast": 0}), 0..=u64::MAX, "at least 0 requests"),
            (json!({"atLeast": 1}), 1..=u64::MAX, "at least 1 request"),
            (json!({"atMost": 3}), 0..=3, "at most 3 requests"),
            (json!({"atLeast": 2, "atMost": 3}), 2..=3, "2 to 3 requests"),
        ] {
            let times = read(&document).unwrap();
            for count in [0, 1, 2, 3, 4, u64::MAX] {
                assert_eq!(times.allows(count), allowed.contains(&count), "{document} {count}");
            }
            assert_eq!(times.to_string(), shown);
            assert_eq!(times.document(), document);
        }
        assert!(Times::default().wants_more_than(0) && !Times::never().wants_more_than(0));
    }

    #[test]
    fn invalid_counts_are_refused() {
        for document in [
            json!({}),
            json!(1),
            json!({"exactly": -1}),
            json!({"exactly": 1.5}),
            json!({"exactly": 1, "atMost": 1}),
            json!({"atLeast": 2, "atMost": 1}),
            json!({"atLeast": "1"}),
            json!({"twice": true}),
        ] {
            assert!(read(&document).is_err(), "{document}");
        }
        assert!(read(&json!(1)).unwrap_err().contains("{\"exactly\": 1}"));
    }
}
