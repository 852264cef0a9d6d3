//! [`Pattern`]: a pattern of `like`, with the wildcards of SQL.
//!
//! Decided: a backslash before `%`, `_` or a backslash makes it an ordinary character. Letter case matters.

/// A parsed pattern: the parts between its `%`. The first part is the start of the text and the last one its end; the others
/// occur between them, in their order. A pattern without `%` has one part, which is the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Exactly(String),
    /// Characters, of which those that are `None` stand for any (`_`).
    Blanks(Vec<Option<char>>),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = vec![Vec::new()];
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = rest.clone().next();
            let character = match (c, next) {
                ('\\', Some(escaped @ ('%' | '_' | '\\'))) => {
                    rest.next();
                    Some(escaped)
                }
                ('%', _) => {
                    parts.push(Vec::new());
                    continue;
                }
                ('_', _) => None,
                (c, _) => Some(c),
            };
            if let Some(part) = parts.last_mut() {
                part.push(character);
            }
        }
        Self(parts.into_iter().map(Part::of).collect())
    }

    /// Whether the whole text matches. It takes at most [`Pattern::steps`].
    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, rest @ ..] = &self.0[..] else { return text.is_empty() };
        let Some(mut text) = first.strip_from(text) else { return false };
        let [between @ .., last] = rest else { return text.is_empty() };
        // The earliest place of each part leaves the most text to the others.
        for part in between {
            match part.find_in(text) {
                Some(behind) => text = behind,
                None => return false,
            }
        }
        last.ends(text)
    }

    /// The largest number of steps that matching a text of so many bytes takes. It grows with the length of the text; only a
    /// part with `_` between two `%` is compared anew at each character.
    pub(super) fn steps(&self, bytes: usize) -> usize {
        let between = self.0.get(1..self.0.len().saturating_sub(1)).unwrap_or_default();
        let most = between.iter().map(|part| match part {
            Part::Exactly(_) => 1,
            Part::Blanks(characters) => characters.len(),
        });
        bytes.saturating_mul(most.max().unwrap_or(1)).saturating_add(1)
    }
}

impl Part {
    fn of(characters: Vec<Option<char>>) -> Self {
        let text: Option<String> = characters.iter().copied().collect();
        text.map_or(Self::Blanks(characters), Self::Exactly)
    }

    /// The text behind this part, if it begins with it.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Exactly(part) => text.strip_prefix(part.as_str()),
            Self::Blanks(part) => {
                let mut rest = text.chars();
                let fits = |expected: &Option<char>| {
                    rest.next().is_some_and(|c| expected.is_none_or(|expected| c == expected))
                };
                part.iter().all(fits).then_some(rest.as_str())
            }
        }
    }

    /// The text behind the first place of this part.
    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            // Preparing the search for a long part would cost more than a short text allows.
            Self::Exactly(part) if part.len() > text.len() => None,
            Self::Exactly(part) => text.find(part.as_str()).map(|at| &text[at + part.len()..]),
            Self::Blanks(_) => text.char_indices().find_map(|(at, _)| self.strip_from(&text[at..])),
        }
    }

    /// Whether the text ends with this part.
    fn ends(&self, text: &str) -> bool {
        match self {
            Self::Exactly(part) => text.ends_with(part.as_str()),
            Self::Blanks(part) => {
                let mut rest = text.chars().rev();
                let fits = |expected: &Option<char>| {
                    rest.next().is_some_and(|c| expected.is_none_or(|expected| c == expected))
                };
                part.iter().rev().all(fits)
            }
        }
    }
}
