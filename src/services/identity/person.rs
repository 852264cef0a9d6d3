//! [`Person`]: the identity service's description of the account in a token.
//!
//! Decided: accounts are not configured with names, so every user is called Test User, and the e-mail address is derived
//! from the user's id.

use serde_json::{Map, Value, json};

/// The account to which a token belongs.
pub(crate) struct Person<'a> {
    user_id: &'a str,
}

/// The suffix of a technical account's id.
const TECHNICAL: &str = "@techacct.adobe.com";

const FIRST_NAME: &str = "Test";
const LAST_NAME: &str = "User";
const NAME: &str = "Test User";
const COUNTRY: &str = "US";

impl<'a> Person<'a> {
    /// The account with this id.
    pub(crate) fn of(user_id: &'a str) -> Self {
        Self { user_id }
    }

    /// The claims of `/ims/userinfo/v2` (OpenID Connect Core, section 5.4) for these scopes. `AdobeID` includes the claims
    /// of `profile` and `email`.
    pub(crate) fn claims(&self, scope: &str) -> Map<String, Value> {
        let has = |wanted: &str| {
            scope.split(',').any(|scope| scope == wanted || (scope == "AdobeID" && wanted != "address"))
        };
        let mut claims = Map::new();
        let mut add = |more: Value| {
            if let Value::Object(more) = more {
                claims.extend(more);
            }
        };
        add(json!({"sub": self.user_id}));
        if self.is_technical() {
            return claims;
        }
        if has("profile") {
            add(json!({
                "name": NAME, "given_name": FIRST_NAME, "family_name": LAST_NAME, "account_type": "ent",
            }));
        }
        if has("email") {
            add(json!({"email": self.email(), "email_verified": true}));
        }
        if has("address") {
            add(json!({"address": {"country": COUNTRY}}));
        }
        claims
    }

    /// The response of `/ims/profile/v1`. IMS sends its booleans as text.
    pub(crate) fn profile(&self, ims_org_id: &str) -> Value {
        let email = self.email();
        json!({
            "account_type": "type3",
            "userId": self.user_id,
            "authId": self.user_id,
            "displayName": NAME,
            "name": NAME,
            "first_name": FIRST_NAME,
            "last_name": LAST_NAME,
            "email": email,
            "emailVerified": "true",
            "countryCode": COUNTRY,
            "roles": [{"organization": ims_org_id, "named_role": "user"}],
        })
    }

    fn is_technical(&self) -> bool {
        self.user_id.ends_with(TECHNICAL)
    }

    fn email(&self) -> String {
        let local: String = self.user_id.split('@').next().unwrap_or_default().to_lowercase();
        format!("{local}@example.com")
    }
}

/// The response of `/ims/organizations/v6`: the organisation of the token.
pub(crate) fn organisations(ims_org_id: &str) -> Value {
    let (ident, source) = ims_org_id.split_once('@').unwrap_or((ims_org_id, "AdobeOrg"));
    json!([{
        "orgName": ident,
        "orgRef": {"ident": ident, "authSrc": source},
        "orgType": "Enterprise",
        "countryCode": COUNTRY,
        "groups": [],
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_shows_its_claims_and_a_technical_account_has_an_id_alone() {
        let keys = |user: &str, scope: &str| -> Vec<String> {
            Person::of(user).claims(scope).keys().cloned().collect()
        };
        assert_eq!(keys("jane@AdobeID", "openid"), ["sub"]);
        assert_eq!(keys("jane@AdobeID", "openid,email"), ["sub", "email", "email_verified"]);
        assert_eq!(keys("jane@AdobeID", "address"), ["sub", "address"]);
        assert_eq!(
            keys("jane@AdobeID", "openid,AdobeID"),
            ["sub", "name", "given_name", "family_name", "account_type", "email", "email_verified"]
        );
        assert_eq!(keys("A1@techacct.adobe.com", "openid,AdobeID"), ["sub"]);
        assert_eq!(Person::of("Jane@AdobeID").claims("email")["email"], "jane@example.com");
    }

    #[test]
    fn an_organisation_is_its_id_in_two_parts() {
        assert_eq!(organisations("A1@AdobeOrg")[0]["orgRef"], json!({"ident": "A1", "authSrc": "AdobeOrg"}));
        assert_eq!(organisations("plain")[0]["orgRef"]["ident"], "plain");
    }
}
