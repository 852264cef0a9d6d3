//! Exploring folders and files.

use super::{LANDING_ZONE, expect_refusal, explore, explored, paths, s3, without_auth};
use crate::support;
use serde_json::{Value, json};

#[tokio::test]
async fn a_file_source_lists_its_folders_and_files() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let entry = |kind: &str, name: &str, path: &str, readable: bool| {
        let readable = json!(readable);
        json!({"type": kind, "name": name, "path": path, "canPreview": readable, "canFetchSchema": readable})
    };
    let root = json!([
        entry("folder", "crm", "/crm/", false),
        entry("folder", "events", "/events/", false),
        entry("folder", "inbox", "/inbox/", false),
        entry("folder", "warehouse", "/warehouse/", false)
    ]);
    for query in ["objectType=root", "objectType=folder&object=/"] {
        assert_eq!(explored(&tenant, &made, query).await, root, "{query}");
    }
    let events = json!([
        entry("file", "clicks.jsonl", "/events/clicks.jsonl", true),
        entry("file", "purchases.json", "/events/purchases.json", true),
        entry("file", "readme.txt", "/events/readme.txt", false)
    ]);
    for object in ["/events/", "events", "/events", "%2Fevents%2F"] {
        assert_eq!(explored(&tenant, &made, &format!("objectType=Folder&object={object}")).await, events);
    }
    // The description of a Parquet file is not listed.
    let warehouse = ["/warehouse/customers.parquet", "/warehouse/returns.csv.gz", "/warehouse/suppliers.csv"];
    assert_eq!(paths(&tenant, &made, "objectType=folder&object=warehouse").await, warehouse);
    assert_eq!(explored(&tenant, &made, "objectType=folder&object=inbox").await, json!([]));
    for object in ["nope", "event", "events/clicks.jsonl", "../events", "events/.."] {
        expect_refusal(
            explore(&tenant, &made, &format!("objectType=folder&object={object}")).await,
            "1102-404",
        );
    }
    expect_refusal(explore(&tenant, &made, "objectType=table&object=customers").await, "1102-404");
    let configs = tenant.get(&format!("/connections/{}/configs", made.id)).await.expect_status(200).json();
    assert_eq!(configs["items"][0], json!({"columnName": "id", "columnType": "string"}));
}

#[tokio::test]
async fn paths_of_the_data_landing_zone_have_no_slash_in_front_and_need_no_connection() {
    let tenant = support::tenant().await;
    let of_spec = async |query: &str| {
        tenant
            .get(&format!("/connectionSpecs/{LANDING_ZONE}/explore?{query}"))
            .await
            .expect_status(200)
            .json()
    };
    assert_eq!(of_spec("objectType=root").await[0]["path"], "crm/");
    let file = of_spec("objectType=folder&object=crm/2024/").await[0].clone();
    assert_eq!(file["path"], "crm/2024/orders.tsv");
    let query = "objectType=file&object=crm/2024/orders.tsv&fileType=delimited&preview=true";
    let orders = of_spec(query).await;
    assert_eq!(orders["data"][0]["total"], "59.90");
    let made = tenant.create(without_auth(LANDING_ZONE)).await;
    assert_eq!(explored(&tenant, &made, query).await, orders);
    assert_eq!(explored(&tenant, &made, "objectType=root").await, of_spec("objectType=root").await);
}

#[tokio::test]
async fn every_column_of_a_delimited_file_is_a_string() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let names = [
        "id",
        "name",
        "email",
        "postcode",
        "visits",
        "averageBasket",
        "subscribed",
        "firstVisit",
        "lastSeen",
    ];
    let columns = names.map(|name| json!({"name": name, "type": "string", "xdm": {"type": "string"}}));
    let file = "objectType=file&object=/crm/customers.csv";
    let schema = json!({"format": "flat", "schema": {"columns": columns}});
    for how in ["&fileType=delimited", "&FileType=Delimited&CompressionType=gzip", "&type=DELIMITED"] {
        assert_eq!(explored(&tenant, &made, &format!("{file}{how}")).await, schema, "{how}");
    }
    let file = format!("{file}&fileType=delimited&preview=true");
    let preview = explored(&tenant, &made, &format!("{file}&columnDelimiter=,")).await;
    assert_eq!(preview["data"][1]["name"], "Petit, Marc");
    let last = json!({"id": "1003", "name": "Inès \"Nina\" Roy", "email": "ines.roy@example.com",
        "postcode": "69002", "subscribed": "true", "firstVisit": "2023-01-08"});
    assert_eq!(preview["data"][2], last);
    let ordered = explored(&tenant, &made, &format!("{file}&primaryKey=name&previewCount=2")).await;
    let names: Vec<_> = ordered["data"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["Inès \"Nina\" Roy", "Lena Vogt"]);

    let names = |explored: &Value| {
        let columns = explored["schema"]["columns"].as_array().unwrap();
        columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let orders = "objectType=file&object=crm/2024/orders.tsv&fileType=delimited";
    assert_eq!(names(&explored(&tenant, &made, orders).await), ["order", "customer", "total", "ordered"]);
    let loyalty = "objectType=file&object=crm/loyalty.csv&fileType=delimited&columnDelimiter=;";
    assert_eq!(names(&explored(&tenant, &made, loyalty).await), ["member", "tier", "points", "joined"]);
}

#[tokio::test]
async fn a_file_is_decoded_and_decompressed_as_the_query_says() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let file =
        |query: &str| format!("objectType=file&fileType=delimited&preview=true&object=/warehouse/{query}");
    for encoding in ["ISO-8859-1", "iso-8859-1"] {
        let suppliers = explored(&tenant, &made, &file(&format!("suppliers.csv&encoding={encoding}"))).await;
        assert_eq!(suppliers["data"][0]["name"], "Molinié & Fils");
        assert_eq!(suppliers["data"][1]["city"], "Köln");
    }
    for encoding in ["", "&encoding=UTF-8", "&encoding=utf-8"] {
        expect_refusal(explore(&tenant, &made, &file(&format!("suppliers.csv{encoding}"))).await, "1308-400")
            .naming("warehouse/suppliers.csv cannot be read as delimited: it is not UTF-8");
    }
    let returns = explored(&tenant, &made, &file("returns.csv.gz&compressionType=gzip")).await;
    assert_eq!(returns["data"][1], json!({"order": "5002", "sku": "jam-4", "reason": "broken, leaking"}));
    for compression in ["", "&compressionType=tarGzip"] {
        let answer = explore(&tenant, &made, &file(&format!("returns.csv.gz{compression}"))).await;
        expect_refusal(answer, "1308-400").naming("it is compressed with gzip; send compressionType=gzip");
    }
}

#[tokio::test]
async fn a_parquet_file_has_the_columns_and_rows_of_its_description() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let file = "objectType=file&object=/warehouse/customers.parquet";
    let types = |explored: &Value| {
        let columns = explored["schema"]["columns"].as_array().unwrap().iter();
        columns.map(|column| column["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for how in ["fileType=parquet", "fileType=PARQUET&encoding=UTF-8", "determineProperties=true"] {
        let preview = explored(&tenant, &made, &format!("{file}&preview=true&{how}")).await;
        let expected = ["long", "string", "integer", "double", "boolean", "string", "string"];
        assert_eq!((types(&preview), &preview["format"]), (expected.map(Into::into).into(), &json!("flat")));
        assert_eq!(preview["data"][2]["name"], "Inès Roy");
    }
    let first =
        explored(&tenant, &made, &format!("{file}&fileType=parquet&preview=true&previewCount=1")).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    let answer = explore(&tenant, &made, "objectType=file&object=/crm/customers.csv&fileType=parquet").await;
    expect_refusal(answer, "1308-400")
        .naming("cannot be read as parquet: it does not begin and end with PAR1");
    let description = "objectType=file&object=/warehouse/customers.parquet.json&fileType=json";
    expect_refusal(explore(&tenant, &made, description).await, "1102-404");
}

#[tokio::test]
async fn a_json_file_is_explored_flat_or_with_its_nested_schema() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let clicks = "objectType=file&object=/events/clicks.jsonl&fileType=json&preview=true";
    let clicks = explored(&tenant, &made, clicks).await;
    assert_eq!(clicks["format"], "flat");
    assert_eq!(
        clicks["schema"]["columns"][3],
        json!({"name": "ms", "type": "integer",
            "xdm": {"type": "integer", "minimum": -2_147_483_648_i64, "maximum": 2_147_483_647}})
    );
    assert_eq!(clicks["data"][1]["page"], "/basket");

    let purchases = "objectType=file&object=/events/purchases.json&fileType=JSON";
    let schema = explored(&tenant, &made, purchases).await;
    assert_eq!((&schema["format"], schema.get("data")), (&json!("hierarchical"), None));
    let purchases = explored(&tenant, &made, &format!("{purchases}&preview=true")).await;
    let customer =
        json!({"type": "object", "properties": {"id": {"type": "integer"}, "loyal": {"type": "boolean"}}});
    assert_eq!(purchases["schema"]["type"], "object");
    assert_eq!(purchases["schema"]["properties"]["customer"], customer);
    assert_eq!(purchases["schema"]["properties"]["items"]["type"], "array");
    assert_eq!(purchases["data"][0]["items"][1]["gift"], true);
}

#[tokio::test]
async fn determined_properties_are_answered_with_the_columns() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let determined = async |file: &str, more: &str| {
        let query = format!("objectType=file&object={file}&determineProperties=true{more}");
        explored(&tenant, &made, &query).await
    };
    for (file, properties) in [
        (
            "crm/loyalty.csv",
            json!({"fileType": "delimited", "compressionType": "none", "columnDelimiter": ";"}),
        ),
        (
            "crm/2024/orders.tsv",
            json!({"fileType": "delimited", "compressionType": "none", "columnDelimiter": "\t"}),
        ),
        (
            "warehouse/returns.csv.gz",
            json!({"fileType": "delimited", "compressionType": "gzip", "columnDelimiter": ","}),
        ),
        ("events/purchases.json", json!({"fileType": "json", "compressionType": "none"})),
        ("warehouse/customers.parquet", json!({"fileType": "parquet", "compressionType": "none"})),
    ] {
        let explored = determined(file, "").await;
        assert_eq!((&explored["properties"], explored.get("data")), (&properties, None), "{file}");
        assert!(explored["schema"].is_object(), "{file}");
    }
    let returns = determined("warehouse/returns.csv.gz", "&preview=true").await;
    assert_eq!(returns["data"][0]["reason"], "too small");
}

#[tokio::test]
async fn a_file_needs_its_type_or_the_wish_to_determine_it_and_not_both() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let file = |query: &str| format!("objectType=file&object=/crm/loyalty.csv{query}");
    for query in ["", "&determineProperties=false", "&compressionType=gzip&columnDelimiter=;"] {
        expect_refusal(explore(&tenant, &made, &file(query)).await, "1359-400")
            .naming("fileType is absent; send fileType=delimited, json, parquet");
    }
    for (query, named) in [
        ("&fileType=delimited", "fileType must be absent"),
        ("&type=json", "type must be absent"),
        ("&CompressionType=none", "CompressionType must be absent"),
        ("&columnDelimiter=;", "columnDelimiter must be absent"),
        ("&encoding=UTF-8", "encoding must be absent"),
    ] {
        let answer = explore(&tenant, &made, &file(&format!("{query}&determineProperties=true"))).await;
        expect_refusal(answer, "1374-400").naming(named);
    }
    expect_refusal(explore(&tenant, &made, &file("&fileType=")).await, "1399-400")
        .naming("fileType has no value");
    let answer = explore(&tenant, &made, &file("&determineProperties=maybe")).await;
    answer.expect_error("FLOW-1452-400").naming("determineProperties=maybe");
}

#[tokio::test]
async fn a_file_in_another_format_is_refused_by_the_source() {
    let tenant = support::tenant().await;
    let made = tenant.create(s3()).await;
    let file = |query: &str| format!("objectType=file&object=/events/{query}");
    expect_refusal(explore(&tenant, &made, &file("readme.txt&determineProperties=true")).await, "1396-400")
        .naming("the content of the file events/readme.txt is neither delimited nor json nor parquet");
    expect_refusal(explore(&tenant, &made, &file("readme.txt&fileType=json")).await, "1308-400")
        .naming("the file events/readme.txt cannot be read as json: expected value at line 1");
    expect_refusal(explore(&tenant, &made, &file("purchases.json&fileType=delimited")).await, "1308-400")
        .naming("cannot be read as delimited: line ");
    expect_refusal(explore(&tenant, &made, &file("nope.csv&fileType=delimited")).await, "1102-404")
        .naming("the file events/nope.csv");
    let folder = "objectType=file&object=/events/&fileType=json";
    expect_refusal(explore(&tenant, &made, folder).await, "1102-404");
    let undecodable = "objectType=file&object=/warehouse/suppliers.csv&determineProperties=true";
    expect_refusal(explore(&tenant, &made, undecodable).await, "1375-400")
        .naming("it is not UTF-8")
        .naming("send fileType and encoding instead");
    let configs = tenant.get(&format!("/connections/{}/configs?object=events/readme.txt", made.id)).await;
    expect_refusal(configs, "1359-400").naming("the name of the file events/readme.txt does not tell it");
}
