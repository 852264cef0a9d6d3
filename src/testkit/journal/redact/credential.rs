//! Recognises credentials, by their name or by their form.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;

/// A name without letter case and punctuation: `client_secret`, `Client-Secret` and `clientSecret` are equal.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The names of credentials.
pub(super) struct Names<'a> {
    /// The [`plain`] names that connection specs mark with `"format": "password"`.
    pub(super) of_specs: &'a HashSet<String>,
}

/// Parts of the names of credentials.
const PARTS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "credential",
    "authorization",
    "privatekey",
    "accesskey",
    "accountkey",
    "sharedkey",
    "subscriptionkey",
    "connectionstring",
    "sharedaccesssignature",
    "cookie",
];

/// Whole names of credentials.
const WHOLE: [&str; 11] = [
    "pwd",
    "pass",
    "sig",
    "signature",
    "jwt",
    "bearer",
    "sas",
    "sasuri",
    "assertion",
    "authcode",
    "codeverifier",
];

/// The [`plain`] names of parameters whose values are credentials only in a query. A `code` is one where a browser returns
/// with it from a log-in; the parts of a REST source's requests may contain its token.
pub(super) const PARAMETERS: [&str; 3] = ["code", "sourceparams", "queryparams"];

/// Names that end like those of credentials, but are not.
const HARMLESS: [&str; 3] = ["continuationtoken", "nexttoken", "pagetoken"];

/// Words in the names of headers with credentials, in addition to those of [`Names::have`].
const HEADER_WORDS: [&str; 4] = ["auth", "session", "sessionid", "csrf"];

/// Headers whose names have one of these words although their values are not credentials. `x-api-key` is the public id of a
/// client, and the journal can be filtered by it.
const HARMLESS_HEADERS: [&str; 4] = ["x-api-key", "idempotency-key", "surrogate-key", "sec-websocket-key"];

impl Names<'_> {
    /// Whether the value under that name is a credential.
    pub(super) fn have(&self, name: &str) -> bool {
        let name = plain(name);
        PARTS.iter().any(|part| name.contains(part))
            || WHOLE.contains(&name.as_str())
            || (name.ends_with("token") && !HARMLESS.contains(&name.as_str()))
            || self.of_specs.contains(&name)
    }

    /// Whether the value of the header `name`, in lower case, is a credential. A word of it is enough: `x-functions-key`,
    /// `x-hub-signature-256`.
    pub(super) fn have_header(&self, name: &str) -> bool {
        let is_credential =
            |word: &str| HEADER_WORDS.contains(&word) || word.ends_with("key") || self.have(word);
        let has_word = || name.split(['-', '_', '.']).any(is_credential);
        self.have(name) || (!HARMLESS_HEADERS.contains(&name) && has_word())
    }

    /// Whether `text` contains a credential: under its name, as in a connection string or a signed URL, or a token.
    pub(super) fn are_in(&self, text: &str) -> bool {
        may_hold_one(text) && self.are_found_in(text)
    }

    fn are_found_in(&self, text: &str) -> bool {
        // Decodes percent-encoding up to two times, for a link in a parameter.
        let mut text = Cow::Borrowed(text);
        for _ in 0..3 {
            if self.assigned_in(&text) || has_token(&text) || has_user_info(&text) {
                return true;
            }
            match percent_decode_str(&text).decode_utf8_lossy() {
                Cow::Owned(decoded) if decoded != text => text = decoded.into(),
                _ => return false,
            }
        }
        false
    }

    /// Whether the text contains `name=value`, with the name of a credential.
    fn assigned_in(&self, text: &str) -> bool {
        text.match_indices('=').any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + 1..]);
            let before = before.trim_end();
            let start = before
                .rfind(|c: char| !is_of_name(c))
                .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            let is_parameter =
                || before[..start].ends_with(['?', '&']) && PARAMETERS.contains(&&*plain(&before[start..]));
            !is_placeholder(after) && (self.have(&before[start..]) || is_parameter())
        })
    }
}

/// Whether `text` contains one of the bytes that every credential contains. Nearly all paths and ids contain none.
pub(super) fn may_hold_one(text: &str) -> bool {
    let is_one =
        |byte: u8| (byte == b'=') | (byte == b' ') | (byte == b'.') | (byte == b':') | (byte == b'%');
    // Without an early exit, so that many bytes are looked at together.
    text.bytes().fold(false, |any, byte| any | is_one(byte))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Adds the [`plain`] names of the properties that a connection spec's document marks as credentials.
pub(crate) fn collect(document: &Value, names: &mut HashSet<String>) {
    match document {
        Value::Object(members) => {
            for (name, property) in members {
                if property.get("format").is_some_and(|format| format == "password") {
                    names.insert(plain(name));
                }
                collect(property, names);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        _ => {}
    }
}

/// Whether there is no value: an explanation writes `AccountKey=...`.
fn is_placeholder(after: &str) -> bool {
    let after = after.trim_start();
    let after = after.strip_prefix("...").unwrap_or(after);
    after.is_empty() || after.starts_with([';', ',', '"', '\'', ')', ' '])
}

/// Whether the text contains a bearer token, a JSON Web Token or a private key.
fn has_token(text: &str) -> bool {
    const SHORTEST: usize = 8;
    let of_token = |text: &str| text.bytes().take_while(|&byte| is_of_token(byte)).count();
    let lower = text.to_ascii_lowercase();
    let bearer = lower.match_indices("bearer ").any(|(at, found)| {
        lower.get(at + found.len()..).is_some_and(|rest| of_token(rest.trim_start()) >= SHORTEST)
    });
    // `{"` in base64, for the header, and another part behind a dot.
    let web_token = text.match_indices("eyJ").any(|(at, _)| {
        let length = of_token(&text[at..]);
        text[at..at + length].split('.').nth(1).is_some_and(|part| part.len() >= 4)
    });
    bearer || web_token || lower.contains("-----begin ")
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'-')
}

/// Whether the text contains a URL with a password.
fn has_user_info(text: &str) -> bool {
    text.match_indices("://").any(|(at, found)| {
        let rest = &text[at + found.len()..];
        let authority = rest.split(['/', '?', '#', ' ', '"']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static OF_SPECS: LazyLock<HashSet<String>> = LazyLock::new(|| ["saskey".to_owned()].into());

    fn names() -> Names<'static> {
        Names { of_specs: &OF_SPECS }
    }

    #[test]
    fn credentials_are_recognised_by_their_names() {
        for name in [
            "password",
            "client_secret",
            "Client-Secret",
            "accessToken",
            "refresh_token",
            "s3SecretKey",
            "servicePrincipalKeySecret",
            "connectionString",
            "AccountKey",
            "sig",
            "pwd",
            "sasKey",
            "Cookie",
            "x-flowmock-control-token",
            "privateKeyContent",
            "credentials",
            "proxy-authorization",
            "auth_code",
            "code_verifier",
        ] {
            assert!(names().have(name), "{name}");
        }
        for name in [
            "",
            "name",
            "id",
            "continuationToken",
            "token_type",
            "design",
            "config",
            "x-api-key",
            "state",
            "specName",
            "authenticationRequired",
            "key",
            "expires_in",
            "passenger",
            "x-sandbox-name",
            "host",
            "accountName",
            "code",
            "error_code",
        ] {
            assert!(!names().have(name), "{name}");
        }
    }

    #[test]
    fn credentials_are_recognised_by_their_form() {
        for text in [
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==",
            "accountkey = YQ==",
            "TableEndpoint=https://a/;SharedAccessSignature=sv=1&sig=x",
            "https://a.example.com/?sv=1&sig=abc",
            "Server=s;Uid=u;Pwd=p",
            "jdbc:x://h?Password=p",
            "a%3Fsig%3Dabc",
            "a%253Fsig%253Dabc",
            "see eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln, please",
            "Authorization: Bearer abcdefgh",
            "mongodb://user:pass@host/db",
            "-----BEGIN PRIVATE KEY-----",
            "client_secret=s",
            "auth.params.password==p",
            "https://app.example.com/back?code=abc&state=x",
            "https://app.example.com/back?state=x&code=abc",
            "/connections/1/explore?objectType=rest&sourceParams=eyJ0b2tlbiI6ImEifQ",
        ] {
            assert!(names().are_in(text), "{text}");
        }
        for text in [
            "",
            "=",
            "orders",
            "DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...",
            "Authorization: Bearer has no token after it",
            "send Authorization: Bearer <token>",
            "continuationToken=IGFiYw&limit=20",
            "design=1&config=2",
            "exit code=1",
            "/connections?error_code=1",
            "https://example.com:8080/a?b=c@d",
            "1400dd53-0000-0200-0000-5f3f23450000",
            "100%",
            "é=ü",
        ] {
            assert!(!names().are_in(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}|[a-z=;%&?:/@.éeyJ -]{0,60}") {
            _ = (names().are_in(&text), names().have(&text));
        }

        #[test]
        fn the_first_look_at_a_text_misses_no_credential(
            text in "(.{0,9}|eyJ[a-zA-Z.]{0,20}|bearer[ +/-][a-z]{8}|(://|sig|=|-+BEGIN|@|key)){0,6}",
        ) {
            assert_eq!(names().are_in(&text), names().are_found_in(&text));
        }
    }
}
