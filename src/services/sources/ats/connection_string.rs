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

use crate::base::config::Leniency;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Uri;
use std::fmt;

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

/// The first error in a connection string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It contains only separators and white space.
    Empty,
    /// The pair at this position, counted from 1, has no `=`.
    NotAPair(usize),
    /// The key of the pair at this position is unknown.
    UnknownKey(usize),
    /// The key is repeated.
    Twice(&'static str),
    /// The key has no value.
    NoValue(&'static str),
    /// The key's value is not what the text describes.
    Invalid(&'static str, &'static str),
    /// The first key requires the second.
    Needs(&'static str, &'static str),
    /// The two keys exclude each other.
    Excludes(&'static str, &'static str),
    /// It has no credential.
    NoCredential,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(
                "the connection string is empty; write DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...",
            ),
            Self::NotAPair(at) => write!(f, "pair {at} is not of the form key=value"),
            Self::UnknownKey(at) => {
                write!(f, "pair {at} has an unknown key; the keys are {}", Key::NAMES.join(", "))
            }
            Self::Twice(key) => write!(f, "{key} is given twice"),
            Self::NoValue(key) => write!(f, "{key} has no value"),
            Self::Invalid(key, expected) => write!(f, "{key} must be {expected}"),
            Self::Needs(key, other) => write!(f, "{key} needs {other} beside it"),
            Self::Excludes(key, other) => write!(f, "{key} and {other} exclude each other; give one of them"),
            Self::NoCredential => f.write_str(
                "there is nothing to authenticate with; give AccountName and AccountKey, or TableEndpoint and \
                 SharedAccessSignature, or UseDevelopmentStorage=true alone",
            ),
        }
    }
}

macro_rules! keys {
    ($( $key:ident )*) => {
        /// The keys of connection strings, with Azure's names.
        #[derive(Clone, Copy)]
        #[allow(clippy::enum_variant_names)] // AccountKey is Azure's name for it
        enum Key { $( $key, )* }

        impl Key {
            const ALL: [Self; [$( Self::$key, )*].len()] = [$( Self::$key, )*];
            const NAMES: [&str; Self::ALL.len()] = [$( stringify!($key), )*];
        }
    };
}

keys! {
    DefaultEndpointsProtocol AccountName AccountKey SharedAccessSignature EndpointSuffix
    TableEndpoint TableSecondaryEndpoint BlobEndpoint BlobSecondaryEndpoint QueueEndpoint QueueSecondaryEndpoint
    FileEndpoint FileSecondaryEndpoint UseDevelopmentStorage DevelopmentStorageProxyUri
}

impl Key {
    const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }
}

/// The pairs of a connection string, by key.
struct Pairs<'a>([Option<&'a str>; Key::ALL.len()]);

impl<'a> Pairs<'a> {
    fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut pairs = Self([None; Key::ALL.len()]);
        for (index, pair) in text.split(';').enumerate() {
            if pair.trim().is_empty() {
                continue;
            }
            // The first `=` separates; values may contain more.
            let (key, value) = pair.split_once('=').ok_or(Fault::NotAPair(index + 1))?;
            let key = Key::from_name(key.trim()).ok_or(Fault::UnknownKey(index + 1))?;
            let value = value.trim();
            if value.is_empty() {
                return Err(Fault::NoValue(key.name()));
            }
            if pairs.0[key as usize].replace(value).is_some() {
                return Err(Fault::Twice(key.name()));
            }
        }
        Ok(pairs)
    }

    fn get(&self, key: Key) -> Option<&'a str> {
        self.0[key as usize]
    }

    /// The first present key that is not in `but`.
    fn other_than(&self, but: &[Key]) -> Option<Key> {
        Key::ALL
            .into_iter()
            .find(|&key| self.get(key).is_some() && !but.iter().any(|b| *b as usize == key as usize))
    }
}

impl<'a> ConnectionString<'a> {
    /// Parses a connection string.
    ///
    /// # Errors
    /// The first [`Fault`]: grammar and keys from left to right, then the combination, then the values.
    pub(crate) fn parse(text: &'a str, leniency: Leniency) -> Result<Self, Fault> {
        let pairs = Pairs::parse(text)?;
        if pairs.other_than(&[]).is_none() {
            return Err(Fault::Empty);
        }
        if let Some(value) = pairs.get(Key::UseDevelopmentStorage) {
            return Self::development_storage(&pairs, value);
        }
        if pairs.get(Key::DevelopmentStorageProxyUri).is_some() {
            return Err(Fault::Needs(Key::DevelopmentStorageProxyUri.name(), "UseDevelopmentStorage=true"));
        }
        let (account, key, signature) =
            (pairs.get(Key::AccountName), pairs.get(Key::AccountKey), pairs.get(Key::SharedAccessSignature));
        match (key, signature) {
            (None, None) => return Err(Fault::NoCredential),
            (Some(_), Some(_)) => {
                return Err(Fault::Excludes(Key::AccountKey.name(), Key::SharedAccessSignature.name()));
            }
            (Some(_), None) if account.is_none() => {
                return Err(Fault::Needs(Key::AccountKey.name(), Key::AccountName.name()));
            }
            (None, Some(_)) if account.is_none() && pairs.get(Key::TableEndpoint).is_none() => {
                return Err(Fault::Needs(Key::SharedAccessSignature.name(), "TableEndpoint or AccountName"));
            }
            _ => {}
        }
        let given = |key, value| leniency == Leniency::Strict || !is_placeholder(key, value);
        let check = |key: Key, valid: fn(&str) -> bool, expected| match pairs.get(key) {
            Some(value) if given(key, value) && !valid(value) => Err(Fault::Invalid(key.name(), expected)),
            _ => Ok(()),
        };
        check(Key::DefaultEndpointsProtocol, is_protocol, "http or https")?;
        check(Key::AccountName, is_account_name, "3 to 24 lower-case letters and digits")?;
        check(Key::AccountKey, is_base64, "base64, padded, as the Azure portal shows it")?;
        check(Key::SharedAccessSignature, is_signature, "the query string that Azure made, with its sig=")?;
        check(Key::EndpointSuffix, is_host, "a host name such as core.windows.net")?;
        for key in ENDPOINTS {
            check(key, is_url, URL)?;
        }
        let endpoint = pairs.get(Key::TableEndpoint);
        let in_azure = || Tables::Azure {
            protocol: pairs.get(Key::DefaultEndpointsProtocol).unwrap_or("https"),
            suffix: pairs.get(Key::EndpointSuffix).unwrap_or("core.windows.net"),
        };
        Ok(Self {
            account: account.or_else(|| account_in(endpoint?)),
            tables: endpoint.map_or_else(in_azure, Tables::Endpoint),
        })
    }

    fn development_storage(pairs: &Pairs<'a>, value: &str) -> Result<Self, Fault> {
        let own = Key::UseDevelopmentStorage;
        if !value.eq_ignore_ascii_case("true") {
            return Err(Fault::Invalid(own.name(), "true, or left out"));
        }
        if let Some(other) = pairs.other_than(&[own, Key::DevelopmentStorageProxyUri]) {
            return Err(Fault::Excludes(own.name(), other.name()));
        }
        let host = match pairs.get(Key::DevelopmentStorageProxyUri) {
            Some(proxy) if !is_url(proxy) => {
                return Err(Fault::Invalid(Key::DevelopmentStorageProxyUri.name(), URL));
            }
            Some(proxy) => proxy.trim_end_matches('/'),
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

/// A description of the URLs that [`is_url`] accepts.
const URL: &str = "an http or https URL, without a user and without a query";

const ENDPOINTS: [Key; 8] = [
    Key::TableEndpoint,
    Key::TableSecondaryEndpoint,
    Key::BlobEndpoint,
    Key::BlobSecondaryEndpoint,
    Key::QueueEndpoint,
    Key::QueueSecondaryEndpoint,
    Key::FileEndpoint,
    Key::FileSecondaryEndpoint,
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
fn is_placeholder(key: Key, value: &str) -> bool {
    let name = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    matches!(key, Key::AccountName | Key::AccountKey | Key::SharedAccessSignature)
        && name.is_some_and(|name| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
}

fn is_protocol(value: &str) -> bool {
    ["http", "https"].iter().any(|protocol| value.eq_ignore_ascii_case(protocol))
}

fn is_account_name(value: &str) -> bool {
    (3..=24).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn is_base64(value: &str) -> bool {
    // Decoded only to validate it.
    BASE64.decode(value).is_ok()
}

fn is_signature(value: &str) -> bool {
    let query = value.strip_prefix('?').unwrap_or(value);
    !query.contains(char::is_whitespace)
        && query.split('&').any(|pair| pair.strip_prefix("sig=").is_some_and(|sig| !sig.is_empty()))
}

fn is_host(value: &str) -> bool {
    value
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// Whether a value is an http or https URL without a user or a query. Those could be credentials, and endpoints are
/// logged.
fn is_url(value: &str) -> bool {
    !value.contains(['@', '?', '#'])
        && value.parse::<Uri>().is_ok_and(|url| {
            matches!(url.scheme_str(), Some("http" | "https"))
                && url.host().is_some_and(|host| !host.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "bm90IGEgcmVhbCBrZXksIGJ1dCBiYXNlNjQ=";

    fn parse(text: &str) -> Result<ConnectionString<'_>, Fault> {
        ConnectionString::parse(text, Leniency::Strict)
    }

    fn endpoint(text: &str) -> String {
        parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).endpoint()
    }

    #[test]
    fn a_sas_that_names_its_endpoint_alone_names_the_account_with_it() {
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
    fn the_documented_forms_are_taken() {
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
        assert_eq!(
            endpoint(&format!(
                "AccountName=devstoreaccount1;AccountKey={KEY};TableEndpoint=http://127.0.0.1:10002/devstoreaccount1"
            )),
            "http://127.0.0.1:10002/devstoreaccount1"
        );
    }

    #[test]
    fn placeholders_are_taken_unless_strict() {
        let text = "AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}";
        assert!(ConnectionString::parse(text, Leniency::Placeholders).is_ok());
        assert_eq!(parse(text), Err(Fault::Invalid("AccountName", "3 to 24 lower-case letters and digits")));
        for text in
            ["AccountName={};AccountKey={A}", "AccountName={a b};AccountKey={A}", "UseDevelopmentStorage={A}"]
        {
            assert!(ConnectionString::parse(text, Leniency::Placeholders).is_err(), "{text}");
        }
    }

    #[test]
    fn each_fault_is_found_and_named() {
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
            prop_assert!(matches!(parse(&text), Err(Fault::Invalid("AccountKey", _))));
        }
    }
}
