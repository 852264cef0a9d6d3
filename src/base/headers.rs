//! The names of headers, and the forms of their values.
//!
//! Reference: "Base path and headers".

/// Declares each header twice: its name as text, and in the module [`name`] as a `HeaderName`, which a `HeaderMap` can
/// look up without parsing the text again.
macro_rules! headers {
    ($( $(#[$doc:meta])* $constant:ident $text:literal )*) => {
        $( #[allow(dead_code)] // not every header is needed in both forms
        $(#[$doc])* pub(crate) const $constant: &str = $text; )*

        /// The header names, parsed.
        pub(crate) mod name {
            use hyper::header::HeaderName;

            $( $(#[$doc])* pub(crate) static $constant: HeaderName = HeaderName::from_static($text); )*
        }
    };
}

headers! {
    /// The client's API key.
    API_KEY "x-api-key"
    /// The organisation's id.
    IMS_ORG "x-gw-ims-org-id"
    /// The sandbox's name.
    SANDBOX_NAME "x-sandbox-name"
    /// The id of a request, which its response repeats.
    REQUEST_ID "x-request-id"
    /// The error that a client asks for.
    ERROR "x-flowmock-error"
    /// The delay that a client asks for, in milliseconds.
    DELAY_MS "x-flowmock-delay-ms"
    /// The fault rules that shaped a response, or the header that asked for the fault.
    FAULT "x-flowmock-fault"
    /// The JSON pointer of the part of a request's body that an error is about.
    POINTER "x-flowmock-pointer"
    /// The reason for a refusal whose body has no field for it.
    REASON "x-flowmock-reason"
    /// The contract rules that a request broke, separated by commas.
    VIOLATIONS "x-flowmock-violations"
    /// The control token, for clients that need `Authorization` for something else.
    CONTROL_TOKEN "x-flowmock-control-token"
}

/// The sandbox's id, which some clients send beside its name.
pub(crate) const SANDBOX_ID: &str = "x-sandbox-id";
/// The etag that a write expects its entity to have; some clients send it as a query parameter.
pub(crate) const IF_MATCH: &str = "if-match";
/// The name of the client in contract reports.
pub(crate) const CONSUMER: &str = "x-flowmock-consumer";
/// The test that a request belongs to in contract reports.
pub(crate) const TEST: &str = "x-flowmock-test";
/// The contract rules that a request breaks on purpose.
pub(crate) const ALLOW: &str = "x-flowmock-allow";

/// The hosts of the real service: its own and the one that issues tokens.
pub(crate) const SERVICE_HOSTS: [&str; 2] = ["platform.adobe.io", "ims-na1.adobelogin.com"];

/// The host that takes the messages of streaming connections.
pub(crate) const STREAMING_HOST: &str = "dcs.adobedc.net";

/// The value of [`SANDBOX_NAME`] that stands for every sandbox. No sandbox has this name.
pub(crate) const ANY_SANDBOX: &str = "*";

/// Whether `org` has the form of an organisation's id: `<id>@AdobeOrg`.
pub(crate) fn is_org_id(org: &str) -> bool {
    let id = org.strip_suffix("@AdobeOrg");
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
