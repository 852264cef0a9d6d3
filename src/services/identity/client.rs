//! [`Client`]: who may ask for tokens, as a seed document describes it.

use crate::base::document::object::{MAX_NAME_BYTES, Object};
use crate::base::document::refusal::Problem;
use crate::base::json::kind_of;
use crate::base::secret::Secret;
use crate::base::tenant::{technical_account_of, user_of};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;

/// A client of the token endpoints. Serialises, secret included, as the document that [`Client::read`] reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Client {
    /// What it is called; its requests to the Flow Service carry the same as `x-api-key`.
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret<String>,
    /// The organisation that its tokens are for.
    pub(crate) ims_org_id: String,
    /// Whom its tokens name. Absent: [`Client::user`] makes one up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// What it may ask for; empty: anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
    pub(crate) kind: Kind,
}

/// Whose tokens a client gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A user's.
    #[default]
    User,
    /// Those of a service, a technical account.
    Service,
}

impl Client {
    /// Every client of the array at `pointer`, which a seed document has as `clients`. What is wrong goes to
    /// `problems`, all of it; then the answer is of no use.
    pub(crate) fn read_all(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Vec<Self> {
        let Some(values) = value.as_array() else {
            problems.push(Problem::new(pointer, format!("must be an array, not {}", kind_of(value))));
            return Vec::new();
        };
        let mut ids = HashSet::new();
        let mut clients = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            let Some(client) = Self::read(value, &at, problems) else { continue };
            if !ids.insert(client.client_id.clone()) {
                let reason = "is the clientId of a client above; each needs one of its own";
                problems.push(Problem::new(format!("{at}/clientId"), reason));
            }
            clients.push(client);
        }
        clients
    }

    /// The client at `pointer`; `None`, and everything that is wrong with it, if it cannot be one.
    pub(crate) fn read(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut object = Object::read(value, pointer, problems)?;
        let before = problems.len();
        let client_id = object.name("clientId", problems);
        let client_id = object.required("clientId", client_id, problems);
        let client_secret = read_secret(&mut object, problems);
        let ims_org_id = object.name("imsOrgId", problems);
        let ims_org_id = object.required("imsOrgId", ims_org_id, problems);
        let user_id = object.name("userId", problems).map(str::to_owned);
        let scopes = read_scopes(&mut object, problems);
        let kind = read_kind(&mut object, problems);
        object.refuse_others(problems);
        if problems.len() > before {
            return None;
        }
        Some(Self {
            client_id: client_id?.to_owned(),
            client_secret: client_secret?,
            ims_org_id: ims_org_id?.to_owned(),
            user_id,
            scopes,
            kind,
        })
    }

    /// Whom its tokens name.
    pub(crate) fn user(&self) -> String {
        self.user_id.clone().unwrap_or_else(|| match self.kind {
            Kind::User => user_of(&self.client_id),
            Kind::Service => technical_account_of(&self.client_id),
        })
    }
}

/// Any text but the empty one: a form can carry it.
fn read_secret(object: &mut Object<'_>, problems: &mut Vec<Problem>) -> Option<Secret<String>> {
    let secret = object.text("clientSecret", problems);
    let secret = object.required("clientSecret", secret, problems)?;
    if (1..=MAX_SECRET_BYTES).contains(&secret.len()) {
        return Some(Secret::new(secret.to_owned()));
    }
    let reason = format!("must have 1 to {MAX_SECRET_BYTES} bytes");
    problems.push(Problem::new(object.at("clientSecret"), reason));
    None
}

const MAX_SECRET_BYTES: usize = 1024;

fn read_scopes(object: &mut Object<'_>, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut scopes = Vec::new();
    for (index, value) in object.array("scopes", problems).iter().enumerate() {
        match value.as_str().filter(|scope| is_scope(scope)) {
            Some(scope) => scopes.push(scope.to_owned()),
            None => {
                let at = format!("{}/{index}", object.at("scopes"));
                let reason = "must be one scope: visible ASCII characters without comma, quote and backslash";
                problems.push(Problem::new(at, reason));
            }
        }
    }
    scopes
}

fn read_kind(object: &mut Object<'_>, problems: &mut Vec<Problem>) -> Kind {
    match object.text("kind", problems) {
        None | Some("user") => Kind::User,
        Some("service") => Kind::Service,
        Some(_) => {
            problems.push(Problem::new(object.at("kind"), "must be user or service"));
            Kind::User
        }
    }
}

/// Whether this is one scope (RFC 6749, section 3.3), in a list that commas may separate.
pub(crate) fn is_scope(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',');
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_all(document: &Value) -> Result<Vec<Client>, Vec<String>> {
        let mut problems = Vec::new();
        let clients = Client::read_all(document, "/clients", &mut problems);
        if problems.is_empty() { Ok(clients) } else { Err(problems.iter().map(Problem::to_string).collect()) }
    }

    #[test]
    fn what_was_read_is_written_as_the_same_document() {
        let document = json!([
            {"clientId": "one", "clientSecret": "s€cret", "imsOrgId": "A@AdobeOrg", "kind": "user"},
            {"clientId": "two", "clientSecret": "x", "imsOrgId": "B@AdobeOrg", "userId": "jane@AdobeID",
             "scopes": ["openid", "read_pc.dma"], "kind": "service"}
        ]);
        let clients = read_all(&document).unwrap();
        assert_eq!(serde_json::to_value(&clients).unwrap(), document);
        assert_eq!(clients[0].user(), user_of("one"));
        assert_eq!(clients[1].user(), "jane@AdobeID");
        assert!(!format!("{clients:?}").contains("s€cret"));
    }

    #[test]
    fn the_least_is_an_id_a_secret_and_an_organisation_and_it_is_a_users() {
        let document = json!([{"clientId": "one", "clientSecret": "x", "imsOrgId": "A@AdobeOrg"}]);
        let clients = read_all(&document).unwrap();
        assert_eq!((clients[0].kind, clients[0].scopes.len()), (Kind::User, 0));
    }

    #[test]
    fn every_fault_is_said_at_its_place_and_no_secret_is_repeated() {
        let refused = read_all(&json!([
            {"clientId": " a", "clientSecret": "", "imsOrgId": null, "userId": "", "scopes": ["a,b", 7],
             "kind": "robot", "secret": "hunter2"},
            7,
            {"clientId": "one", "clientSecret": ["hunter2"], "imsOrgId": "A@AdobeOrg"},
            {"clientId": "two", "clientSecret": "x", "imsOrgId": "A@AdobeOrg"},
            {"clientId": "two", "clientSecret": "y", "imsOrgId": "A@AdobeOrg"}
        ]))
        .unwrap_err();
        let places: Vec<&str> = refused.iter().map(|said| said.split(": ").next().unwrap()).collect();
        assert_eq!(
            places,
            [
                "/clients/0/clientId",
                "/clients/0/clientSecret",
                "/clients/0/imsOrgId",
                "/clients/0/userId",
                "/clients/0/scopes/0",
                "/clients/0/scopes/1",
                "/clients/0/kind",
                "/clients/0/secret",
                "/clients/1",
                "/clients/2/clientSecret",
                "/clients/4/clientId",
            ]
        );
        assert!(!refused.concat().contains("hunter2"));
        assert_eq!(read_all(&json!({})).unwrap_err(), ["/clients: must be an array, not an object"]);
    }
}
