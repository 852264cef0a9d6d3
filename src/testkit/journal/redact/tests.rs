use super::*;
use base64::Engine as _;
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

static OF_SPECS: LazyLock<HashSet<String>> = LazyLock::new(|| ["saskey".to_owned()].into());

fn redaction() -> Redaction<'static> {
    Redaction { names: Some(Names { of_specs: &OF_SPECS }) }
}

fn json_body(body: &Value) -> Value {
    match redaction().body("application/json", body.to_string().as_bytes(), true) {
        Shown::Json(shown) => shown,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_credentials_in_headers_are_hidden() {
    let shown = |name: &str, value: &str| redaction().header(name, value.as_bytes());
    assert_eq!(shown("authorization", "Bearer abc"), "Bearer [redacted]");
    assert_eq!(shown("authorization", "bearer a b"), "bearer [redacted]");
    assert_eq!(shown("proxy-authorization", "Basic abc"), "Basic [redacted]");
    assert_eq!(shown("authorization", "abc def"), "[redacted]");
    assert_eq!(shown("authorization", "abc"), "[redacted]");
    for name in [
        "cookie",
        "set-cookie",
        "x-flowmock-control-token",
        "x-client-secret",
        "x-amz-security-token",
        "x-functions-key",
        "api-key",
        "apikey",
        "x-goog-api-key",
        "x-masterkey",
        "ocp-apim-subscription-key",
        "x-auth-key",
        "x-csrftoken",
        "x-hub-signature-256",
        "x-session-id",
        "x_secret_value",
        "x-user-pass",
        "x-bearer",
        "x-sessionid",
        "x-forwarded-authorization",
    ] {
        assert_eq!(shown(name, "abc"), "[redacted]", "{name}");
    }
    assert_eq!(shown("referer", "https://a/?sig=abc"), "[redacted]");
    for (name, value) in [
        ("x-api-key", "key"),
        ("x-gw-ims-org-id", "A@AdobeOrg"),
        ("if-match", "\"1400dd53-0000-0200-0000-5f3f23450000\""),
        ("location", "/data/foundation/flowservice/connections/1"),
        ("x-flowmock-error", "FLOW-1404-412"),
        ("idempotency-key", "8e03978e"),
        ("x-keyboard", "de"),
        ("www-authenticate", "Basic realm=\"ims\""),
        ("x-author", "jane"),
    ] {
        assert_eq!(shown(name, value), value);
    }
}

#[test]
fn the_code_of_a_log_in_is_hidden_and_that_of_an_error_is_not() {
    let asks = json!({"grant_type": "authorization_code", "client_id": "a", "code": "b"});
    let shown = json!({"grant_type": "authorization_code", "client_id": "a", "code": "[redacted]"});
    assert_eq!(json_body(&asks), shown);
    let form = redaction().body("application/x-www-form-urlencoded", b"code=a&Code=b&auth_code=c", true);
    let hidden = "%5Bredacted%5D";
    assert_eq!(form, Shown::Text(format!("code={hidden}&Code={hidden}&auth_code={hidden}")));
    assert_eq!(redaction().header("referer", b"https://a/back?state=b&code=c"), "[redacted]");
    let error = json!({"error_code": "401013", "code": "FLOW-1404-412", "report": {"code": 1}});
    assert_eq!(json_body(&error), error);
}

#[test]
fn only_the_place_of_a_patch_operation_at_a_credential_is_shown() {
    let hidden = "[redacted]";
    for (operation, shown) in [
        (
            json!({"op": "replace", "path": "/auth/params/password", "vlaue": "hunter2"}),
            json!({"op": "replace", "path": "/auth/params/password", "vlaue": hidden}),
        ),
        (
            json!({"OP": "move", "Path": "/auth", "from": "/name", "values": {"params": ["hunter2", 7]}, "n": true}),
            json!({"OP": "move", "Path": "/auth", "from": "/name", "values": {"params": [hidden, hidden]}, "n": hidden}),
        ),
        (
            json!({"op": "add", "path": "/auth", "value": {"specName": "Basic", "params": {"x": "hunter2"}}}),
            json!({"op": "add", "path": "/auth", "value": {"specName": "Basic", "params": {"x": hidden}}}),
        ),
        (
            json!({"op": "add", "paht": "/auth/params/x", "value": "hunter2"}),
            json!({"op": "add", "paht": hidden, "value": hidden}),
        ),
        (
            json!({"op": "add", "path": ["auth"], "value": "hunter2"}),
            json!({"op": "add", "path": ["auth"], "value": hidden}),
        ),
        (
            json!({"op": "add", "path": "/auth/params/x", "Path": "/name", "value": "hunter2"}),
            json!({"op": "add", "path": "/auth/params/x", "Path": "/name", "value": hidden}),
        ),
        (
            json!({"op": "replace", "path": "/items/0/auth/params/x", "value": "hunter2"}),
            json!({"op": "replace", "path": "/items/0/auth/params/x", "value": hidden}),
        ),
        (
            json!({"auth.params.x": "hunter2", "/auth/params": {"x": "hunter2"}, "auth.specName": "Basic"}),
            json!({"auth.params.x": hidden, "/auth/params": {"x": hidden}, "auth.specName": "Basic"}),
        ),
        (
            json!({"op": "replace", "path": "/name", "vlaue": "orders"}),
            json!({"op": "replace", "path": "/name", "vlaue": "orders"}),
        ),
    ] {
        assert_eq!(json_body(&json!([operation])), json!([shown]));
    }
}

#[test]
fn only_credentials_in_queries_are_hidden() {
    const HIDDEN: &str = "%5Bredacted%5D";
    for (query, shown) in [
        ("client_id=a&client_secret=b&scope=c", format!("client_id=a&client_secret={HIDDEN}&scope=c")),
        ("code=a&access_token=b&sig=c", format!("code={HIDDEN}&access_token={HIDDEN}&sig={HIDDEN}")),
        ("property=auth.params.password==b", format!("property=auth.params.password=={HIDDEN}")),
        ("property=auth.params.x%3D%3Db&limit=1", format!("property=auth.params.x=={HIDDEN}&limit=1")),
        ("property=auth.params.x+%3E%3D+b", format!("property=auth.params.x>={HIDDEN}")),
        ("property=auth.params.x+b", format!("property=auth.params.x{HIDDEN}")),
        ("property=%61uth%2Eparams.x!=b", format!("property=auth.params.x!={HIDDEN}")),
        ("property=auth=b", format!("property=auth={HIDDEN}")),
        ("property=own.secretKey==b", format!("property=own.secretKey=={HIDDEN}")),
        ("property=name==AccountKey%3Db", format!("property={HIDDEN}")),
        ("%70assword=b&name", format!("%70assword={HIDDEN}&name")),
        ("AccountKey%3Db", HIDDEN.to_owned()),
        (
            "object=a&sourceParams=eyJ0b2tlbiI6ImEifQ==&queryParams=%7B%22token%22%3A%22a%22%7D",
            format!("object=a&sourceParams={HIDDEN}&queryParams={HIDDEN}"),
        ),
    ] {
        assert_eq!(redaction().query(query), shown, "{query}");
    }
    for query in [
        "",
        "limit=20&orderby=-name&count=true",
        "property=auth.specName==Basic",
        "property=name,state,auth",
        "property=name%3D%3Dorders&&x",
        "mode=draft&op=publish&limit=",
    ] {
        assert_eq!(redaction().query(query), query);
    }
}

#[test]
fn a_continuation_token_is_hidden_where_it_may_hold_a_credential() {
    let token = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let place = |kind: &str, rest: &str| token(format!("{kind}0123456789abcdef{rest}sum!").as_bytes());
    let (number, text) = (place("2", "12345678"), place("3", "\u{6}orders"));
    let signed = place("3", "\u{16}https://a/?sig=abcdefg");
    let list = |parameters: &[u8]| {
        token(&[b"20123456789abcdef12345678".as_slice(), parameters, b"sum!".as_slice()].concat())
    };
    let hidden = |query: &str| redaction().query(query).contains("redacted");
    assert!(!hidden(&format!("continuationToken={number}")));
    assert!(!hidden(&format!("orderby=name&continuationToken={text}")));
    assert!(hidden(&format!("orderby=secretKey&continuationToken={text}")));
    assert!(hidden(&format!("continuationToken={text}")), "by what it goes on nobody knows");
    assert!(hidden(&format!("orderby=name&continuationToken={signed}")));
    assert!(!hidden("continuationToken=made-up"));
    for harmless in [b"pname==a\xff".as_slice(), b"oname\xffl20\xff", b"pname,auth\xff"] {
        assert!(!hidden(&format!("continuationToken={}", list(harmless))), "{harmless:?}");
    }
    for secret in [b"pauth.params.x==b\xff".as_slice(), b"pname==a\xffpown.secretKey!=b\xff", b"psig=abc\xff"]
    {
        assert!(hidden(&format!("orderby=name&continuationToken={}", list(secret))), "{secret:?}");
        let link =
            json!({"_links": {"next": {"href": format!("/flows?continuationToken={}", list(secret))}}});
        let href = json_body(&link)["_links"]["next"]["href"].clone();
        assert_eq!(href, "/flows?continuationToken=%5Bredacted%5D", "{secret:?}");
    }
    let quoted = |token: &str| redaction().text(&format!("continuationToken={token}\u{2026} is not a token"));
    assert_eq!(quoted(&text), "[redacted]");
    assert_eq!(quoted(&text[..text.len() - 3]), "[redacted]");
    assert_ne!(quoted(&number), "[redacted]");
}

#[test]
fn only_credentials_in_json_are_hidden() {
    let body = json!({
        "name": "orders",
        "description": "use AccountKey=abc",
        "auth": {
            "specName": "Basic",
            "type": "basic",
            "params": {"user": "u", "port": 1, "deep": [{"x": ["y", null]}]},
        },
        "connectionSpec": {"id": "1", "version": "1.0"},
        "sasKey": {"a": 1},
        "list": [{"client_secret": "s"}, {"url": "https://u:p@host/"}],
        "text": "{\"password\":\"p\",\"a\":\"b\"}",
        "queryString": "property=auth.params.x==y&limit=1",
        "_links": {"next": {"href": "/connections?limit=1&access_token=abc"}},
        "expires_in": 1,
        "Password=abc": 1,
    });
    let shown = json!({
        "name": "orders",
        "description": "[redacted]",
        "auth": {
            "specName": "Basic",
            "type": "[redacted]",
            "params": {"user": "[redacted]", "port": "[redacted]", "deep": [{"x": ["[redacted]", null]}]},
        },
        "connectionSpec": {"id": "1", "version": "1.0"},
        "sasKey": {"a": "[redacted]"},
        "list": [{"client_secret": "[redacted]"}, {"url": "[redacted]"}],
        "text": "{\"password\":\"[redacted]\",\"a\":\"b\"}",
        "queryString": "property=auth.params.x==%5Bredacted%5D&limit=1",
        "_links": {"next": {"href": "/connections?limit=1&access_token=%5Bredacted%5D"}},
        "expires_in": 1,
        "[redacted]": "[redacted]",
    });
    assert_eq!(json_body(&body), shown);
    assert_eq!(json_body(&json!({"auth": "abc"})), json!({"auth": "[redacted]"}));
}

#[test]
fn only_values_of_credentials_in_patches_are_hidden() {
    let body = json!([
        {"op": "replace", "path": "/name", "value": "a"},
        {"op": "add", "path": "/auth", "value": {"specName": "Basic", "params": {"x": "y"}}},
        {"OP": "REPLACE", "Path": "/auth/params/x", "Value": "y"},
        {"op": "replace", "path": "/auth/params", "value": {"specName": "y"}},
        {"op": "add", "path": "/own/clientSecret", "value": ["y"]},
        {"op": "add", "path": "auth/params/x", "value": "y"},
        {"op": "remove", "path": "/auth/params/x"},
    ]);
    let shown = json!([
        {"op": "replace", "path": "/name", "value": "a"},
        {"op": "add", "path": "/auth", "value": {"specName": "Basic", "params": {"x": "[redacted]"}}},
        {"OP": "REPLACE", "Path": "/auth/params/x", "Value": "[redacted]"},
        {"op": "replace", "path": "/auth/params", "value": {"specName": "[redacted]"}},
        {"op": "add", "path": "/own/clientSecret", "value": ["[redacted]"]},
        {"op": "add", "path": "auth/params/x", "value": "[redacted]"},
        {"op": "remove", "path": "/auth/params/x"},
    ]);
    assert_eq!(json_body(&body), shown);
}

#[test]
fn a_connection_spec_is_shown_unchanged() {
    let spec = json!({"items": [{
        "id": "1",
        "authSpec": [{"name": "Basic", "spec": {"properties": {"password": {"type": "string", "format": "password"}}}}],
    }]});
    assert_eq!(json_body(&spec), spec);
}

#[test]
fn an_unreadable_body_is_not_shown() {
    let shown =
        |content_type: &str, body: &str, whole| redaction().body(content_type, body.as_bytes(), whole);
    for body in ["{\"a\":", "hunter2", "{\"password\":1,\"password\":2}"] {
        assert!(matches!(shown("application/json", body, true), Shown::Omitted(_)), "{body}");
    }
    assert!(matches!(shown("application/json", "{}", false), Shown::Omitted(_)));
    assert!(matches!(shown("application/x-www-form-urlencoded", "a=b", false), Shown::Omitted(_)));
    let form = shown("application/x-www-form-urlencoded; charset=utf-8", "client_id=a&client_secret=b", true);
    assert_eq!(form, Shown::Text("client_id=a&client_secret=%5Bredacted%5D".to_owned()));
    let everything = Redaction { names: None };
    assert_eq!(everything.body("text/plain", b"{\"a\":", true), Shown::Text("{\"a\":".to_owned()));
    assert_eq!(everything.body("text/plain", b"\xff", true), Shown::Omitted("it is not text"));
    assert_eq!(everything.body("", b"{\"password\":1}", true), Shown::Json(json!({"password": 1})));
    assert_eq!(everything.query("sig=a"), "sig=a");
    assert_eq!(everything.header("authorization", b"Bearer a"), "Bearer a");
}

/// Arbitrary JSON, some of it deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        any::<i32>().prop_map(Value::from),
        "[a-z ]{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON with `secret` at a documented place of a credential.
fn planted(secret: String) -> impl Strategy<Value = Value> {
    let text = Value::from(secret.clone());
    let inside = (anything(), "[a-zA-Z]{1,8}").prop_map(move |(other, key)| {
        json!([{"other": other.clone(), key: [text.clone(), other]}, text.clone(), {"x": text.clone()}])
    });
    let names = prop::sample::select(vec![
        "password",
        "clientSecret",
        "access_token",
        "refreshToken",
        "connectionString",
        "sasKey",
        "AccountKey",
        "pwd",
    ]);
    let paths = prop::sample::select(vec!["/auth", "/auth/params", "/auth/params/host", "/AUTH/params/a~1b"]);
    let place = (inside, names, paths, 0..6).prop_map(move |(inside, name, path, kind)| match kind {
        0 => json!({"auth": {"specName": "Basic", "params": inside}}),
        1 => json!({"op": "add", "path": path, "value": {"params": inside}}),
        2 => json!({name: inside}),
        3 => json!(format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={secret}")),
        4 => json!(json!({name: secret}).to_string()),
        _ => json!({"queryString": format!("limit=1&property=auth.params.host=={secret}")}),
    });
    (place, prop::collection::vec((anything(), "[b-z]{1,5}", any::<bool>()), 0..4)).prop_map(
        |(planted, around)| {
            around.into_iter().fold(planted, |inner, (other, key, array)| {
                if array { json!([other, inner]) } else { json!({"other": other, key: inner}) }
            })
        },
    )
}

proptest! {
    #[test]
    fn a_secret_in_a_body_is_never_shown(
        body in "S[A-Z0-9]{8,20}T".prop_flat_map(|secret| (Just(secret.clone()), planted(secret)))
    ) {
        let (secret, body) = body;
        prop_assert!(body.to_string().contains(&secret));
        let shown = format!("{:?}", redaction().body("application/json", body.to_string().as_bytes(), true));
        prop_assert!(!shown.contains(&secret), "{}", shown);
    }

    #[test]
    fn no_query_and_no_body_makes_it_panic(query in ".{0,80}|(property|code|orderby|[a-z&=%.<>!]){0,20}", body in anything()) {
        _ = redaction().query(&query);
        _ = redaction().parameters(&query);
        _ = redaction().body("application/x-www-form-urlencoded", query.as_bytes(), true);
        _ = redaction().body("", body.to_string().as_bytes(), true);
    }
}
