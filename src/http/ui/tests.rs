//! The table of files is that of the folder, and no file breaks the page's own rules.

use super::files::{FILES, INDEX};
use super::{HASH, INDEX as SERVED};
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/ui/page");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/ui/files.rs");

/// The largest size of all files together, in bytes, as they are in the program and on their way to a browser.
const MAX_BYTES: usize = 150_000;

fn gather(folder: &Path, below: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{name}/"), paths);
        } else {
            paths.push(name);
        }
    }
}

#[test]
fn the_table_has_every_file_of_the_folder() {
    let mut paths = Vec::new();
    gather(Path::new(FOLDER), "", &mut paths);
    paths.retain(|path| path != "index.html");
    paths.sort();
    if std::env::var_os("FLOWMOCK_WRITE_DOCS").is_some() {
        let table = fs::read_to_string(TABLE).unwrap();
        let (before, _) = table.split_once("&[\n").unwrap();
        let rows: String = paths.iter().map(|path| format!("    file!(\"{path}\"),\n")).collect();
        fs::write(TABLE, format!("{before}&[\n{rows}];\n")).unwrap();
        return;
    }
    let listed: Vec<&str> = FILES.iter().map(|file| file.path).collect();
    assert_eq!(listed, paths, "run this test with FLOWMOCK_WRITE_DOCS=1, which writes the table");
}

#[test]
fn the_files_together_are_small() {
    let bytes = INDEX.len() + FILES.iter().map(|file| file.gzip.len()).sum::<usize>();
    assert!(bytes <= MAX_BYTES, "the page has {bytes} bytes, more than {MAX_BYTES}");
}

#[test]
fn the_page_has_no_inline_script_or_style_and_loads_only_files_that_exist() {
    let html = &SERVED.html;
    assert!(!html.contains("{{"), "a placeholder is left");
    assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains("javascript:"), "{html}");
    for script in html.split("<script").skip(1) {
        let (tag, rest) = script.split_once('>').unwrap();
        assert!(tag.contains(" src=") && rest.starts_with("</script>"), "{tag}");
    }
    let base = format!("/_flowmock/ui/files/{}/", *HASH);
    let links: Vec<&str> = html.split("=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut parts = 0;
    for link in links.iter().filter(|link| link.starts_with('/')) {
        let path = link.strip_prefix(&base);
        let is_view = *link == "/_flowmock/ui" || super::VIEWS.iter().any(|view| link.ends_with(view));
        assert!(is_view || path.is_some_and(|path| FILES.iter().any(|file| file.path == path)), "{link}");
        parts += usize::from(path.is_some());
    }
    assert!(parts > 0, "the page loads no file");
}
