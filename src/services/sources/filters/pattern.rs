//! [`Pattern`]: a pattern of `like`, with the wildcards of SQL.
//!
//! Decided: a backslash before `%`, `_` or a backslash makes it an ordinary character. Letter case matters.

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `%`: any text.
    Text,
    /// `_`: one character.
    Character,
    Exactly(char),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = rest.clone().next();
            parts.push(match (c, next) {
                ('\\', Some(escaped @ ('%' | '_' | '\\'))) => {
                    rest.next();
                    Part::Exactly(escaped)
                }
                ('%', _) => Part::Text,
                ('_', _) => Part::Character,
                (c, _) => Part::Exactly(c),
            });
        }
        parts.dedup_by(|one, other| (*one, *other) == (Part::Text, Part::Text));
        Self(parts)
    }

    /// Whether the whole text matches. At a mismatch only the last `%` is tried again, so this takes at most the product of
    /// both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        let mut last_text = None;
        loop {
            match self.0.get(at) {
                Some(Part::Text) => {
                    at += 1;
                    last_text = Some((at, rest.clone()));
                    continue;
                }
                Some(part) => {
                    let mut after = rest.clone();
                    let Some(c) = after.next() else { return false };
                    if matches!(part, Part::Character) || *part == Part::Exactly(c) {
                        (at, rest) = (at + 1, after);
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => {}
            }
            // The last `%` takes one character more.
            let Some((behind, taken)) = &mut last_text else { return false };
            if taken.next().is_none() {
                return false;
            }
            (at, rest) = (*behind, taken.clone());
        }
    }
}
