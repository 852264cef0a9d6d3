//! Suggestions for misspelt words.

/// The word most similar to `text`, if it is similar enough to be a suggestion.
pub(crate) fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MAX_CHARS: usize = 64;
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let distances = words.into_iter().map(|word| (distance(text, word), word));
    let (distance, word) = distances.min_by_key(|(distance, _)| *distance)?;
    // At most one mistake in three letters, and two in all.
    (distance <= 2 && distance * 3 <= word.chars().count()).then_some(word)
}

/// The edit distance of two words, ignoring letter case: the number of letters to add, remove or change, or of neighbours
/// to swap (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut above = row.clone();
    let mut letter_before = None;
    for (line, letter) in one.to_lowercase().chars().enumerate() {
        let above_both = std::mem::replace(&mut above, row.clone());
        let mut left = line + 1;
        let mut wanted_before = None;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for ((cell, &wanted), column) in row.iter_mut().skip(1).zip(&other).zip(0..) {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&above, column) + usize::from(letter != wanted);
            let mut least = changed.min(left + 1).min(at(&above, column + 1) + 1);
            if wanted_before == Some(letter) && letter_before == Some(wanted) {
                least = least.min(at(&above_both, column.saturating_sub(1)) + 1);
            }
            (left, *cell, wanted_before) = (least, least, Some(wanted));
        }
        letter_before = Some(letter);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_meant_is_found_and_nothing_else() {
        let words = ["name", "description", "connectionSpec", "auth"];
        assert_eq!(nearest("desciption", words), Some("description"));
        assert_eq!(nearest("conectionspec", words), Some("connectionSpec"));
        assert_eq!(nearest("Name", words), Some("name"));
        assert_eq!(nearest("nmae", words), Some("name"));
        assert_eq!(nearest("descripiton", words), Some("description"));
        assert_eq!(nearest("uath", words), Some("auth"));
        for other in ["rank", "tags", "owner", "", "path", &"x".repeat(1000)] {
            assert_eq!(nearest(other, words), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_distance_is_the_same_both_ways_and_none_to_itself(one in "[a-cé]{0,6}", other in "[a-cé]{0,6}") {
            prop_assert_eq!(distance(&one, &other), distance(&other, &one));
            prop_assert_eq!(distance(&one, &one), 0);
            prop_assert!(distance(&one, &other) <= one.chars().count().max(other.chars().count()));
        }
    }
}
