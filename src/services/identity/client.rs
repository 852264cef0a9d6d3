//! [`Client`]: a client of the token endpoints, as a seed document describes it.

use super::redirect;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{MAX_NAME_BYTES, Member};
use crate::base::secret::Secret;
use crate::base::tenant::{technical_account_of, user_of};
use serde::Serialize;
use std::collections::HashSet;

/// A client of the token endpoints. It serialises, secret included, to the document that [`Client::read`] reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Client {
    /// The id of the client, which its requests to the Flow Service carry as `x-api-key`.
    pub(crate) client_id: String,
    /// `None` for a [public](AccountKind::Public) client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<Secret<String>>,
    /// The organisation that its tokens are for.
    pub(crate) ims_org_id: String,
    /// The user or technical account in its tokens. If absent, [`Client::user`] derives one from the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The scopes that it may ask for; empty if it may ask for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
    /// The addresses to which `/ims/authorize/v2` may send its codes; empty if any [local address](super::redirect) is
    /// allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) kind: AccountKind,
}

/// The kind of account that the tokens of a client belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccountKind {
    /// A user.
    #[default]
    User,
    /// A technical account.
    Service,
    /// A user of a client that cannot keep a secret, such as a page in a browser.
    Public,
}

impl Client {
    /// Reads the array of clients that a seed document has as `clients`.
    pub(crate) fn read_all(member: Member<'_>, problems: &mut Problems) -> Vec<Self> {
        let mut ids = HashSet::new();
        let mut clients = Vec::new();
        for member in member.elements(0..=usize::MAX, problems).unwrap_or_default() {
            let path = member.path().to_owned();
            let Some(client) = Self::read(member, problems) else { continue };
            if !ids.insert(client.client_id.clone()) {
                let reason = "is the clientId of a client above; each needs one of its own";
                problems.add(format_args!("{path}/clientId"), reason);
            }
            clients.push(client);
        }
        clients
    }

    /// Reads one client. Nothing is returned if anything is wrong with it.
    pub(crate) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        let before = problems.count();
        let mut members = member.object(problems)?;
        let name =
            |member: Option<Member<'_>>, problems: &mut Problems| member?.name(problems).map(str::to_owned);
        let client_id = name(members.required("clientId", problems), problems);
        let path = members.path().to_owned();
        let client_secret = members.take("clientSecret").filter(|member| !member.value().is_null());
        let has_secret = client_secret.is_some();
        let client_secret = client_secret.and_then(|member| read_secret(&member, problems));
        let ims_org_id = name(members.required("imsOrgId", problems), problems);
        let user_id = name(members.take("userId"), problems);
        let scopes = members.take("scopes").and_then(|member| member.elements(0..=usize::MAX, problems));
        let scopes = scopes.iter().flatten().filter_map(|scope| read_scope(scope, problems)).collect();
        let redirect_uris =
            members.take("redirectUris").and_then(|member| member.elements(0..=MAX_REDIRECT_URIS, problems));
        let redirect_uris =
            redirect_uris.iter().flatten().filter_map(|uri| read_redirect_uri(uri, problems)).collect();
        let kinds =
            [("user", AccountKind::User), ("service", AccountKind::Service), ("public", AccountKind::Public)];
        let kind =
            members.take("kind").and_then(|member| member.one_of(&kinds, problems)).unwrap_or_default();
        if has_secret == (kind == AccountKind::Public) {
            let reason = if has_secret { "is not for a public client" } else { "is missing" };
            problems.add(format_args!("{path}/clientSecret"), reason);
        }
        members.end(problems);
        if problems.count() > before {
            return None;
        }
        Some(Self {
            client_id: client_id?,
            client_secret,
            ims_org_id: ims_org_id?,
            user_id,
            scopes,
            redirect_uris,
            kind,
        })
    }

    /// The user or technical account in its tokens.
    pub(crate) fn user(&self) -> String {
        self.user_id.clone().unwrap_or_else(|| match self.kind {
            AccountKind::User | AccountKind::Public => user_of(&self.client_id),
            AccountKind::Service => technical_account_of(&self.client_id),
        })
    }
}

const MAX_SECRET_BYTES: usize = 1024;

/// The largest number of addresses that a client may register.
const MAX_REDIRECT_URIS: usize = 100;

/// Reads a secret: any text that is not empty, since a form can carry it.
fn read_secret(member: &Member<'_>, problems: &mut Problems) -> Option<Secret<String>> {
    let secret = member.text(problems)?;
    if (1..=MAX_SECRET_BYTES).contains(&secret.len()) {
        return Some(Secret::new(secret.to_owned()));
    }
    member.refuse(format!("must have 1 to {MAX_SECRET_BYTES} bytes"), problems)
}

fn read_scope(member: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let scope = member.text(problems)?;
    if is_scope(scope) {
        return Some(scope.to_owned());
    }
    member.refuse("must be one scope: visible ASCII characters without comma, quote and backslash", problems)
}

fn read_redirect_uri(member: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let uri = member.text(problems)?;
    if redirect::can_be_registered(uri) {
        return Some(uri.to_owned());
    }
    member.refuse("must be an absolute address without a fragment, in visible ASCII", problems)
}

/// Whether `text` is one scope (RFC 6749, section 3.3). Commas separate scopes too.
pub(crate) fn is_scope(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',');
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::document::refusal::Refused;
    use serde_json::{Value, json};

    fn read_all(document: &Value) -> Result<Vec<Client>, Refused> {
        let mut problems = Problems::default();
        let clients = Client::read_all(Member::at("/clients", document), &mut problems);
        problems.or(Some(clients))
    }

    #[test]
    fn a_client_survives_reading_and_writing() {
        let document = json!([
            {"clientId": "one", "clientSecret": "s€cret", "imsOrgId": "A@AdobeOrg", "kind": "user"},
            {"clientId": "two", "clientSecret": "x", "imsOrgId": "B@AdobeOrg", "userId": "jane@AdobeID",
             "scopes": ["openid", "read_pc.dma"], "kind": "service"},
            {"clientId": "three", "imsOrgId": "B@AdobeOrg", "redirectUris": ["https://app.example.com/back", "myapp:back"],
             "kind": "public"}
        ]);
        let clients = read_all(&document).unwrap();
        assert_eq!(serde_json::to_value(&clients).unwrap(), document);
        assert_eq!(clients[0].user(), user_of("one"));
        assert_eq!(clients[1].user(), "jane@AdobeID");
        assert!(!format!("{clients:?}").contains("s€cret"));
    }

    #[test]
    fn an_id_a_secret_and_an_organisation_are_enough_for_a_user_client() {
        let document = json!([{"clientId": "one", "clientSecret": "x", "imsOrgId": "A@AdobeOrg"}]);
        let clients = read_all(&document).unwrap();
        assert_eq!((clients[0].kind, clients[0].scopes.len()), (AccountKind::User, 0));
    }

    #[test]
    fn every_problem_is_reported_at_its_place_and_no_secret_is_repeated() {
        let refused = read_all(&json!([
            {"clientId": " a", "clientSecret": "", "imsOrgId": null, "userId": "", "scopes": ["a,b", 7],
             "kind": "robot", "secret": "hunter2", "redirectUris": ["/back"]},
            7,
            {"clientId": "one", "clientSecret": ["hunter2"], "imsOrgId": "A@AdobeOrg"},
            {"clientId": "two", "clientSecret": "x", "imsOrgId": "A@AdobeOrg"},
            {"clientId": "two", "clientSecret": "y", "imsOrgId": "A@AdobeOrg"},
            {"clientId": "three", "imsOrgId": "A@AdobeOrg"},
            {"clientId": "four", "clientSecret": "hunter2", "imsOrgId": "A@AdobeOrg", "kind": "public"}
        ]))
        .unwrap_err();
        let places: Vec<&str> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(
            places,
            [
                "/clients/0/clientId",
                "/clients/0/clientSecret",
                "/clients/0/imsOrgId",
                "/clients/0/userId",
                "/clients/0/scopes/0",
                "/clients/0/scopes/1",
                "/clients/0/redirectUris/0",
                "/clients/0/kind",
                "/clients/0/secret",
                "/clients/1",
                "/clients/2/clientSecret",
                "/clients/4/clientId",
                "/clients/5/clientSecret",
                "/clients/6/clientSecret",
            ]
        );
        assert!(!refused.to_string().contains("hunter2"));
        let refused = read_all(&json!({})).unwrap_err().to_string();
        assert_eq!(refused, "/clients: must be an array, not an object");
    }
}
