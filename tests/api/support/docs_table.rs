//! The tables of built-in specs in the documentation.

use std::{env, fs};

/// Asserts that the table in the page `docs/<specs>.md` is `table`. With `FLOWMOCK_WRITE_DOCS` it is written first.
#[track_caller]
pub fn assert_documented(specs: &str, table: &str) {
    let path = format!("{}/docs/{specs}.md", env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(&path).unwrap();
    let start = document.find("| name | id |").unwrap();
    let end = start + document[start..].find("\n\n").map_or(document.len() - start, |end| end + 1);
    if document[start..end] != *table && env::var_os("FLOWMOCK_WRITE_DOCS").is_some() {
        fs::write(&path, document[..start].to_owned() + table + &document[end..]).unwrap();
    }
    assert!(
        document[start..end] == *table,
        "docs/{specs}.md differs from fixtures/{specs}/; FLOWMOCK_WRITE_DOCS=1 cargo test --test api \
         the_documentation_lists writes its table"
    );
}
