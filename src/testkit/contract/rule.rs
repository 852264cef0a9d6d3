//! [`RuleId`]: the table of rules. `rules` finds those that one request breaks, `behaviour` those that take several.
//!
//! A rule judges the requests that a client sends, never the responses that it gets. A response counts only for what it
//! told the client: an etag, a link, a `Retry-After`. So no client is blamed for an error that a test provokes. Nor
//! does a rule judge values that the client's user chooses, such as ids, names, filters and `auth.params`: a test of
//! how its client handles a 404 or a 412 breaks no rule. `docs/contract-rules.md` has an example of each rule.

use super::report::Severity;
use serde::{Deserialize, Serialize};

/// A row of the table of rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuleDefinition {
    /// The rule's id, in kebab case: `etag-never-read`.
    pub(crate) id: &'static str,
    /// The severity, unless the configuration sets another.
    pub(crate) severity: Severity,
    /// A sentence that says what is wrong.
    pub(crate) explanation: &'static str,
    /// A sentence that says what to do instead.
    pub(crate) remedy: &'static str,
    /// The section of the reference behind the rule.
    pub(crate) reference: &'static str,
}

/// The two tables of rules in the documentation.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleGroup {
    /// Rules that one request can break.
    SingleRequest,
    /// Rules that take several requests to break.
    SeveralRequests,
}

macro_rules! rules {
    ($( $group:ident { $( $variant:ident $id:literal $severity:ident
        $explanation:literal $remedy:literal $reference:literal )* } )*) => {
        /// The id of a rule. `as usize` is its index in [`RuleId::ALL`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum RuleId { $( $( #[doc = $explanation] $variant, )* )* }

        impl RuleId {
            /// Every rule, in the order of the table.
            pub(crate) const ALL: &'static [Self] = &[ $( $( Self::$variant, )* )* ];

            /// The rule's row of the table.
            pub(crate) fn rule(self) -> &'static RuleDefinition {
                match self { $( $( Self::$variant => {
                    static RULE: RuleDefinition = RuleDefinition {
                        id: $id, severity: Severity::$severity,
                        explanation: $explanation, remedy: $remedy, reference: $reference,
                    };
                    &RULE
                } )* )* }
            }

            /// The table that documents the rule.
            #[cfg(test)]
            pub(crate) const fn group(self) -> RuleGroup {
                match self { $( $( Self::$variant => RuleGroup::$group, )* )* }
            }
        }
    };
}

rules! {
    SingleRequest {
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
        "Read the entity, and send its etag in If-Match."
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
    SlashDoubled "slash-doubled" Error
        "The path has two slashes before or behind the base path, as base + \"/\" + path has where the base ends in a slash \
         or the path begins with one."
        "Join base and path with exactly one slash between them."
        "Base path and headers"
    FlowStartInPast "flow-start-in-past" Warning
        "A flow is created with a start time that is more than a minute past: the catalogue of errors forbids it, and the flow \
         first takes all data since then."
        "Take the current time; backfill true loads what is older."
        "Flows"
    TokenEndpointOld "token-endpoint-old" Warning
        "The token was asked for at an old endpoint: /ims/token/v3 is the current one."
        "Send the same form to /ims/token/v3, which takes credentials, codes and refresh tokens."
        "Tokens and sandboxes"
    }
    SeveralRequests {
    IfMatchAny "if-match-any" Warning
        "A PATCH has If-Match: *, so it overwrites what others have changed since."
        "Send the etag that was read last."
        "Updating"
    EtagNeverRead "etag-never-read" Warning
        "A PATCH has an etag that this client was never answered: it changes an entity that it has not read."
        "Read the entity, and send the etag of that answer."
        "Updating"
    EtagStaleAgain "etag-stale-again" Error
        "After a 412 the same etag was sent again: it cannot match any more."
        "After a 412 read the entity again, look whether the change still makes sense, and send the new etag."
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
        "A page was asked for with the token of a next link, and with a parameter that its list did not have."
        "Send the token alone, as in _links.next.href, or beside the parameters of the first page."
        "Listing"
    ListToFindOne "list-to-find-one" Info
        "The whole list was fetched, more than once, to use a single connection of it."
        "Read it by its id, or filter: property=name==value."
        "Listing"
    PollingTooFast "polling-too-fast" Warning
        "The same connection was read four times in a row, less than a second apart."
        "Pause for at least a second between two looks at the same connection."
        "Operations on /connections"
    RunsPolledTooFast "runs-polled-too-fast" Warning
        "One request for a flow's runs, for a run or for a flow was sent four times, less than five seconds apart."
        "Pause longer than five seconds between two looks: a run takes a minute or more, and the next one is due a quarter of an \
         hour later at the earliest."
        "Runs"
    TokenPerCall "token-per-call" Warning
        "A token was asked for before every call, although the one before was still good."
        "Keep a token until shortly before it ends."
        "Tokens and sandboxes"
    TokenExpired "token-expired" Error
        "A token was used after its end."
        "Note when a token ends (expires_in), and ask for a new one before."
        "Tokens and sandboxes"
    BaseConnectionPerFlow "base-connection-per-flow" Info
        "Three base connections with the same auth were made and used, as if each flow needed its own."
        "Make one base connection for each account, and use it in every source and target connection."
        "Source connections"
    ConnectionOrphaned "connection-orphaned" Info
        "A flow was deleted, and its source or target connection was not, so it is of no use to any flow."
        "Delete the source and target connection after the flow."
        "Flows"
    LeftInProduction "left-in-production" Info
        "A connection was created in a sandbox named like production, and not deleted so far."
        "Delete what a test creates, or let tests have a sandbox of their own."
        "Operations on /connections"
    }
}

impl RuleId {
    /// Whether a request that breaks the rule among a part of its client's requests breaks it among all of them too. A rule
    /// that compares requests may be broken only because others went to another replica.
    pub(crate) fn holds_for_a_part(self) -> bool {
        !matches!(
            self,
            Self::EtagNeverRead
                | Self::EtagStaleAgain
                | Self::CreateRepeated
                | Self::PageNotFollowed
                | Self::NextLinkRebuilt
                | Self::ListToFindOne
                | Self::PollingTooFast
                | Self::RunsPolledTooFast
                | Self::TokenPerCall
                | Self::BaseConnectionPerFlow
                | Self::ConnectionOrphaned
                | Self::LeftInProduction
        )
    }

    /// The rule with that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.rule().id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_kebab_case_and_found_again() {
        let mut ids = HashSet::new();
        for (index, &rule) in RuleId::ALL.iter().enumerate() {
            let RuleDefinition { id, explanation, remedy, .. } = rule.rule();
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
    fn table(group: RuleGroup) -> String {
        let mut table =
            "| rule | severity | what is wrong | what to do | reference |\n|---|---|---|---|---|\n"
                .to_owned();
        for rule in RuleId::ALL.iter().filter(|rule| rule.group() == group) {
            let RuleDefinition { id, severity, explanation, remedy, reference } = rule.rule();
            let severity = format!("{severity:?}").to_lowercase();
            let [explanation, remedy] =
                [explanation, remedy].map(|text| text.replace('<', "\\<").replace('*', "\\*"));
            table += &format!("| [`{id}`](#{id}) | {severity} | {explanation} | {remedy} | {reference} |\n");
        }
        table
    }

    #[test]
    fn the_documentation_names_the_rules_that_are_not_judged_across_replicas() {
        let page = include_str!("../../../docs/contract-testing.md").replace("\n  ", " ");
        let rules = RuleId::ALL.iter().filter(|rule| !rule.holds_for_a_part());
        let names: Vec<String> = rules.map(|rule| format!("`{}`", rule.rule().id)).collect();
        let list = format!(": {}.", names.join(", "));
        assert!(page.contains(&list), "docs/contract-testing.md must name them{list}");
    }

    #[test]
    fn the_documentation_has_the_table_of_rules() {
        let page = include_str!("../../../docs/contract-rules.md");
        for group in [RuleGroup::SingleRequest, RuleGroup::SeveralRequests] {
            let table = table(group);
            assert!(page.contains(&table), "docs/contract-rules.md must have this table:\n{table}");
        }
        for rule in RuleId::ALL {
            let heading = format!("\n### {}\n", rule.rule().id);
            assert!(page.contains(&heading), "docs/contract-rules.md has no section{heading}");
        }
    }
}
