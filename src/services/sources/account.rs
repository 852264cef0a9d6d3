//! The account that a connection connects to, so that fixtures can have data for each account.
//!
//! Decided: the reference does not say which param names the account, so it is the first of [`PARAMS`] that is present, or
//! the host in a connection string. A URL counts as its host name. The result is only compared, never shown.

use serde_json::Value;

/// The params that may name an account, the most specific ones first.
const PARAMS: [&str; 28] = [
    "accountName",
    "account",
    "host",
    "server",
    "serviceUri",
    "serviceEndpoint",
    "environmentUrl",
    "instanceUrl",
    "endpoint",
    "url",
    "sasUri",
    "serviceUrl",
    "domain",
    "subdomain",
    "namespace",
    "project",
    "projectId",
    "s3AccessKey",
    "accessKeyId",
    "accessKey",
    "accessId",
    "s3Role",
    "bucketName",
    "tokenEndpoint",
    "accessTokenUrl",
    "clientCustomerID",
    "username",
    "clientId",
];

/// The keys of a connection string that may name an account.
const KEYS: [&str; 7] =
    ["AccountName", "Account", "Server", "Data Source", "Host", "DBCName", "BlobEndpoint"];

/// The account in the params of a connection.
pub(super) fn named_by(params: &Value) -> Option<String> {
    let text = |name: &&str| params.get(*name).and_then(Value::as_str);
    let in_params = || PARAMS.iter().find_map(text);
    let account =
        text(&"connectionString").map_or_else(in_params, |text| Some(in_connection_string(text)))?;
    Some(host_of(account).to_owned()).filter(|account| !account.is_empty())
}

/// The value of the first known key in a connection string; the whole text if it is a URL.
fn in_connection_string(text: &str) -> &str {
    let value_of = |wanted: &&str| {
        let mut pairs = text.split(';').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    KEYS.iter().find_map(value_of).unwrap_or(text)
}

/// The host name in a URL or an address; any other text as it is, such as the ARN of a role.
fn host_of(text: &str) -> &str {
    let text = text.trim();
    if text.starts_with("arn:") {
        return text;
    }
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', ';']).next().unwrap_or_default();
    let host = match text.contains("://") {
        // Drops a user name and password.
        true => authority.rsplit('@').next().unwrap_or_default(),
        false => authority,
    };
    match host.rsplit_once([':', ',']) {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_first_param_that_names_an_account_counts() {
        for (params, account) in [
            (json!({"username": "ann", "host": "sftp.example.com:22"}), Some("sftp.example.com")),
            (json!({"username": "ann@example.com", "password": "p"}), Some("ann@example.com")),
            (json!({"serviceUri": "https://acme.crm.dynamics.com/api"}), Some("acme.crm.dynamics.com")),
            (json!({"url": "https://u:p@files.example.com:50070/a@b"}), Some("files.example.com")),
            (
                json!({"connectionString": "Initial Catalog=x; data source=tcp:db.example.com,1433"}),
                Some("db.example.com"),
            ),
            (json!({"connectionString": "AccountKey=a==;AccountName=acme"}), Some("acme")),
            (
                json!({"connectionString": "jdbc:snowflake://acme.example.com/?password=p"}),
                Some("acme.example.com"),
            ),
            (json!({"instanceUrl": "https://acme.my.salesforce.com"}), Some("acme.my.salesforce.com")),
            (
                json!({"serviceEndpoint": "https://acme.blob.core.windows.net/"}),
                Some("acme.blob.core.windows.net"),
            ),
            (json!({"bucketName": "acme"}), Some("acme")),
            (json!({"bucketName": "exports", "s3AccessKey": "AKIA"}), Some("AKIA")),
            (json!({"s3Role": "arn:aws:iam::1:role/acme"}), Some("arn:aws:iam::1:role/acme")),
            (json!({"clientId": "c", "username": "ann"}), Some("ann")),
            (json!({"accessToken": "t"}), None),
            (json!({"host": ""}), None),
        ] {
            assert_eq!(named_by(&params).as_deref(), account, "{params}");
        }
    }

    #[test]
    fn the_required_params_of_every_auth_spec_name_an_account_unless_they_are_only_credentials() {
        /// Params that many accounts share, or that name a part of one.
        const NAMELESS: [&str; 4] = ["dataType", "authenticationRequired", "topicName", "subscriptionName"];
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/connection-specs");
        for file in std::fs::read_dir(folder).unwrap() {
            let document = std::fs::read(file.unwrap().path()).unwrap();
            let document: Value = serde_json::from_slice(&document).unwrap();
            for auth_spec in document["authSpec"].as_array().unwrap() {
                let schema = &auth_spec["spec"];
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                let names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
                let is_credential = |name: &&str| schema["properties"][*name]["format"] == "password";
                if names.iter().all(|name| is_credential(name) || NAMELESS.contains(name)) {
                    continue;
                }
                let params: Value = names.iter().map(|name| (*name, Value::from("a"))).collect();
                assert!(named_by(&params).is_some(), "{} of {}", auth_spec["name"], document["name"]);
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_a_users_password_in_a_url_is_never_the_account(
            text in any::<String>(), user in "[a-z]{1,8}", password in "[a-z0-9]{1,8}", host in "[a-z]{1,8}",
        ) {
            let _ = (named_by(&json!({"connectionString": text})), named_by(&json!({"host": text})));
            let url = format!("https://{user}:{password}@{host}.example.com:443/x");
            prop_assert_eq!(named_by(&json!({"url": url})), Some(format!("{host}.example.com")));
        }
    }
}
