//! Validation of `auth`. Reference: "Azure Table Storage (ATS)", `errors.csv` (FLOW-1100-400, FLOW-1415-400),
//! `provider-errors.csv` (1304-400, 1312-400), `flows-errors.csv` (1318-400).

use crate::support::{self, ATS, Answer, CREDENTIAL, ats, landing_zone, with, without};
use reqwest::Method;
use serde_json::{Value, json};

const CONNECTION_STRING: &str = "/auth/params/connectionString";

#[tokio::test]
async fn params_that_violate_the_auth_spec_are_refused_by_the_provider() {
    let tenant = support::tenant().await;
    let cases = [
        (without(ats("x"), CONNECTION_STRING), "1304-400", "connectionString"),
        (with(ats("x"), CONNECTION_STRING, Value::Null), "1304-400", "connectionString"),
        (with(ats("x"), "/auth/params", Value::Null), "1304-400", "connectionString"),
        (without(ats("x"), "/auth/params"), "1304-400", "connectionString"),
        (with(ats("x"), CONNECTION_STRING, json!(5)), "1312-400", "a number"),
        (with(ats("x"), CONNECTION_STRING, json!([CREDENTIAL])), "1312-400", "an array"),
        (with(ats("x"), CONNECTION_STRING, json!({ CREDENTIAL: CREDENTIAL })), "1312-400", "an object"),
        (with(ats("x"), CONNECTION_STRING, json!(true)), "1312-400", "a boolean"),
        (with(ats("x"), CONNECTION_STRING, json!("")), "1312-400", "empty"),
    ];
    for (body, provider_code, part) in cases {
        let answer = tenant.post("/connections", &body).await.expect_error("FLOW-1100-400");
        answer
            .naming(&format!("Error from flow provider: {provider_code}"))
            .naming("connectionString")
            .naming(part)
            .at(CONNECTION_STRING)
            .without(CREDENTIAL);
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn a_near_miss_is_refused_with_what_was_probably_meant() {
    let tenant = support::tenant().await;
    let spec_id = |id: &str| with(ats("x"), "/connectionSpec/id", json!(id));
    let misspelt = json!({ "connectionstring": CREDENTIAL });
    for (body, code, hint) in [
        (spec_id("azure-table-storage"), "FLOW-1413-400", format!("the id of azure-table-storage is {ATS}")),
        (spec_id(&ATS[..35]), "FLOW-1413-400", format!("did you mean {ATS} (azure-table-storage)?")),
        (spec_id("nobody's"), "FLOW-1413-400", "GET /connectionSpecs lists them".to_owned()),
        (
            with(ats("x"), "/auth/specName", json!("ConnectionString")),
            "FLOW-1415-400",
            "did you mean Connection String Based Authentication?".to_owned(),
        ),
        (
            with(ats("x"), "/auth/params", misspelt),
            "FLOW-1100-400",
            "connectionstring is there: did you mean connectionString?".to_owned(),
        ),
        (
            with(ats("x"), "/connectionSpec/version", json!(1.0)),
            "FLOW-1000-400",
            "put it in quotes".to_owned(),
        ),
    ] {
        tenant.post("/connections", &body).await.expect_error(code).naming(&hint).without(CREDENTIAL);
    }
    let unknown = tenant.get("/connectionSpecs/azure-table-storage").await.expect_error("FLOW-1439-404");
    unknown.naming(ATS).naming("GET /connectionSpecs lists them");
    let created = tenant.create(ats("x")).await;
    let patch = tenant.patch(&created, json!({"name": "y"})).await.expect_error("FLOW-1455-400");
    patch.naming("send an array of JSON Patch operations");
    let filter = tenant.get("/connections?property=createdAt%3Eabc").await.expect_error("FLOW-1452-400");
    filter.naming("createdAt>abc: the value is not a number");
}

#[tokio::test]
async fn an_unknown_auth_spec_is_refused_with_the_known_ones() {
    let tenant = support::tenant().await;
    let name = "Connection String Based Authentication";
    for body in [
        with(ats("x"), "/auth/specName", json!("Basic Authentication")),
        with(ats("x"), "/auth/specName", json!(name.to_lowercase())),
        with(ats("x"), "/auth/specName", json!("")),
        with(ats("x"), "/auth/specName", Value::Null),
        without(ats("x"), "/auth/specName"),
        without(ats("x"), "/auth"),
        with(ats("x"), "/auth", Value::Null),
        with(ats("x"), "/auth", json!({})),
    ] {
        let given = body.pointer("/auth/specName").and_then(Value::as_str).filter(|given| !given.is_empty());
        let answer = tenant.post("/connections", &body).await.expect_error("FLOW-1415-400");
        answer
            .at("/auth/specName")
            .naming(name)
            .naming(given.unwrap_or("auth.specName is absent or empty"))
            .without(CREDENTIAL);
    }
    let body = with(landing_zone("x"), "/auth", ats("x")["auth"].clone());
    let answer = tenant.post("/connections", &body).await.expect_error("FLOW-1415-400");
    answer.at("/auth/specName").naming("none").without(CREDENTIAL);
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn every_valid_form_of_connection_string_is_accepted_and_stored_unchanged() {
    let tenant = support::tenant().await;
    let key = CREDENTIAL;
    let sas = "sv=2022-11-02&ss=t&srt=sco&sp=rwdlacu&se=2030-01-01T00:00:00Z&sig=a%2Fb%3D==";
    for text in [
        format!("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={key}"),
        format!("DefaultEndpointsProtocol=http;AccountName=acme;AccountKey={key}"),
        format!("AccountKey={key};AccountName=acme;DefaultEndpointsProtocol=https"),
        format!("accountKEY={key};ACCOUNTname=acme;defaultendpointsprotocol=HTTPS;"),
        format!("AccountName=acme;AccountKey={key}"),
        format!("AccountName=acme;AccountKey={key};EndpointSuffix=core.windows.net"),
        format!("AccountName=acme;AccountKey={key};EndpointSuffix=core.chinacloudapi.cn"),
        format!("AccountName=acme;AccountKey={key};TableEndpoint=https://tables.example.com:444/acme"),
        format!("AccountName={};AccountKey={key}", "a1b".repeat(8)),
        format!("AccountName=a1b;AccountKey={key}"),
        format!("TableEndpoint=https://acme.table.core.windows.net/;SharedAccessSignature={sas}"),
        format!("AccountName=acme;SharedAccessSignature={sas}"),
        "UseDevelopmentStorage=true".to_owned(),
        "usedevelopmentstorage=TRUE;".to_owned(),
        format!(
            "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key};\
             TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
        ),
    ] {
        let made = tenant.create(with(ats("x"), CONNECTION_STRING, json!(text))).await;
        let stored = tenant.read(&made.id).await;
        assert_eq!(stored.pointer(CONNECTION_STRING), Some(&json!(text)));
    }
}

#[tokio::test]
async fn each_error_in_a_connection_string_is_named_without_repeating_credentials() {
    let tenant = support::tenant().await;
    let secret = "aHVudGVyMg";
    let whole = format!("AccountName=acme;AccountKey={secret}==");
    let cases = [
        (" ".to_owned(), "empty"),
        (";;".to_owned(), "empty"),
        ("nonsense".to_owned(), "key=value"),
        (secret.to_owned(), "key=value"),
        (format!("{whole};{secret}"), "pair 3"),
        (format!("{whole};{secret}=="), "pair 3"),
        (format!("{whole};Password={secret}"), "pair 3"),
        (format!("{whole};AccountKey={secret}=="), "AccountKey is given twice"),
        (format!("{whole};accountname=acme"), "AccountName is given twice"),
        (format!("AccountName=;AccountKey={secret}=="), "AccountName has no value"),
        (
            format!("AccountName=acme,AccountKey={secret}=="),
            "goes on with AccountKey; separate the pairs with ;",
        ),
        ("AccountName=acme;AccountKey=".to_owned(), "AccountKey has no value"),
        ("AccountName=acme".to_owned(), "nothing to authenticate with"),
        ("DefaultEndpointsProtocol=https".to_owned(), "nothing to authenticate with"),
        (format!("AccountKey={secret}=="), "AccountName"),
        (format!("SharedAccessSignature=sig={secret}"), "TableEndpoint"),
        (format!("{whole};SharedAccessSignature=sig={secret}"), "exclude each other"),
        (format!("AccountName=ac;AccountKey={secret}=="), "AccountName must be"),
        (format!("AccountName={};AccountKey={secret}==", "a".repeat(25)), "AccountName must be"),
        (format!("AccountName=Acme;AccountKey={secret}=="), "AccountName must be"),
        (format!("AccountName=my-acme;AccountKey={secret}=="), "AccountName must be"),
        (format!("AccountName=acme;AccountKey={secret}"), "AccountKey must be base64"),
        (format!("AccountName=acme;AccountKey={secret}!!"), "AccountKey must be base64"),
        (format!("AccountName=acme;AccountKey={secret}==="), "AccountKey must be base64"),
        (format!("{whole};DefaultEndpointsProtocol=ftp"), "DefaultEndpointsProtocol must be"),
        (format!("{whole};EndpointSuffix=https://x"), "EndpointSuffix must be"),
        (format!("{whole};TableEndpoint={secret}"), "TableEndpoint must be"),
        (format!("TableEndpoint=https://a;SharedAccessSignature={secret}"), "SharedAccessSignature must be"),
        ("UseDevelopmentStorage=false".to_owned(), "UseDevelopmentStorage must be"),
        (format!("UseDevelopmentStorage=true;{whole}"), "exclude each other"),
    ];
    for (text, reason) in cases {
        let body = with(ats("x"), CONNECTION_STRING, json!(text));
        let answer = tenant.post("/connections", &body).await.expect_error("FLOW-1100-400");
        answer
            .naming("Error from flow provider: 1312-400")
            .naming("connectionString")
            .naming(reason)
            .at(CONNECTION_STRING)
            .without(secret);
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn params_that_are_missing_and_invalid_are_told_in_one_message() {
    let tenant = support::tenant().await;
    let salesforce = |params: Value| {
        json!({
            "name": "crm",
            "connectionSpec": { "id": "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5", "version": "1.0" },
            "auth": { "specName": "Basic Authentication", "params": params }
        })
    };
    let refused = async |params: Value| {
        tenant.post("/connections", &salesforce(params)).await.expect_error("FLOW-1100-400")
    };
    let several = refused(json!({ "username": 5, "password": CREDENTIAL })).await;
    let several = several.naming("Error from flow provider: 1318-400: ");
    several
        .naming("auth.params.username must be of type string, not a number")
        .naming("auth.params.securityToken is required and absent");
    refused(json!({})).await.naming(
        "1304-400: auth.params.username, auth.params.password and auth.params.securityToken are required",
    );
    refused(json!({ "username": 5, "password": 6, "securityToken": 7 })).await.naming("1312-400: ");
    // A PATCH likewise.
    let good = json!({ "username": "u", "password": "p", "securityToken": "t" });
    let made = tenant.create(salesforce(good)).await;
    let worse = json!([
        { "op": "remove", "path": "/auth/params/username" },
        { "op": "replace", "path": "/auth/params/password", "value": "" },
    ]);
    tenant.patch(&made, worse).await.expect_error("FLOW-1100-400").naming("1318-400: ");
}

#[tokio::test]
async fn the_provider_errors_that_no_input_causes_can_be_requested_and_injected() {
    let mock = support::server(|_| {});
    let tenant = support::Tenant::on(&mock);
    let control = support::Control::of(&mock);
    for code in ["1300-400", "1318-400", "1339-400", "1365-400"] {
        let rule = json!({ "match": { "method": "PATCH" }, "times": 1, "action": { "error": code } });
        let rules = json!({ "faults": [rule] }).to_string();
        let added = control.send(Method::POST, "/faults", "application/json", rules).await;
        assert!(added.status.is_success(), "{added}");
        let answer = Answer::to(tenant.request(Method::PATCH, "/connections/x")).await;
        answer.expect_error("FLOW-1100-400").naming(&format!("Error from flow provider: {code}: "));
        let asked = tenant.request(Method::GET, "/connections").header("x-flowmock-error", code);
        let answer = Answer::to(asked).await.expect_error("FLOW-1100-400");
        answer.naming(&format!("Error from flow provider: {code}: "));
    }
}
