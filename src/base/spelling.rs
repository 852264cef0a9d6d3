//! Guesses the word that a misspelt one stands for.

/// Returns the word nearest to `text`, if it is near enough.
pub(crate) fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MAX_CHARS: usize = 64;
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let distances = words.into_iter().map(|word| (distance(text, word), word));
    let (distance, word) = distances.min_by_key(|(distance, _)| *distance)?;
    // One mistake in three letters, at most two, or one in ten letters of a long name.
    let length = word.chars().count();
    (distance * 3 <= length && distance <= (length / 10).max(2)).then_some(word)
}

/// Returns the name that `text` most likely stands for: the one with the same letters and digits, the nearest one, the only
/// one that contains `text` or is contained in it, the only one that differs by a few missing letters, as by a word left
/// out, or the only one with the word `text`. Compares with at most a hundred names.
pub(crate) fn meant<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const MAX_NAMES: usize = 100;
    let names: Vec<&str> = names.into_iter().take(MAX_NAMES).collect();
    let sent = letters(text);
    let same = names.iter().copied().find(|name| !sent.is_empty() && letters(name) == sent);
    same.or_else(|| nearest(text, names.iter().copied()))
        .or_else(|| only(&names, &sent, |one, other| other.contains(one)))
        .or_else(|| only(&names, &sent, |one, other| other.contains(one) || is_nearly_all_of(one, other)))
        .or_else(|| only_with_word(&names, &sent))
}

/// The only name that has `word` among its words, as `SAS URI` has `sas`.
fn only_with_word<'a>(names: &[&'a str], word: &str) -> Option<&'a str> {
    const MIN_LETTERS: usize = 3;
    let has_word =
        |name: &&&str| name.split(|c: char| !c.is_alphanumeric()).any(|part| part.to_lowercase() == word);
    let mut found = names.iter().filter(has_word).copied().filter(|_| word.len() >= MIN_LETTERS);
    found.next().filter(|_| found.next().is_none())
}

/// The only name whose letters stand in `relation` to `sent`, in either direction.
fn only<'a>(names: &[&'a str], sent: &str, relation: impl Fn(&str, &str) -> bool) -> Option<&'a str> {
    const MIN_LETTERS: usize = 4;
    let mut related = names.iter().copied().filter(|name| {
        let name = letters(name);
        sent.len().min(name.len()) >= MIN_LETTERS && (relation(sent, &name) || relation(&name, sent))
    });
    related.next().filter(|_| related.next().is_none())
}

/// Whether `part` is `whole` without some letters, at most three in ten.
fn is_nearly_all_of(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.len() * 10 >= whole.len() * 7 && part.chars().all(|letter| rest.any(|other| other == letter))
}

/// The letters and digits of a text, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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

    #[test]
    fn a_name_is_meant_by_its_letters_by_a_near_word_or_by_a_part_that_only_it_has() {
        let names = ["Connection String Based Authentication", "Basic Authentication", "sas-uri"];
        assert_eq!(meant("connection_string_based_authentication", names), Some(names[0]));
        assert_eq!(meant("ConnectionString", names), Some(names[0]));
        assert_eq!(meant("Basic Autentication", names), Some(names[1]));
        assert_eq!(meant("SasUri", names), Some(names[2]));
        assert_eq!(meant("Basic Authentication for Acme", names), Some(names[1]));
        assert_eq!(meant("Connection String Authentication", names), Some(names[0]));
        assert_eq!(meant("SAS", names), Some(names[2]));
        assert_eq!(meant("Conection String Based Authentification", names), Some(names[0]));
        assert_eq!(meant("JWT", ["Basic", "OAuth2 JWT Token"]), Some("OAuth2 JWT Token"));
        assert_eq!(meant("JWT", ["OAuth2 JWT Token", "JWT Bearer"]), None);
        for other in ["", "sa", "Authentication", "hunter2", "-", "nBasedonn", &"x".repeat(1000)] {
            assert_eq!(meant(other, names), None, "{other}");
        }
        let names = ["SFTP with Password", "SFTP with SSH Key", "Azure Blob", "S3"];
        assert_eq!(meant("SFTP with Key", names), Some(names[1]));
        assert_eq!(meant("Azure Blob Storage", names), Some(names[2]));
        for other in ["SFTP", "SFTP with", "S3 role"] {
            assert_eq!(meant(other, names), None, "{other}");
        }
        assert_eq!(
            meant("Connection String Based Authentication", ["ConnectionString"]),
            Some("ConnectionString")
        );
        assert_eq!(meant("a", std::iter::repeat_n("b", 1000).chain(["a"])), None);
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
