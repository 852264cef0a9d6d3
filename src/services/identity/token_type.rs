//! [`TokenType`]: the use of a token of this server.

/// The use of a token. `as usize` is an index into [`Issuer::prefixes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    /// It gives access to the services.
    Access,
    /// It can be exchanged, once, for an access token.
    Code,
    /// It can be exchanged for access tokens, until it expires.
    Refresh,
}

impl TokenType {
    /// Every type.
    pub(crate) const ALL: [Self; 3] = [Self::Access, Self::Code, Self::Refresh];

    /// The claim `type`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Code => "authorization_code",
            Self::Refresh => "refresh_token",
        }
    }

    /// The JOSE header. Each type has its own header, so tokens of different types cannot be confused.
    pub(super) const fn header(self) -> &'static str {
        match self {
            Self::Access => r#"{"alg":"HS256","typ":"JWT","kid":"flowmock","itt":"at"}"#,
            Self::Code => r#"{"alg":"HS256","typ":"JWT","kid":"flowmock","itt":"ac"}"#,
            Self::Refresh => r#"{"alg":"HS256","typ":"JWT","kid":"flowmock","itt":"rt"}"#,
        }
    }
}
