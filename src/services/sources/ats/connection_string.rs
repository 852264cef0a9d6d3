//! Connection strings of Azure Table Storage: `key=value` pairs between semicolons.
//!
//! Reference: "Azure Table Storage (ATS)". Decided where it is silent:
//! - White space around pairs, keys and values is ignored, and so are empty pairs (a final `;`).
//! - A repeated key is refused; keys ignore letter case.
//! - `DefaultEndpointsProtocol` defaults to https, `EndpointSuffix` to `core.windows.net`.
//! - The endpoints of sibling services (`BlobEndpoint`, ...) are accepted and checked as URLs, since Azure's tools write them
//!   into every SAS connection string.
//! - An endpoint with a user or a query is refused: signatures belong into `SharedAccessSignature`.
//! - `UseDevelopmentStorage=true` can only be combined with `DevelopmentStorageProxyUri`.
//!
//! Messages repeat no value and no unknown key, since a stray `;` can turn part of a credential into a "key".

use super::pairs::PairKey::{self, *};
use super::pairs::{Pairs, ParseError};
use super::values::{URL, is_account_name, is_base64, is_host, is_protocol, is_signature, is_url};
use crate::base::config::Leniency;

/// A storage account and the location of its tables. The credential is validated, but not kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConnectionString<'a> {
    account: Option<&'a str>,
    tables: Tables<'a>,
}

/// The location of the tables.
#[derive(Debug, PartialEq, Eq)]
enum Tables<'a> {
    /// At this URL.
    Endpoint(&'a str),
    /// In Azure, at the account's host name.
    Azure { protocol: &'a str, suffix: &'a str },
    /// In the storage emulator at this URL, which has no port.
    DevelopmentStorage(&'a str),
}

impl<'a> ConnectionString<'a> {
    /// Parses a connection string.
    ///
    /// # Errors
    /// The first [`ParseError`]: grammar and keys from left to right, then the combination, then the values.
    pub(crate) fn parse(text: &'a str, leniency: Leniency) -> Result<Self, ParseError> {
        let pairs = Pairs::parse(text)?;
        if pairs.other_than(&[]).is_none() {
            return Err(ParseError::Empty);
        }
        if let Some(value) = pairs.get(UseDevelopmentStorage) {
            return Self::development_storage(&pairs, value);
        }
        if pairs.get(DevelopmentStorageProxyUri).is_some() {
            return Err(ParseError::Needs(DevelopmentStorageProxyUri.name(), "UseDevelopmentStorage=true"));
        }
        check_credential(&pairs)?;
        check_values(&pairs, leniency)?;
        let endpoint = pairs.get(TableEndpoint);
        let in_azure = || Tables::Azure {
            protocol: pairs.get(DefaultEndpointsProtocol).unwrap_or("https"),
            suffix: pairs.get(EndpointSuffix).unwrap_or("core.windows.net"),
        };
        Ok(Self {
            account: pairs.get(AccountName).or_else(|| account_in(endpoint?)),
            tables: endpoint.map_or_else(in_azure, Tables::Endpoint),
        })
    }

    fn development_storage(pairs: &Pairs<'a>, value: &str) -> Result<Self, ParseError> {
        let own = UseDevelopmentStorage;
        if !value.eq_ignore_ascii_case("true") {
            return Err(ParseError::Invalid(own.name(), "true, or left out"));
        }
        if let Some(other) = pairs.other_than(&[own, DevelopmentStorageProxyUri]) {
            return Err(ParseError::Excludes(own.name(), other.name()));
        }
        let host = match pairs.get(DevelopmentStorageProxyUri) {
            Some(proxy) if !is_url(proxy) => {
                return Err(ParseError::Invalid(DevelopmentStorageProxyUri.name(), URL));
            }
            // Decided: as in Azure's libraries, only the scheme and the host are used; each service has its own port.
            Some(proxy) => without_port(proxy),
            None => "http://127.0.0.1",
        };
        Ok(Self { account: Some("devstoreaccount1"), tables: Tables::DevelopmentStorage(host) })
    }

    /// The storage account: `AccountName`, or the one that `TableEndpoint` names.
    pub(crate) fn account(&self) -> Option<&'a str> {
        self.account
    }

    /// The URL of the tables.
    pub(crate) fn endpoint(&self) -> String {
        let account = self.account.unwrap_or_default();
        match self.tables {
            Tables::Endpoint(url) => url.to_owned(),
            Tables::Azure { protocol, suffix } => {
                format!("{}://{account}.table.{suffix}", protocol.to_ascii_lowercase())
            }
            Tables::DevelopmentStorage(host) => format!("{host}:10002/{account}"),
        }
    }
}

/// Checks that there is one credential, and an account for it.
fn check_credential(pairs: &Pairs<'_>) -> Result<(), ParseError> {
    let has = |key| pairs.get(key).is_some();
    match (has(AccountKey), has(SharedAccessSignature)) {
        (false, false) => Err(ParseError::NoCredential),
        (true, true) => Err(ParseError::Excludes(AccountKey.name(), SharedAccessSignature.name())),
        (true, false) if !has(AccountName) => Err(ParseError::Needs(AccountKey.name(), AccountName.name())),
        (false, true) if !has(AccountName) && !has(TableEndpoint) => {
            Err(ParseError::Needs(SharedAccessSignature.name(), "TableEndpoint or AccountName"))
        }
        _ => Ok(()),
    }
}

fn check_values(pairs: &Pairs<'_>, leniency: Leniency) -> Result<(), ParseError> {
    let given = |key, value| leniency == Leniency::Strict || !is_placeholder(key, value);
    let check = |key: PairKey, valid: fn(&str) -> bool, expected| match pairs.get(key) {
        Some(value) if given(key, value) && !valid(value) => Err(ParseError::Invalid(key.name(), expected)),
        _ => Ok(()),
    };
    check(DefaultEndpointsProtocol, is_protocol, "http or https")?;
    check(AccountName, is_account_name, "3 to 24 lower-case letters and digits")?;
    check(AccountKey, is_base64, "base64, padded, as the Azure portal shows it")?;
    check(SharedAccessSignature, is_signature, "the query string that Azure made, with its sig=")?;
    check(EndpointSuffix, is_host, "a host name such as core.windows.net")?;
    ENDPOINTS.into_iter().try_for_each(|key| check(key, is_url, URL))
}

const ENDPOINTS: [PairKey; 8] = [
    TableEndpoint,
    TableSecondaryEndpoint,
    BlobEndpoint,
    BlobSecondaryEndpoint,
    QueueEndpoint,
    QueueSecondaryEndpoint,
    FileEndpoint,
    FileSecondaryEndpoint,
];

/// The account in the URL of its tables: the first label of the host name or, for emulators, the path after an IP address
/// or a host name of one label.
fn account_in(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let label = match host.split_once('.') {
        Some((label, _)) if !label.bytes().all(|byte| byte.is_ascii_digit()) => label,
        _ => path.split(['/', '?']).next()?,
    };
    is_account_name(label).then_some(label)
}

/// Whether a value is a placeholder of the documentation, such as `{ACCOUNT_NAME}`, for a key that has one there.
fn is_placeholder(key: PairKey, value: &str) -> bool {
    let name = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    matches!(key, AccountName | AccountKey | SharedAccessSignature)
        && name.is_some_and(|name| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
}

/// The scheme and the host of a URL.
fn without_port(url: &str) -> &str {
    let host_begins = url.find("://").map_or(0, |at| at + 3);
    let authority_ends = url[host_begins..].find('/').map_or(url.len(), |at| host_begins + at);
    let url = &url[..authority_ends];
    // The colons of an IPv6 address are in brackets.
    match url[host_begins..].rfind(':').map(|at| host_begins + at) {
        Some(at) if !url[at..].contains(']') => &url[..at],
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use proptest::prelude::*;

    const KEY: &str = "bm90IGEgcmVhbCBrZXksIGJ1dCBiYXNlNjQ=";

    fn parse(text: &str) -> Result<ConnectionString<'_>, ParseError> {
        ConnectionString::parse(text, Leniency::Strict)
    }

    fn endpoint(text: &str) -> String {
        parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).endpoint()
    }

    #[test]
    fn the_endpoint_of_a_sas_names_the_account() {
        let account = |endpoint: &str| {
            let text = format!("TableEndpoint={endpoint};SharedAccessSignature=sv=1&sig=a");
            parse(&text).unwrap().account().map(str::to_owned)
        };
        for endpoint in
            ["https://acme.table.core.windows.net/", "http://127.0.0.1:10002/acme", "http://azurite:1/acme/"]
        {
            assert_eq!(account(endpoint).as_deref(), Some("acme"), "{endpoint}");
        }
        for endpoint in ["http://localhost:10002", "http://127.0.0.1/", "https://No_Account.example.com"] {
            assert_eq!(account(endpoint), None, "{endpoint}");
        }
    }

    #[test]
    fn the_documented_forms_are_accepted() {
        let documented = format!("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={KEY}");
        assert_eq!(endpoint(&documented), "https://acme.table.core.windows.net");
        assert_eq!(
            endpoint(&format!(
                " accountkey = {KEY} ;ACCOUNTNAME=acme; endpointsuffix=core.chinacloudapi.cn;DEFAULTENDPOINTSPROTOCOL=http;"
            )),
            "http://acme.table.core.chinacloudapi.cn"
        );
        assert_eq!(
            endpoint(
                "TableEndpoint=https://acme.table.core.windows.net/;SharedAccessSignature=sv=2022-11-02&sig=a%3D"
            ),
            "https://acme.table.core.windows.net/"
        );
        assert_eq!(
            endpoint("SharedAccessSignature=?sv=1&sig=b;AccountName=acme"),
            "https://acme.table.core.windows.net"
        );
        assert_eq!(endpoint("UseDevelopmentStorage=true"), "http://127.0.0.1:10002/devstoreaccount1");
        assert_eq!(
            endpoint("UseDevelopmentStorage=True;DevelopmentStorageProxyUri=http://azurite/"),
            "http://azurite:10002/devstoreaccount1"
        );
        for proxy in ["http://azurite:10000", "http://azurite:10000/", "http://azurite:10000/path"] {
            let text = format!("UseDevelopmentStorage=true;DevelopmentStorageProxyUri={proxy}");
            assert_eq!(endpoint(&text), "http://azurite:10002/devstoreaccount1");
        }
        for (proxy, expected) in
            [("https://[::1]:1", "https://[::1]:10002/"), ("https://[::1]", "https://[::1]:10002/")]
        {
            let text = format!("UseDevelopmentStorage=true;DevelopmentStorageProxyUri={proxy}");
            assert_eq!(endpoint(&text), format!("{expected}devstoreaccount1"));
        }
        assert_eq!(
            endpoint(&format!(
                "AccountName=devstoreaccount1;AccountKey={KEY};TableEndpoint=http://127.0.0.1:10002/devstoreaccount1"
            )),
            "http://127.0.0.1:10002/devstoreaccount1"
        );
    }

    #[test]
    fn placeholders_are_accepted_unless_strict() {
        let text = "AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}";
        assert!(ConnectionString::parse(text, Leniency::Placeholders).is_ok());
        assert_eq!(
            parse(text),
            Err(ParseError::Invalid("AccountName", "3 to 24 lower-case letters and digits"))
        );
        for text in
            ["AccountName={};AccountKey={A}", "AccountName={a b};AccountKey={A}", "UseDevelopmentStorage={A}"]
        {
            assert!(ConnectionString::parse(text, Leniency::Placeholders).is_err(), "{text}");
        }
    }

    #[test]
    fn each_mistake_is_found_and_named() {
        let long = format!("AccountName={};AccountKey={KEY}", "a".repeat(25));
        let both = format!("AccountName=acme;AccountKey={KEY};SharedAccessSignature=sig=a");
        let alone = format!("AccountKey={KEY}");
        let cases: Vec<(&str, &str)> = vec![
            ("", "is empty"),
            (" ; ;", "is empty"),
            ("AccountName", "pair 1 is not of the form"),
            ("AccountName=acme;=x", "pair 2 has an unknown key"),
            ("AccountName=acme;Account Key=x", "pair 2 has an unknown key"),
            ("AccountName=acme;accountname=acme", "AccountName is given twice"),
            ("AccountName=;AccountKey=x", "AccountName has no value"),
            ("AccountName=acme", "nothing to authenticate with"),
            (&alone, "AccountKey needs AccountName"),
            ("SharedAccessSignature=sig=a", "SharedAccessSignature needs TableEndpoint or AccountName"),
            (&both, "exclude each other"),
            (&long, "AccountName must be 3 to 24"),
            ("AccountName=Acme;AccountKey=x", "AccountName must be"),
            ("AccountName=ac;AccountKey=x", "AccountName must be"),
            ("AccountName=acme;AccountKey=abc", "AccountKey must be base64"),
            ("AccountName=acme;AccountKey=ab cd", "AccountKey must be base64"),
            ("AccountName=acme;AccountKey=abcd;DefaultEndpointsProtocol=ftp", "must be http or https"),
            ("AccountName=acme;AccountKey=abcd;EndpointSuffix=https://x", "EndpointSuffix must be a host"),
            ("AccountName=acme;AccountKey=abcd;TableEndpoint=acme.table", "TableEndpoint must be an http"),
            ("AccountName=acme;AccountKey=abcd;BlobEndpoint=https://", "BlobEndpoint must be an http"),
            ("TableEndpoint=https://a;SharedAccessSignature=sv=1", "SharedAccessSignature must be the query"),
            ("UseDevelopmentStorage=false", "UseDevelopmentStorage must be true"),
            ("UseDevelopmentStorage=true;AccountName=acme", "UseDevelopmentStorage and AccountName exclude"),
            ("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=x", "DevelopmentStorageProxyUri must be"),
            ("DevelopmentStorageProxyUri=http://x", "needs UseDevelopmentStorage=true"),
        ];
        for (text, expected) in cases {
            let fault = parse(text).expect_err(text).to_string();
            assert!(fault.contains(expected), "{text}: {fault}");
        }
    }

    #[test]
    fn no_message_repeats_what_may_be_a_credential() {
        let marker = "c2VjcmV0";
        for text in [
            format!("AccountName={marker};AccountKey={marker}!"),
            format!("AccountName=acme;AccountKey=ab;{marker}=="),
            format!("AccountName=acme;{marker}"),
            format!("SharedAccessSignature={marker};AccountName=acme"),
            format!("UseDevelopmentStorage={marker}"),
            format!("TableEndpoint=https://acme.example.com/?sig={marker};SharedAccessSignature=sig=a"),
            format!("TableEndpoint=https://acme:{marker}@acme.example.com;SharedAccessSignature=sig=a"),
            format!("AccountName=acme;AccountKey={KEY};BlobEndpoint=https://acme.example.com/#{marker}"),
        ] {
            let fault = parse(&text).expect_err(&text);
            assert!(!format!("{fault} {fault:?}").contains(marker), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn no_likely_text_makes_it_panic(text in "(?i)([;= ]|accountname|accountkey|tableendpoint|https?://|[a-z0-9é{}:/]){0,30}") {
            let _ = ConnectionString::parse(&text, Leniency::Placeholders);
        }

        #[test]
        fn order_letter_case_and_empty_pairs_do_not_matter(
            account in "[a-z0-9]{3,24}",
            key in prop::collection::vec(any::<u8>(), 1..64).prop_map(|bytes| BASE64.encode(bytes)),
            https in any::<bool>(),
            suffix in prop::option::of("[a-z]{1,8}(\\.[a-z]{1,8}){1,2}"),
            order in Just([0, 1, 2, 3]).prop_shuffle(),
            upper in any::<bool>(),
            gaps in prop::collection::vec(0..3usize, 4),
        ) {
            let protocol = if https { "https" } else { "http" };
            let pairs = [
                Some(("AccountName", account.as_str())),
                Some(("AccountKey", key.as_str())),
                Some(("DefaultEndpointsProtocol", protocol)),
                suffix.as_deref().map(|suffix| ("EndpointSuffix", suffix)),
            ];
            let mut text = String::new();
            for (index, gap) in order.into_iter().zip(gaps) {
                if let Some((name, value)) = pairs[index] {
                    let name = if upper { name.to_uppercase() } else { name.to_lowercase() };
                    text += &format!("{}{name}={value};", ";".repeat(gap));
                }
            }
            let parsed = parse(&text).unwrap();
            prop_assert_eq!(parsed.account(), Some(account.as_str()));
            let suffix = suffix.as_deref().unwrap_or("core.windows.net");
            prop_assert_eq!(parsed.endpoint(), format!("{protocol}://{account}.table.{suffix}"));
        }

        #[test]
        fn a_key_that_is_not_base64_is_refused(key in "[A-Za-z0-9+/]{1,20}[!@#$%^&*()_.-][A-Za-z0-9+/=]{0,20}") {
            let text = format!("AccountName=acme;AccountKey={key}");
            prop_assert!(matches!(parse(&text), Err(ParseError::Invalid("AccountKey", _))));
        }
    }
}
