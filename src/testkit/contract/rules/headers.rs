//! Headers. Reference: "Base path and headers", "Updating".

use crate::base::headers::{ANY_SANDBOX, API_KEY, IF_MATCH, IMS_ORG, SANDBOX_ID, SANDBOX_NAME, is_org_id};
use crate::base::operation::{Api, Verb};
use crate::testkit::contract::exchange::{Exchange, Header, is_json};
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::matching::received::Received;
use uuid::Uuid;

pub(super) fn check(exchange: &Exchange<'_>, found: &mut Findings) {
    let needed: &[&str] = match exchange.api {
        Some(api) if api.has_sandboxes() => &[API_KEY, AUTHORIZATION, IMS_ORG, SANDBOX_NAME],
        Some(Api::SandboxManagement) => &[API_KEY, AUTHORIZATION, IMS_ORG],
        _ => return,
    };
    // Preflight requests of browsers have none of these headers.
    if exchange.record.method() == "OPTIONS" {
        return;
    }
    for &name in needed {
        if name == SANDBOX_NAME && exchange.record.sandbox_is_default {
            found.add(RuleId::HeaderMissing, "x-sandbox-name is absent; this server has a default");
        } else {
            check_value(exchange, name, found);
        }
    }
    check_authorization(exchange, found);
    if let Header::Is(org) = exchange.header(IMS_ORG)
        && !is_org_id(org)
        && !is_placeholder(org)
    {
        found.add(RuleId::OrganisationMalformed, format!("x-gw-ims-org-id is {}", exchange.shown(org)));
    }
    if let Header::Is(ANY_SANDBOX) = exchange.header(SANDBOX_NAME) {
        found.add(RuleId::HeaderMalformed, "x-sandbox-name is *, which is for services alone")
    }
    match exchange.header(SANDBOX_ID) {
        Header::Is(id) if Uuid::try_parse(id).is_err() => {
            found.add(RuleId::HeaderMalformed, "x-sandbox-id is not a UUID");
        }
        _ => {}
    }
    check_if_match(exchange, found);
    check_body_headers(exchange, found);
}

const AUTHORIZATION: &str = "authorization";

/// Checks a required header.
fn check_value(exchange: &Exchange<'_>, name: &str, found: &mut Findings) {
    match exchange.header(name) {
        Header::Absent => found.add(RuleId::HeaderMissing, format!("{name} is absent or empty")),
        Header::NotAscii => {
            found.add(RuleId::HeaderMalformed, format!("{name} has characters that are not ASCII"))
        }
        Header::Is(value) if is_placeholder(value) => {
            found.add(RuleId::HeaderMalformed, format!("{name} holds a placeholder in braces"));
        }
        Header::Is(_) => {}
    }
}

/// Whether a value is an unfilled placeholder, such as `Bearer {ACCESS_TOKEN}` or `${API_KEY}`.
fn is_placeholder(value: &str) -> bool {
    let word = value.rsplit(' ').next().unwrap_or_default();
    let word = word.strip_prefix('$').unwrap_or(word);
    let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
    name.is_some_and(|name| {
        let name = name.trim_matches(['{', '}']).trim();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    })
}

fn check_authorization(exchange: &Exchange<'_>, found: &mut Findings) {
    let Header::Is(value) = exchange.header(AUTHORIZATION) else { return };
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim();
    // The details do not repeat the scheme, since a token that is sent without a scheme is in its place.
    if !scheme.eq_ignore_ascii_case("bearer") {
        found.add(RuleId::AuthorizationMalformed, "it does not begin with Bearer");
    } else if token.is_empty() {
        found.add(RuleId::AuthorizationMalformed, "there is no token behind Bearer");
    } else if token.contains(' ') {
        found.add(RuleId::AuthorizationMalformed, "there is more than one word behind Bearer");
    } else if !matches!(scheme, "Bearer" | "bearer") {
        // `bearer` is the `token_type` of the token endpoint, from which clients copy it.
        found.add(RuleId::LetterCase, format!("the scheme of Authorization is {scheme}"));
    }
}

fn check_if_match(exchange: &Exchange<'_>, found: &mut Findings) {
    if exchange.verb() != Some(Verb::Update) {
        return;
    }
    match (exchange.header(IF_MATCH), exchange.parameter(IF_MATCH)) {
        (Header::NotAscii, _) => {
            found.add(RuleId::HeaderMalformed, "if-match has characters that are not ASCII")
        }
        (Header::Is(_), _) => {}
        (Header::Absent, Some(_)) => found.add(RuleId::IfMatchInQuery, "if-match is a query parameter"),
        (Header::Absent, None) => found.add(RuleId::IfMatchMissing, "there is no If-Match"),
    }
}

fn check_body_headers(exchange: &Exchange<'_>, found: &mut Findings) {
    let has_body = exchange.has_body();
    match exchange.record.method() {
        method @ ("GET" | "HEAD" | "DELETE") if has_body => {
            found.add(RuleId::BodyUnexpected, format!("a {method} with a body"));
        }
        method @ ("POST" | "PUT" | "PATCH") if has_body => check_content_type(exchange, method, found),
        _ => {}
    }
}

fn check_content_type(exchange: &Exchange<'_>, method: &str, found: &mut Findings) {
    let content_type = exchange.header("content-type").text();
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let is_patch_type = media_type.trim().eq_ignore_ascii_case("application/json-patch+json");
    if content_type.is_empty() {
        found.add(RuleId::ContentTypeWrong, "a body without Content-Type");
    } else if !is_json(content_type) || (is_patch_type && method != "PATCH") {
        let detail = format!("Content-Type is {}", exchange.shown(media_type.trim()));
        found.add(RuleId::ContentTypeWrong, detail);
    }
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    const UTF8_NAMES: [&str; 4] = ["", "utf-8", "utf8", "us-ascii"];
    if let Some(charset) =
        charset.filter(|charset| !UTF8_NAMES.iter().any(|known| known.eq_ignore_ascii_case(charset)))
    {
        found.add(RuleId::ContentTypeWrong, format!("the charset is {}", exchange.shown(charset)));
    }
    let encoding = exchange.header("content-encoding").text();
    if !["", "identity"].iter().any(|known| known.eq_ignore_ascii_case(encoding)) {
        found.add(RuleId::ContentTypeWrong, format!("Content-Encoding is {}", exchange.shown(encoding)));
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn a_text_in_braces_is_a_placeholder() {
        for value in ["{API_KEY}", "Bearer {ACCESS_TOKEN}", "${org}", "{{ims_org}}", "Bearer ${x.y}"] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["", "key", "Bearer abc", "{", "{}", "a{b}", "Bearer", "{\"json\":1}"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
