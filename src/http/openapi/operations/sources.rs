//! What is behind a connection, or behind any connection of a spec. Reference: "Operations on /connections".

use super::{connections, specs};
use crate::http::openapi::describe::{Answer, Description, Parameter, Tag};
use crate::http::openapi::schema::{Schema, any_of, boolean, one_of, string};
use crate::http::openapi::schemas::connections::TEST_RESULT;
use crate::http::openapi::schemas::sources::{CONFIGS, LISTING, TABLE};
use crate::services::sources::{COMPRESSIONS, FileType};

pub(super) const TAG: Tag = Tag {
    name: "Sources",
    about: "What a connection's source holds. No live source is asked: fixtures answer, built in or your own.",
};

pub(super) fn test() -> Description {
    Description::new(TAG, "Test a connection").takes(connections::id()).answers(Answer::json(
        200,
        TEST_RESULT.named(),
        "Whether its source can be reached.",
    ))
}

pub(super) fn explore() -> Description {
    Description::new(TAG, "Explore a connection's source")
        .takes(connections::id())
        .takes(object_type().required())
        .takes_all(explored())
        .answers(Answer::json(200, any_of([LISTING.named(), TABLE.named()]), "What is there."))
}

pub(super) fn configs() -> Description {
    Description::new(TAG, "List columns by name and type")
        .detail(
            "Of one table or file of the connection's source; of the first one that there is unless told.",
        )
        .takes(connections::id())
        .takes(object_type())
        .takes_all(object())
        .answers(Answer::json(200, CONFIGS.named(), "The columns."))
}

pub(super) fn explore_spec() -> Description {
    Description::new(TAG, "Explore a connection spec's source")
        .detail("As of a connection whose account no fixture names. Without a query: as its configs.")
        .takes(specs::id())
        .takes(object_type())
        .takes_all(explored())
        .answers(Answer::json(
            200,
            any_of([LISTING.named(), TABLE.named(), CONFIGS.named()]),
            "What is there.",
        ))
}

pub(super) fn spec_configs() -> Description {
    Description::new(TAG, "List columns by name and type, without a connection")
        .detail("Of one table or file of the connection spec's source; of the first one that there is unless told.")
        .takes(specs::id())
        .takes(object_type())
        .takes_all(object())
        .answers(Answer::json(200, CONFIGS.named(), "The columns."))
}

fn object_type() -> Parameter {
    let types = one_of(["root", "table", "file", "folder", "rest"]);
    Parameter::query(
        "objectType",
        types,
        "What to show, in any letter case. All but `root` need an `object`.",
    )
}

/// What names an object, and how to read it.
fn object() -> impl Iterator<Item = Parameter> {
    const TABLE_OR_FILE: &str = "The `path` of a table, folder or file, from a listing.";
    const DELIMITER: &str = "Of a file: one character; `\\t` for a tab.";
    let file_type = || one_of(FileType::ALL.map(FileType::name));
    let compression = || one_of(COMPRESSIONS);
    let also = |name, schema: Schema| Parameter::query(name, schema, "Another spelling.").deprecated();
    [
        Parameter::query("object", string(), TABLE_OR_FILE),
        Parameter::query("fileType", file_type(), "Of a file: how to read it. Otherwise its name decides."),
        also("FileType", file_type()),
        also("type", file_type()),
        Parameter::query("compressionType", compression(), "Of a file. Checked, and nothing else."),
        also("CompressionType", compression()),
        Parameter::query("columnDelimiter", string(), DELIMITER),
    ]
    .into_iter()
}

/// What explore takes beside `objectType`.
fn explored() -> impl Iterator<Item = Parameter> {
    const PROPERTIES: &str = "Of a file: find out its type and delimiter from its content, and answer them.";
    const NOT_INTERPRETED: &str =
        "What the requests of a self-made source are made of: taken, not interpreted.";
    let switch = |name, about| Parameter::query(name, boolean().default_is(false), about);
    object().chain([
        switch("preview", "The first rows too. In any letter case."),
        switch("determineProperties", PROPERTIES),
        Parameter::query("sourceParams", string(), NOT_INTERPRETED),
        Parameter::query("queryParams", string(), NOT_INTERPRETED),
    ])
}
