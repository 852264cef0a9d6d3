//! [`LeftOut`]: the reasons why a request is not an interaction of a Pact file.

/// The reason why a request is not an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// It got no response.
    Unanswered,
    /// It is not a call of the Flow Service or of sandbox management.
    NotOfTheService,
    /// A fault changed the response.
    Fault,
    /// The response depends on the server's configuration, or is an error of the server itself.
    Configuration,
    /// The journal did not keep all of it.
    NotKept,
    /// Its body is not JSON, a header is not ASCII, or its query is malformed.
    NotJson,
    /// It contains a credential for which no example can be found.
    Credential,
    /// The state of the sandbox before it is unknown.
    NotKnown,
    /// It, or the state that it needs, is too large.
    TooLarge,
}

impl LeftOut {
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Unanswered,
        Self::Fault,
        Self::Configuration,
        Self::NotOfTheService,
        Self::NotKept,
        Self::NotJson,
        Self::Credential,
        Self::NotKnown,
        Self::TooLarge,
    ];

    /// Its name in the file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Unanswered => "leftOut.unanswered",
            Self::NotOfTheService => "leftOut.notOfTheService",
            Self::Fault => "leftOut.fault",
            Self::Configuration => "leftOut.configuration",
            Self::NotKept => "leftOut.bodyNotKept",
            Self::NotJson => "leftOut.notJson",
            Self::Credential => "leftOut.credential",
            Self::NotKnown => "leftOut.stateNotKnown",
            Self::TooLarge => "leftOut.tooLarge",
        }
    }
}
