//! Guesses the word that a misspelt one stands for.

/// Returns the word nearest to `text`, if it is near enough.
pub(crate) fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MAX_CHARS: usize = 64;
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let distances = words.into_iter().map(|word| (distance(text, word), word));
    let (distance, word) = distances.min_by_key(|(distance, _)| *distance)?;
    // One mistake in three letters, at most two.
    (distance <= 2 && distance * 3 <= word.chars().count()).then_some(word)
}

/// The number of letters to add, remove, change, or swap with their neighbour to turn one word into the other, ignoring
/// letter case.
fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(&one.to_lowercase(), &other.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_near_words_are_found() {
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
        fn a_distance_is_symmetric_and_zero_for_equal_words(one in "[a-cé]{0,6}", other in "[a-cé]{0,6}") {
            prop_assert_eq!(distance(&one, &other), distance(&other, &one));
            prop_assert_eq!(distance(&one, &one), 0);
            prop_assert!(distance(&one, &other) <= one.chars().count().max(other.chars().count()));
        }
    }
}
