//! [`LeftOut`]: the reasons why a request is not an interaction of a Pact file.

/// Why a request is no interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// It got no answer.
    Unanswered,
    /// It is no call of the Flow Service's or of sandbox management's.
    NotOfTheService,
    /// A fault had a hand in it.
    Fault,
    /// What it was answered is owed to how this server is configured, or to an error of its own.
    Configuration,
    /// The journal did not keep it whole.
    NotKept,
    /// Its body is not JSON, a header not ASCII, or its query not well-formed.
    NotJson,
    /// It holds a credential for which nothing can be made up.
    Credential,
    /// Nobody knows what was there.
    NotKnown,
    /// It, or what has to be there for it, is too large, or there are too many.
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
