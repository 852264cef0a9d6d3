//! Finds the line of a JSON pointer in a file.

use serde_json::value::RawValue;
use std::collections::HashMap;

/// The line, counted from 1, of the value at `pointer` in the JSON `text`. If there is no such value, it is the line of
/// the innermost value around it.
pub(crate) fn line_of(text: &str, pointer: &str) -> usize {
    let mut part = text.trim_start_matches('\u{feff}').trim_start();
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        match child(part, &key) {
            Some(inner) => part = inner,
            None => break,
        }
    }
    let offset = part.as_ptr() as usize - text.as_ptr() as usize; // `part` is a slice of `text`
    1 + text[..offset].matches('\n').count()
}

fn child<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let inner = match serde_json::from_str::<HashMap<String, &RawValue>>(text) {
        Ok(members) => members.get(key).copied(),
        Err(_) => serde_json::from_str::<Vec<&RawValue>>(text).ok()?.get(key.parse::<usize>().ok()?).copied(),
    };
    inner.map(RawValue::get)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_line_is_that_of_the_value_or_of_the_value_around_it() {
        let text = "\u{feff}\n{\n \"a\": [\n  1,\n  {\"b/~\":\n   2}\n ]\n}";
        for (pointer, line) in [
            ("", 2),
            ("/a", 3),
            ("/a/0", 4),
            ("/a/1", 5),
            ("/a/1/b~1~0", 6),
            ("/a/1/x/y", 5),
            ("/z", 2),
            ("/a/9", 3),
        ] {
            assert_eq!(line_of(text, pointer), line, "{pointer}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".{0,40}", pointer in "[/a0~1]{0,10}") {
            line_of(&text, &pointer);
        }
    }
}
