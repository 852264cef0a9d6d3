//! Fixtures for sources, and the defaults for sources without fixtures.

use super::{LANDING_ZONE, ats_to, expect_refusal, explore, explored, paths, with_auth, without_auth};
use crate::support::{self, Tenant, server};
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// A fixtures folder with files, given by path and content.
pub(super) fn fixtures(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// A server with a fixtures folder.
pub(super) fn server_with(folder: &Path) -> flowmock::FlowMock {
    let folder = folder.to_owned();
    server(move |config| config.fixtures = Some(folder))
}

/// A connection spec without auth specs.
fn spec(name: &str, explore_type: Option<&str>) -> String {
    let mut spec = json!({"id": name, "name": name, "version": "1.0", "authSpec": []});
    if let Some(explore_type) = explore_type {
        spec["exploreSpec"] = json!({"name": explore_type, "type": explore_type});
    }
    spec.to_string()
}

#[tokio::test]
async fn a_source_without_an_explore_spec_cannot_be_explored_but_can_be_tested() {
    let folder = fixtures(&[("connection-specs/stream.json", &spec("stream", None))]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let made = tenant.create(without_auth("stream")).await;
    for path in [
        format!("/connections/{}/explore?objectType=root", made.id),
        format!("/connections/{}/explore", made.id),
        "/connectionSpecs/stream/explore".to_owned(),
    ] {
        expect_refusal(tenant.get(&path).await, "1336-400").naming("stream does not support explore");
    }
    for path in [format!("/connections/{}/configs", made.id), "/connectionSpecs/stream/configs".to_owned()] {
        expect_refusal(tenant.get(&path).await, "1305-400")
            .naming("stream does not support the operation configs: its connection spec has no exploreSpec");
    }
    let test = tenant.get(&format!("/connections/{}/test", made.id)).await.expect_status(200);
    assert_eq!(test.json(), json!({"result": true}));
}

#[tokio::test]
async fn a_source_without_fixtures_uses_those_of_its_layout() {
    let folder = fixtures(&[
        ("connection-specs/crm.json", &spec("any-crm", Some("Tabular"))),
        ("connection-specs/rest.json", &spec("any-rest", Some("Resource"))),
        ("connection-specs/sftp.json", &spec("any-sftp", Some("FileSystem"))),
        ("connection-specs/salesforce.json", &spec("salesforce", Some("Tabular"))),
    ]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    for (name, expected) in [
        ("any-crm", &["accounts", "contacts", "orders"][..]),
        ("any-rest", &["accounts", "records"]),
        ("any-sftp", &["/crm/", "/events/", "/inbox/", "/warehouse/"]),
        ("salesforce", &["Account", "Contact", "Opportunity"]),
    ] {
        let made = tenant.create(without_auth(name)).await;
        assert_eq!(paths(&tenant, &made, "objectType=root").await, expected, "{name}");
    }
    // Documented calls of REST sources send `object=json`, and further parameters in `sourceParams`.
    let made = tenant.create(without_auth("any-rest")).await;
    let rest = explored(
        &tenant,
        &made,
        "objectType=rest&object=json&fileType=json&sourceParams=e30%3D&preview=true",
    );
    assert_eq!(rest.await["data"][0]["name"], "Northwind Bakery");
}

#[tokio::test]
async fn only_its_tenant_can_explore_a_connection_spec_of_its_own() {
    let tenant = support::tenant().await;
    let spec: serde_json::Value = serde_json::from_str(&spec("made-here", Some("Tabular"))).unwrap();
    tenant.post("/connectionSpecs", &spec).await.expect_status(201);
    let made = tenant.create(without_auth("made-here")).await;
    assert_eq!(paths(&tenant, &made, "objectType=root").await, ["accounts", "contacts", "orders"]);
    let path = "/connectionSpecs/made-here/explore?objectType=root";
    tenant.get(path).await.expect_status(200);
    support::tenant().await.get(path).await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn a_default_fixture_applies_to_every_source_of_its_layout_without_a_folder() {
    let folder = fixtures(&[
        ("connection-specs/crm.json", &spec("any-crm", Some("Tabular"))),
        ("sources/_default/tabular/tables/only.json", r#"{"columns":[{"name":"n","type":"integer"}]}"#),
        ("sources/_default/tabular/.DS_Store", "left behind"),
    ]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let made = tenant.create(without_auth("any-crm")).await;
    assert_eq!(paths(&tenant, &made, "objectType=root").await, ["only"]);
    let preview = explored(&tenant, &made, "objectType=table&object=only&preview=true").await;
    let xdm = json!({"type": "integer", "minimum": -2_147_483_648_i64, "maximum": 2_147_483_647});
    let column = json!({"name": "n", "type": "integer", "xdm": xdm});
    assert_eq!(preview, json!({"format": "flat", "schema": {"columns": [column]}, "data": []}));
    // Sources with a folder of their own do not use the default.
    let ats = tenant.create(ats_to("acme")).await;
    assert_eq!(paths(&tenant, &ats, "objectType=root").await.len(), 4);
}

#[tokio::test]
async fn an_account_of_a_file_source_sees_its_folders_and_their_parents() {
    let spec = json!({
        "id": "ftp", "name": "ftp", "version": "1.0", "exploreSpec": {"type": "FileSystem"},
        "authSpec": [{"name": "Basic", "spec": {"required": ["host"]}}]
    });
    let folder = fixtures(&[
        ("connection-specs/ftp.json", &spec.to_string()),
        ("sources/ftp/files/a/mine/x.csv", "n\n1\n"),
        ("sources/ftp/files/a/theirs/y.csv", "n\n1\n"),
        ("sources/ftp/files/z.csv", "n\n1\n"),
        ("sources/ftp/source.json", r#"{"accounts":{"FTP.example.com":{"sees":["/a/mine/"]}}}"#),
    ]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let on = async |host: &str| {
        let auth = json!({"specName": "Basic", "params": {"host": host}});
        let body = json!({"name": "ftp", "auth": auth, "connectionSpec": {"id": "ftp", "version": "1.0"}});
        tenant.create(body).await
    };
    let mine = on("ftp.example.com:21").await;
    assert_eq!(paths(&tenant, &mine, "objectType=root").await, ["/a/"]);
    assert_eq!(paths(&tenant, &mine, "objectType=folder&object=a").await, ["/a/mine/"]);
    assert_eq!(paths(&tenant, &mine, "objectType=folder&object=a/mine").await, ["/a/mine/x.csv"]);
    for query in ["objectType=folder&object=a/theirs", "objectType=file&object=/z.csv&fileType=delimited"] {
        expect_refusal(explore(&tenant, &mine, query).await, "1102-404");
    }
    let other = on("other.example.com").await;
    assert_eq!(paths(&tenant, &other, "objectType=root").await, ["/a/", "/z.csv"]);
}

#[tokio::test]
async fn a_file_without_columns_is_refused_and_a_preview_is_limited() {
    let long = "n\n".to_owned() + &"1\n".repeat(999) + "1.5\nno number\n";
    let folder = fixtures(&[
        ("sources/landing-zone/files/empty.csv", "\n\n"),
        ("sources/landing-zone/files/empty.json", "[]"),
        ("sources/landing-zone/files/long.csv", &long),
        ("sources/landing-zone/files/unnamed", "{\"n\":1}"),
        ("sources/landing-zone/files/broken", "{\"n\":"),
        ("sources/landing-zone/files/packed.bz2", "BZh91AY"),
        ("sources/landing-zone/files/twice.json", "{\"a\":1,\"a\":2}"),
        ("sources/landing-zone/files/open.csv", "a,b\n1,\"2"),
        ("sources/landing-zone/files/quoted.csv", "\"a;b;c\",d\n\"1;2;3\",4"),
        ("sources/landing-zone/files/bare.parquet", "PAR1PAR1"),
        ("sources/landing-zone/files/part-0", "PAR1PAR1"),
        ("sources/landing-zone/files/part-0.json", "{}"),
        ("sources/landing-zone/files/void.parquet", "PAR1PAR1"),
        ("sources/landing-zone/files/void.parquet.json", "{}"),
    ]);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let query = |name: &str, more: &str| format!("objectType=file&object={name}&preview=true&{more}");
    for (name, file_type) in [("empty.csv", "delimited"), ("empty.json", "json"), ("void.parquet", "parquet")]
    {
        let answer = explore(&tenant, &made, &query(name, &format!("fileType={file_type}"))).await;
        expect_refusal(answer, "1330-400").naming(&format!("the file {name} has no columns"));
    }
    for (more, rows) in [("", 100), ("&previewCount=7", 7), ("&previewCount=1000", 1000)] {
        // The sample includes the 1000th row and not the 1001st.
        let preview =
            explored(&tenant, &made, &query("long.csv", &format!("fileType=delimited{more}"))).await;
        assert_eq!(preview["data"].as_array().unwrap().len(), rows);
    }
    let determined = explored(&tenant, &made, &query("unnamed", "determineProperties=True")).await;
    assert_eq!(determined["properties"], json!({"fileType": "json", "compressionType": "none"}));
    let quoted = explored(&tenant, &made, &query("quoted.csv", "determineProperties=true")).await;
    assert_eq!(quoted["properties"]["columnDelimiter"], ",");
    assert_eq!(quoted["data"], json!([{"a;b;c": "1;2;3", "d": "4"}]));
    for (name, code, named) in [
        ("empty.csv", "1375-400", "the file empty.csv cannot be determined: it is empty"),
        ("packed.bz2", "1375-400", "it is compressed with bzip2, and only gzip is decompressed"),
        ("broken", "1396-400", "the file broken begins like json, but cannot be read as json: EOF"),
        ("twice.json", "1396-400", "cannot be read as json: the key \"a\" is given twice at line 1"),
        ("open.csv", "1375-400", "which its name says: line 2: a quote is opened and never closed"),
        (
            "bare.parquet",
            "1308-400",
            "its columns and rows belong into bare.parquet.json, which does not exist",
        ),
        ("part-0", "1308-400", "only files can have whose names end in .parquet or .parquet.gz"),
    ] {
        expect_refusal(explore(&tenant, &made, &query(name, "determineProperties=true")).await, code)
            .naming(named);
    }
}

#[tokio::test]
async fn a_compressed_parquet_file_has_the_columns_and_rows_of_its_description() {
    let described = r#"{"columns":[{"name":"sku","type":"string"}],"rows":[{"sku":"rye-1"}]}"#;
    let folder = fixtures(&[("sources/landing-zone/files/p.parquet.gz.json", described)]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"PAR1PAR1").unwrap();
    let file = folder.path().join("sources/landing-zone/files/p.parquet.gz");
    fs::write(file, packed.finish().unwrap()).unwrap();
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    assert_eq!(paths(&tenant, &made, "objectType=root").await, ["p.parquet.gz"]);
    let file = "objectType=file&object=p.parquet.gz&preview=true";
    for how in ["fileType=parquet&compressionType=gzip", "determineProperties=true"] {
        let preview = explored(&tenant, &made, &format!("{file}&{how}")).await;
        assert_eq!(preview["data"], json!([{"sku": "rye-1"}]), "{how}");
    }
    let packed = explore(&tenant, &made, &format!("{file}&fileType=parquet")).await;
    expect_refusal(packed, "1308-400").naming("it is compressed with gzip; send compressionType=gzip");
    // The first file cannot be read.
    fs::write(folder.path().join("sources/landing-zone/files/a.csv"), "a,b\n1,2,3").unwrap();
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.expect_status(200).json();
    assert_eq!(configs["items"][0]["columnName"], "sku");
}

const ORACLE_OBJECT_STORAGE: &str = "c85f9425-fb21-426c-ad0b-405e9bd8a46c";
const MIXPANEL: &str = "fd2c8ff3-1de0-4f6b-8fa8-4264784870eb";

/// The JSON documents in `docs/sources.md`, each with the path in the line before it.
fn documented() -> Vec<(String, String)> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sources.md")).unwrap();
    let mut documents = Vec::new();
    let mut parts = text.split("```");
    while let (Some(before), Some(code)) = (parts.next(), parts.next()) {
        let named =
            before.trim_end().lines().last().and_then(|line| line.strip_prefix('`')?.strip_suffix("`:"));
        if let (Some(path), Some((_, code))) = (named, code.split_once('\n')) {
            documents.push((path.to_owned(), code.to_owned()));
        }
    }
    documents
}

#[tokio::test]
async fn the_documented_fixtures_work_as_described() {
    let documents = documented();
    assert_eq!(documents.len(), 7, "{documents:?}");
    let files: Vec<_> = documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = fixtures(&files);
    let mock = server_with(folder.path());
    let tenant = Tenant::on(&mock);
    // The fixture replaces the built-in source completely.
    let shop = tenant.create(ats_to("shop")).await;
    assert_eq!(paths(&tenant, &shop, "objectType=root").await, ["returns", "visits"]);
    let preview = explored(&tenant, &shop, "objectType=table&object=returns&preview=true").await;
    let row = json!({"PartitionKey": "2024", "RowKey": "r-1", "Reason": "too small", "Refund": 19.5});
    assert_eq!(preview["data"], json!([row]));
    let branch = tenant.create(ats_to("shopbranch")).await;
    assert_eq!(paths(&tenant, &branch, "objectType=root").await, ["returns"]);
    let closed = tenant.create(ats_to("shopclosed")).await;
    let test = tenant.get(&format!("/connections/{}/test", closed.id)).await.expect_status(200);
    assert_eq!(test.json(), json!({"result": false}));
    let configs = async |query: &str| {
        let path = format!("/connectionSpecs/{ORACLE_OBJECT_STORAGE}/configs?{query}");
        tenant.get(&path).await.expect_status(200).json()
    };
    assert_eq!(configs("authType=Principal").await, json!({"configParams": {"tenancy": "acme"}}));
    let buckets = configs("outputType=buckets&outputField=all&limit=1&properties=name").await;
    let expected = json!({"items": [{"id": "b-1", "name": "exports"}], "pageInfo": {"hasNext": true}});
    assert_eq!(buckets, expected);
    let mixpanel = json!({"username": "u", "password": "p"});
    let mixpanel = tenant.create(with_auth(MIXPANEL, "Basic Authentication", mixpanel)).await;
    let events = explored(&tenant, &mixpanel, "objectType=rest&object=json&preview=true").await;
    let properties = &events["schema"]["properties"]["properties"]["properties"];
    assert_eq!(properties["plan"]["properties"]["name"], json!({"type": "string"}));
    assert_eq!(events["data"][1]["event"], "login");
    let landing_zone = tenant.create(without_auth(LANDING_ZONE)).await;
    let file = "objectType=file&object=/exports/stock.csv&fileType=delimited&preview=true";
    let stock = explored(&tenant, &landing_zone, file).await;
    assert_eq!(stock["data"][0], json!({"sku": "rye-1", "pieces": "40"}));
}

#[test]
fn an_invalid_fixture_fails_the_start_with_file_place_and_reason() {
    for (path, text, expected) in [
        ("sources/a/tables/t.json", "{", "t.json: EOF while parsing"),
        (
            "sources/a/tables/t.json",
            r#"{"columns":[{"name":"n","type":"Int"}]}"#,
            "t.json: line 1: at /columns/0/type: must be",
        ),
        (
            "sources/a/tables/t.csv",
            "a",
            "t.csv: is neither source.json, nor <name>.json in tables/, views/ or resources/, nor in files/",
        ),
        ("sources/a/table/t.json", "{}", "t.json: is neither source.json"),
        (
            "connection-specs/s.json",
            r#"{"id":"s","name":"s","version":"1","exploreSpec":{"type":5}}"#,
            "s.json: line 1: at /exploreSpec/type: must be a string, not a number",
        ),
        (
            "sources/a/resources/r.json",
            "[\n{\"a\":1},\n\n3]",
            "r.json: line 4: at /1: must be an object, not a number",
        ),
        ("sources/a/resources/r.json", "7", "r.json: line 1: record 1 is a number, not an object"),
        (
            "sources/a/resources/r.json",
            "{\"a\":1}\n{\"a\":\n",
            "r.json: line 2: EOF while parsing a value at column 5; each",
        ),
        ("sources/a/tables/t.json", "\n[]", "t.json: line 2: must be an object, not an array"),
        ("sources/a/views/v.json", r#"{"rows":[{"x":1}]}"#, "v.json: line 1: at /rows/0/x: is not the name"),
        (
            "sources/a/files/p.parquet.json",
            r#"{"columns":[{"name":"a","type":"int"}]}"#,
            "p.parquet.json: line 1: at /columns/0/type: must be one of",
        ),
        (
            "sources/_default/restful/resources/r.json",
            "[]",
            "r.json: _default/restful is not a default; these are _default/tabular, _default/rest",
        ),
        ("sources/a.json", "{}", "a.json: lies beside the folders of the sources"),
        ("sources/_default/a.json", "{}", "a.json: lies beside the folders of the sources"),
        (
            "sources/a/source.json",
            r#"{"accounts":{"x":{"sees":["t"]}}}"#,
            "source.json: line 1: at /accounts/x/sees/0: is not",
        ),
    ] {
        let folder = fixtures(&[(path, text)]);
        let mut config = flowmock::Config::default();
        config.fixtures = Some(folder.path().to_owned());
        let error = flowmock::FlowMock::with_config(config).expect_err(path).to_string();
        assert!(error.contains(expected), "{path}: {error}");
    }
}

#[test]
fn a_fixture_that_is_not_utf_8_fails_the_start_with_the_line() {
    for (path, expected) in [
        ("sources/a/resources/r.json", "r.json: line 2: it is not UTF-8"),
        ("sources/a/tables/t.json", "t.json: line 2: not UTF-8"),
    ] {
        let folder = fixtures(&[(path, "")]);
        fs::write(folder.path().join(path), b"[\n\xff]").unwrap();
        let mut config = flowmock::Config::default();
        config.fixtures = Some(folder.path().to_owned());
        let error = flowmock::FlowMock::with_config(config).expect_err(path).to_string();
        assert!(error.contains(expected), "{path}: {error}");
    }
}
