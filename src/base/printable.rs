//! Makes text of any origin safe to show in a terminal, a log or a report.

use std::borrow::Cow;

/// `text` with U+FFFD instead of every character that controls a terminal or is invisible, such as escape sequences,
/// line breaks, zero-width characters and changes of the writing direction.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_unprintable) {
        Cow::Owned(text.replace(is_unprintable, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_and_invisible_ones_are_replaced() {
        let hostile = "a\n\t\u{1b}[31m\u{9b}\u{202e}\u{200b}\u{0}b";
        let shown = "a\u{fffd}\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}\u{fffd}b";
        assert_eq!(printable(hostile), shown);
    }

    #[test]
    fn other_text_is_unchanged() {
        let text = "é 👩\u{200d}👩\u{200d}👧 中文";
        assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
    }

    proptest! {
        #[test]
        fn printable_text_is_unchanged(text in any::<String>()) {
            let once = printable(&text);
            prop_assert!(!once.contains(char::is_control));
            prop_assert_eq!(printable(&once), &*once);
        }
    }
}
