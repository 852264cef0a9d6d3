//! The rules, a row each, and who finds out that a request broke one: [`form`] for what one request shows,
//! [`behaviour`](super::behaviour) for what shows over several.
//!
//! A rule judges what a client sent, never what it was answered: an answer only counts as what the client was told (an
//! etag, a link, a `Retry-After`). So a refusal that a test provoked is nobody's fault. What a client's user chooses
//! (ids, names, filters, the values of `auth.params`) is no rule's business: a suite that checks how its client takes a
//! 404 or a 412 breaks none. `docs/contract-rules.md` says so to users, with an example for each row.

pub(crate) mod body;
pub(crate) mod calls;
pub(crate) mod described;
pub(crate) mod headers;
pub(crate) mod query;
pub(crate) mod secrets;

use super::description::Description;
use super::exchange::Exchange;
use super::model::{Rule, Severity};

/// What a rule needs to know, one request or several: documentation has a table for each.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// One request shows it.
    Form,
    /// It takes several requests to see.
    Behaviour,
}

macro_rules! rules {
    ($( $family:ident { $( $variant:ident $id:literal $severity:ident
        $explanation:literal $remedy:literal $reference:literal )* } )*) => {
        /// A row of the table. `as usize` is its place in [`RuleId::ALL`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum RuleId { $( $( #[doc = $explanation] $variant, )* )* }

        impl RuleId {
            /// Every row, in the table's order.
            pub(crate) const ALL: &'static [Self] = &[ $( $( Self::$variant, )* )* ];

            /// The row.
            pub(crate) fn rule(self) -> &'static Rule {
                match self { $( $( Self::$variant => {
                    static RULE: Rule = Rule {
                        id: $id, severity: Severity::$severity,
                        explanation: $explanation, remedy: $remedy, reference: $reference,
                    };
                    &RULE
                } )* )* }
            }

            /// What it takes to see it.
            #[cfg(test)]
            pub(crate) const fn family(self) -> Family {
                match self { $( $( Self::$variant => Family::$family, )* )* }
            }
        }
    };
}

rules! {
    Form {
    HeaderMissing "header-missing" Error
        "A header that every call needs is absent or empty."
        "Send x-api-key, Authorization, x-gw-ims-org-id and x-sandbox-name on every call."
        "Base path and headers"
    HeaderMalformed "header-malformed" Error
        "A header has a value that it cannot have: other characters than ASCII, a placeholder that nobody filled in, \
         x-sandbox-name with a *, x-sandbox-id without a UUID."
        "Fill in every header before the request is sent; name one sandbox."
        "Base path and headers"
    OrganisationMalformed "organisation-malformed" Info
        "x-gw-ims-org-id is not of the form <id>@AdobeOrg, which every real organisation's is."
        "Send the organisation's whole id, @AdobeOrg included; --strict makes flowmock insist."
        "Base path and headers"
    AuthorizationMalformed "authorization-malformed" Error
        "Authorization is not the word Bearer and one token."
        "Send Authorization: Bearer <token>."
        "Base path and headers"
    ContentTypeWrong "content-type-wrong" Error
        "A body is sent without Content-Type: application/json, or in an encoding other than UTF-8."
        "Send bodies as UTF-8 with Content-Type: application/json; a PATCH may say application/json-patch+json."
        "Base path and headers"
    IfMatchMissing "if-match-missing" Error
        "A PATCH has no If-Match."
        "Read the connection, and send its etag in If-Match."
        "Updating"
    IfMatchInQuery "if-match-in-query" Warning
        "A PATCH has its etag in the query alone, which works for some clients and is not documented."
        "Send the etag in the header If-Match."
        "Updating"
    LetterCase "letter-case" Warning
        "A word of the protocol is in a letter case in which the documentation never writes it."
        "Write draft, true and Bearer so, and operations and object types all in small letters or all in capitals."
        "Operations on /connections"
    QueryMalformed "query-malformed" Error
        "The query is not percent-encoded UTF-8."
        "Let a library encode each parameter's value on its own."
        "Base path and headers"
    ParameterUnknown "parameter-unknown" Error
        "The call does not have this query parameter."
        "Leave it out, or look for its spelling in the description of the call."
        "Operations on /connections"
    ValueUndocumented "value-undocumented" Error
        "A parameter or a field of fixed values has none of them: mode, op, subOp, objectType, state, limit and the like."
        "Send one of the documented values; the detail names them."
        "Operations on /connections"
    LimitWithCount "limit-with-count" Error
        "limit and count=true are in one request, which the service refuses."
        "Ask for the number or for a page, not for both."
        "Listing"
    FilterSingleEquals "filter-single-equals" Warning
        "A filter compares with a single =, which is taken for == and not documented."
        "Write property=name==value."
        "Listing"
    BodyUnexpected "body-unexpected" Warning
        "A GET or DELETE carries a body, which nobody reads."
        "Send no body, and what is in it as query parameters if the call has them."
        "Operations on /connections"
    BodyFieldUnknown "body-field-unknown" Error
        "The body has a field that means nothing to the call, or a documented one that is misspelt: it is refused or \
         ignored."
        "Leave it out, or correct its spelling."
        "Operations on /connections"
    BodyFieldIgnored "body-field-ignored" Warning
        "A POST sets a field that the service sets itself: whatever is sent, it is ignored."
        "Leave out id, state, etag and the other fields that the service owns; ?mode=draft makes a draft."
        "A base connection"
    OwnField "own-field" Info
        "A connection has a top-level field that the documentation does not know. It is kept and answered, and means \
         nothing to the service."
        "Nothing, if it is meant; otherwise check its spelling."
        "A base connection"
    OpenApiMismatch "openapi-mismatch" Error
        "The OpenAPI description of the call does not allow this request, for a reason that no other rule names: \
         something required is missing, or of the wrong type."
        "Send what GET /_flowmock/openapi.json describes."
        "Operations on /connections"
    CredentialInUrl "credential-in-url" Warning
        "A credential or a token is in the URL, which ends up in logs and histories."
        "Send tokens in Authorization, client secrets in a form, and nothing secret in a filter."
        "Base path and headers"
    CredentialInText "credential-in-text" Warning
        "A credential or a token is in a name or a description, which everybody who lists connections can read."
        "Keep credentials in auth.params alone."
        "A base connection"
    CallUnknown "call-unknown" Error
        "The API has no such path, or not with this method."
        "Check the path and the method; both are case-sensitive."
        "Operations on /connections"
    CallProviderOnly "call-provider-only" Error
        "The action is for flow providers: the service refuses it to everybody else."
        "Use publish, enable or disable."
        "Operations on /connections"
    TokenEndpointOld "token-endpoint-old" Warning
        "The token was asked for at an old endpoint: /ims/token/v3 is the current one."
        "POST the client's credentials to /ims/token/v3."
        "Tokens and sandboxes"
    }
    Behaviour {
    IfMatchAny "if-match-any" Warning
        "A PATCH has If-Match: *, so it overwrites what others have changed since."
        "Send the etag that was read last."
        "Updating"
    EtagNeverRead "etag-never-read" Warning
        "A PATCH has an etag that this client was never answered: it changes a connection that it has not read."
        "Read the connection, and send the etag of that answer."
        "Updating"
    EtagStaleAgain "etag-stale-again" Error
        "After a 412 the same etag was sent again: it cannot match any more."
        "After a 412 read the connection again, look whether the change still makes sense, and send the new etag."
        "Updating"
    CreateRepeated "create-repeated" Warning
        "A POST was repeated after a time-out or a 5xx without looking whether the first one took effect: there may be \
         two connections now."
        "List the connections by name before the POST is sent again."
        "Operations on /connections"
    RetryTooSoon "retry-too-soon" Warning
        "A request was repeated sooner than Retry-After allowed."
        "Wait as many seconds as Retry-After says."
        "Flow Service errors"
    RetryWithoutPause "retry-without-pause" Warning
        "A request was repeated within 100 ms of its failure."
        "Pause before a retry, longer each time, and give up after a few."
        "Flow Service errors"
    PageNotFollowed "page-not-followed" Warning
        "A list went on behind its first page, and this client never followed any list's next link: it misses the rest."
        "Follow _links.next.href until there is none."
        "Listing"
    NextLinkRebuilt "next-link-rebuilt" Warning
        "A page was asked for with the token of a next link, but not by that link."
        "Follow _links.next.href as it is, resolved against the base path."
        "Listing"
    ListToFindOne "list-to-find-one" Info
        "The whole list was fetched, more than once, to use a single connection of it."
        "Read it by its id, or filter: property=name==value."
        "Listing"
    PollingTooFast "polling-too-fast" Warning
        "The same connection was read four times in a row, less than a second apart."
        "Pause for at least a second between two looks at the same connection."
        "Operations on /connections"
    TokenPerCall "token-per-call" Warning
        "A token was asked for before every call, although the one before was still good."
        "Keep a token until shortly before it ends."
        "Tokens and sandboxes"
    TokenExpired "token-expired" Error
        "A token was used after its end."
        "Note when a token ends (expires_in), and ask for a new one before."
        "Tokens and sandboxes"
    LeftInProduction "left-in-production" Info
        "A connection was created in a sandbox named like production, and not deleted so far."
        "Delete what a test creates, or let tests have a sandbox of their own."
        "Operations on /connections"
    }
}

impl RuleId {
    /// The rule of that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.rule().id == id)
    }
}

/// The rules that one request broke, each with what exactly was wrong.
#[derive(Default)]
pub(crate) struct Findings(Vec<(RuleId, String)>);

impl Findings {
    /// The request broke that rule. `detail` names the culprit and holds no credential.
    pub(crate) fn add(&mut self, rule: RuleId, detail: impl Into<String>) {
        const MAX_DETAIL_BYTES: usize = 400;
        let detail = detail.into();
        match self.0.iter_mut().find(|(found, _)| *found == rule) {
            Some((_, before)) if before.len() + detail.len() < MAX_DETAIL_BYTES => {
                before.push_str("; ");
                before.push_str(&detail);
            }
            Some(_) => {}
            None => self.0.push((rule, detail)),
        }
    }

    /// Each rule that was broken.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (RuleId, &str)> {
        self.0.iter().map(|(rule, detail)| (*rule, detail.as_str()))
    }

    fn have(&self, rules: &[RuleId]) -> bool {
        self.0.iter().any(|(found, _)| rules.contains(found))
    }
}

/// Everything that one request shows by itself.
pub(crate) fn check_form(exchange: &Exchange<'_>, description: &Description, found: &mut Findings) {
    calls::check(exchange, found);
    headers::check(exchange, found);
    query::check(exchange, description, found);
    body::check(exchange, found);
    secrets::check(exchange, found);
    described::check(exchange, description, found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_kebab_case_and_found_again() {
        let mut ids = HashSet::new();
        for (index, &rule) in RuleId::ALL.iter().enumerate() {
            let Rule { id, explanation, remedy, .. } = rule.rule();
            assert!(ids.insert(*id), "{id} twice");
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert_eq!(RuleId::from_id(id), Some(rule));
            assert_eq!(rule as usize, index);
            assert!(
                explanation.ends_with('.') && remedy.ends_with('.'),
                "{id}: a sentence ends with a full stop"
            );
        }
        assert_eq!(RuleId::from_id("Header-Missing"), None);
    }

    /// The table as `docs/contract-rules.md` has it.
    fn table(family: Family) -> String {
        let mut table =
            "| rule | severity | what is wrong | what to do | reference |\n|---|---|---|---|---|\n"
                .to_owned();
        for rule in RuleId::ALL.iter().filter(|rule| rule.family() == family) {
            let Rule { id, severity, explanation, remedy, reference } = rule.rule();
            let severity = format!("{severity:?}").to_lowercase();
            let [explanation, remedy] =
                [explanation, remedy].map(|text| text.replace('<', "\\<").replace('*', "\\*"));
            table += &format!("| [`{id}`](#{id}) | {severity} | {explanation} | {remedy} | {reference} |\n");
        }
        table
    }

    #[test]
    fn the_documentation_has_the_table_as_it_is() {
        let page = include_str!("../../../../docs/contract-rules.md");
        for family in [Family::Form, Family::Behaviour] {
            let table = table(family);
            assert!(page.contains(&table), "docs/contract-rules.md must have this table:\n{table}");
        }
        for rule in RuleId::ALL {
            let heading = format!("\n### {}\n", rule.rule().id);
            assert!(page.contains(&heading), "docs/contract-rules.md has no section{heading}");
        }
    }

    #[test]
    fn of_one_rule_a_request_has_one_finding_with_a_bounded_detail() {
        let mut found = Findings::default();
        for number in 0..1000 {
            found.add(RuleId::HeaderMissing, format!("header {number}"));
        }
        found.add(RuleId::OwnField, "rank");
        assert_eq!(found.0.len(), 2);
        assert!(found.0[0].1.starts_with("header 0; header 1; ") && found.0[0].1.len() < 400);
    }
}
