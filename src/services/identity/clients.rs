//! [`Clients`]: the configured clients.

use super::client::Client;
use crate::base::error::{Code, Error};
use crate::base::secret::is_same;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The configured clients, by id. If there are none, any client id and secret are accepted.
#[derive(Default)]
pub(crate) struct Clients(RwLock<BTreeMap<String, Arc<Client>>>);

impl Clients {
    /// Replaces all clients. Of several with one id the last counts.
    pub(crate) fn replace(&self, clients: Vec<Client>) {
        let clients = clients.into_iter().map(|client| (client.client_id.clone(), Arc::new(client)));
        // Collected before the lock is taken. The assignment is the only write, so a poisoned lock is harmless.
        let next = clients.collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    /// All clients, sorted by id.
    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The client with this id; `None` if none is configured.
    ///
    /// # Errors
    /// `invalid_client` if only others are configured.
    pub(crate) fn find(&self, client_id: &str) -> Result<Option<Arc<Client>>, Error> {
        let clients = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match clients.get(client_id) {
            None if clients.is_empty() => Ok(None),
            None => {
                // Does not repeat the id, which may be a misplaced secret.
                Err(Error::new(Code::OAuthClientInvalid, "no client is configured with this client_id"))
            }
            Some(client) => Ok(Some(Arc::clone(client))),
        }
    }

    /// The client with this id, after its secret was checked. A public client has no secret. `None` if no client with this
    /// id is configured.
    ///
    /// # Errors
    /// `invalid_client` for an unknown id or a wrong secret.
    pub(crate) fn authenticate(
        &self, client_id: &str, secret: Option<&str>,
    ) -> Result<Option<Arc<Client>>, Error> {
        let Some(client) = self.find(client_id)? else { return Ok(None) };
        let reason = match (&client.client_secret, secret) {
            (Some(known), Some(sent)) if is_same(sent.as_bytes(), known.expose().as_bytes()) => {
                return Ok(Some(client));
            }
            (None, None) => return Ok(Some(client)),
            (Some(_), Some(_)) => "client_secret is not that of this client",
            (Some(_), None) => "client_secret is missing; only a client of kind public has none",
            (None, Some(_)) => "this client is public and has no client_secret",
        };
        Err(Error::new(Code::OAuthClientInvalid, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::services::identity::client::AccountKind;

    fn client(id: &str, secret: &str) -> Client {
        Client {
            client_id: id.to_owned(),
            client_secret: (!secret.is_empty()).then(|| Secret::new(secret.to_owned())),
            ims_org_id: "A@AdobeOrg".to_owned(),
            user_id: None,
            scopes: Vec::new(),
            redirect_uris: Vec::new(),
            kind: AccountKind::User,
        }
    }

    #[test]
    fn any_client_is_accepted_until_one_is_configured() {
        let clients = Clients::default();
        assert!(clients.authenticate("any", Some("any")).is_ok_and(|client| client.is_none()));
        clients.replace(vec![client("two", "2"), client("one", "1"), client("public", "")]);
        let ids: Vec<String> = clients.all().iter().map(|client| client.client_id.clone()).collect();
        assert_eq!(ids, ["one", "public", "two"]);
        assert!(clients.authenticate("public", None).is_ok_and(|client| client.is_some()));
        assert!(clients.authenticate("one", Some("1")).is_ok_and(|client| client.is_some()));
        for (id, secret) in [
            ("one", Some("2")),
            ("one", Some("")),
            ("one", None),
            ("any", Some("any")),
            ("ONE", Some("1")),
            ("public", Some("1")),
        ] {
            let refused = clients.authenticate(id, secret).expect_err(id);
            assert_eq!(refused.code(), Code::OAuthClientInvalid);
        }
        clients.replace(Vec::new());
        assert!(clients.authenticate("any", Some("any")).is_ok());
    }
}
