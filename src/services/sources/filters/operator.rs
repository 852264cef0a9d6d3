//! [`Operator`]: the operators of filters.

/// An operator of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    And,
    Or,
    Not,
    IsNull,
    Like,
    In,
    Compare(Comparison),
}

/// An operator that compares a column with one value by their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Operator {
    /// Every operator.
    pub(crate) const ALL: [Self; 12] = [
        Self::And,
        Self::Or,
        Self::Not,
        Self::Compare(Comparison::Equal),
        Self::Compare(Comparison::NotEqual),
        Self::Compare(Comparison::Less),
        Self::Compare(Comparison::AtMost),
        Self::Compare(Comparison::Greater),
        Self::Compare(Comparison::AtLeast),
        Self::Like,
        Self::In,
        Self::IsNull,
    ];

    /// The operator with this name, ignoring letter case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name().eq_ignore_ascii_case(name))
    }

    /// The value of `fnName`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::IsNull => "isNull",
            Self::Like => "like",
            Self::In => "in",
            Self::Compare(comparison) => comparison.name(),
        }
    }
}

impl Comparison {
    /// The value of `fnName`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}
