//! The properties of seed documents.

use crate::app::App;
use crate::app::state::{Mode, read};
use crate::base::config::Config;
use crate::base::document::format;
use crate::base::document::format::Format;
use crate::base::json;
use crate::base::json::Nulls;
use crate::services::world::Part;

/// # Panics
/// If a property does not hold.
pub(crate) fn seed_document(text: &[u8], yaml: bool) {
    let document = match format::parse(text, if yaml { Format::Yaml } else { Format::Json }) {
        Ok(document) => document,
        Err(reason) => return check_reason(&reason),
    };
    let app = app();
    if let Err(problems) = read(&app, document.clone(), Mode::Replace) {
        assert!((1..=101).contains(&problems.len()), "{} problems", problems.len());
        problems.iter().for_each(|problem| check_reason(&problem.reason));
        assert!(app.replace(document.clone()).is_err() && app.world.all().is_empty(), "refused, and applied");
        return;
    }
    app.replace(document).expect("what can be read can be applied");
    // An export seeds another server to an equal state.
    let exported = export(&app);
    let other = self::app();
    let document = json::parse(&exported, Nulls::Dropped).expect("an export is JSON");
    other.replace(document).unwrap_or_else(|refused| panic!("an export is refused: {refused:?}"));
    let again = export(&other);
    assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&exported));
}

fn export(app: &App) -> Vec<u8> {
    serde_json::to_vec(&app.export(&Part::All)).expect("what is stored can be written")
}

/// A server with ids from a seed, so that two servers are equal.
fn app() -> App {
    App::new(Config { deterministic: Some(1), ..Config::default() }, &crate::http::openapi::DESCRIPTION)
        .expect("built-in fixtures")
}

/// Checks that a reason is short and printable.
fn check_reason(reason: &str) {
    assert!(reason.len() < 2000 && !reason.contains(char::is_control), "{reason}");
}
