//! Tests of [`Issuer`].

use super::*;
use crate::base::clock::Clock;
use proptest::prelude::*;
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);
const NOW: Millis = 1_700_000_000_000;

fn make(lifetime: Duration, seed: Option<u64>) -> Issuer {
    Issuer::new(lifetime, &Env::new(Clock::system(), seed))
}

fn subject() -> Subject<'static> {
    Subject {
        client_id: "client",
        user_id: "jane@AdobeID",
        ims_org_id: "A@AdobeOrg",
        opens: Opens::ItsOwn,
        is_users: true,
        scope: "openid,AdobeID",
        exchanged: "",
        login: Login::default(),
    }
}

fn decoded(token: &str, part: usize) -> Value {
    let part = token.split('.').nth(part).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn a_token_is_a_jwt_with_the_claims_that_the_reference_names() {
    let token = make(HOUR, None).issue(TokenType::Access, &subject(), NOW);
    assert_eq!(token.split('.').count(), 3);
    let (header, payload) = (decoded(&token, 0), decoded(&token, 1));
    assert_eq!((&header["alg"], &header["typ"]), (&"HS256".into(), &"JWT".into()));
    for (claim, expected) in [
        ("org", "A@AdobeOrg"),
        ("type", "access_token"),
        ("client_id", "client"),
        ("user_id", "jane@AdobeID"),
        ("scope", "openid,AdobeID"),
        ("created_at", "1700000000000"),
        ("expires_in", "3600000"),
    ] {
        assert_eq!(payload[claim], expected, "{payload}");
    }
    assert!(payload["id"].as_str().unwrap().starts_with("1700000000000_"), "{payload}");
}

#[test]
fn a_token_is_good_until_its_time_is_over_and_not_a_millisecond_longer() {
    let issuer = make(HOUR, None);
    let token = issuer.issue(TokenType::Access, &subject(), NOW);
    let end = NOW + 3_600_000;
    for now in [NOW - 1, NOW, end - 1] {
        let issued = issuer.verify(TokenType::Access, &token, now).unwrap();
        assert_eq!((issued.client_id.as_str(), issued.user_id.as_str()), ("client", "jane@AdobeID"));
        assert!(issued.is_users && issued.opens("A@AdobeOrg") && !issued.opens("B@AdobeOrg"));
    }
    for now in [end, Millis::MAX] {
        assert_eq!(issuer.verify(TokenType::Access, &token, now).unwrap_err(), Invalid::Expired);
    }
    assert!(issuer.read(&token).is_some());
    let at_once = make(Duration::ZERO, None);
    assert_eq!(
        at_once
            .verify(TokenType::Access, &at_once.issue(TokenType::Access, &subject(), NOW), NOW)
            .unwrap_err(),
        Invalid::Expired
    );
    // The latest clock and the longest lifetime.
    let for_ever = make(Duration::from_secs(365 * 24 * 60 * 60), None);
    assert!(
        for_ever
            .verify(
                TokenType::Access,
                &for_ever.issue(TokenType::Access, &subject(), Millis::MAX),
                Millis::MAX - 1
            )
            .is_ok()
    );
}

#[test]
fn a_token_of_an_unconfigured_client_opens_any_organisation() {
    let issuer = make(HOUR, None);
    let token = issuer.issue(TokenType::Access, &Subject { opens: Opens::Any, ..subject() }, NOW);
    assert!(issuer.verify(TokenType::Access, &token, NOW).unwrap().opens("B@AdobeOrg"));
}

#[test]
fn what_this_server_did_not_issue_is_unknown() {
    let issuer = make(HOUR, None);
    let token = issuer.issue(TokenType::Access, &subject(), NOW);
    let others = make(HOUR, None).issue(TokenType::Access, &subject(), NOW);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (prefix, _) = head.split_once('.').unwrap();
    let forged = URL_SAFE_NO_PAD.encode(r#"{"client_id":"client"}"#);
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    for token in [
        "",
        ".",
        "..",
        "opaque",
        &others,
        head,
        &format!("{head}."),
        &format!("{token}."),
        &format!("{token}="),
        &format!("{token}A"),
        &token[..token.len() - 1],
        &format!("{prefix}.{forged}.{signature}"),
        &format!("{unsigned}.{}.", head.split_once('.').unwrap().1),
    ] {
        assert_eq!(issuer.verify(TokenType::Access, token, NOW).unwrap_err(), Invalid::Unknown, "{token}");
    }
}

#[test]
fn a_seed_gives_the_same_token_for_the_same_request_and_another_for_any_other() {
    let token =
        |seed, subject: &Subject<'_>, now| make(HOUR, Some(seed)).issue(TokenType::Access, subject, now);
    let first = token(1, &subject(), NOW);
    assert_eq!(first, token(1, &subject(), NOW));
    let id = |token: &str| decoded(token, 1)["id"].clone();
    for other in [
        token(2, &subject(), NOW),
        token(1, &subject(), NOW + 1),
        token(1, &Subject { client_id: "other", ..subject() }, NOW),
        token(1, &Subject { scope: "openid", ..subject() }, NOW),
        token(1, &Subject { exchanged: "code", ..subject() }, NOW),
    ] {
        assert_ne!(id(&first), id(&other));
    }
    assert!(make(HOUR, Some(1)).verify(TokenType::Access, &first, NOW).is_ok(), "on the next run too");
    let issuer = make(HOUR, None);
    assert_ne!(
        issuer.issue(TokenType::Access, &subject(), NOW),
        issuer.issue(TokenType::Access, &subject(), NOW),
        "without a seed"
    );
}

#[test]
fn a_token_of_one_type_is_no_token_of_another() {
    let issuer = make(HOUR, Some(1));
    for kind in TokenType::ALL {
        let token = issuer.issue(kind, &subject(), NOW);
        assert_eq!(decoded(&token, 1)["type"], kind.name());
        for other in TokenType::ALL {
            assert_eq!(issuer.read_as(other, &token).is_some(), other == kind, "{kind:?} {other:?}");
            assert_eq!(issuer.claims(other, &token).is_some(), other == kind);
        }
    }
    let login = Login { redirect_uri: Some("http://localhost/".to_owned()), ..Login::default() };
    let code = issuer.issue(TokenType::Code, &Subject { login: login.clone(), ..subject() }, NOW);
    assert_eq!(issuer.read_as(TokenType::Code, &code).unwrap().login, login);
    let ends = NOW + 30 * 60 * 1000;
    assert!(issuer.verify(TokenType::Code, &code, ends - 1).is_ok());
    assert_eq!(issuer.verify(TokenType::Code, &code, ends), Err(Invalid::Expired));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(token in any::<String>(), part in "[A-Za-z0-9_-]{0,40}") {
        let issuer = make(HOUR, Some(7));
        prop_assert!(issuer.read(&token).is_none());
        let prefixed = format!("{}{part}.{token}", issuer.prefixes[0]);
        prop_assert!(issuer.read(&prefixed).is_none());
    }

    #[test]
    fn a_token_with_another_byte_anywhere_is_unknown(at in any::<prop::sample::Index>(), byte in "[A-Za-z0-9_.-]") {
        let issuer = make(HOUR, Some(7));
        let token = issuer.issue(TokenType::Access, &subject(), NOW);
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &byte);
        prop_assume!(changed != token);
        prop_assert!(issuer.read(&changed).is_none());
    }
}
