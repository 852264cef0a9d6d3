//! [`Limit`]: the length of a page. Reference: "Listing".

use crate::base::error::Error;

/// A page length: 1 to 1000, by default 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(u16);

impl Limit {
    /// The longest page.
    pub(crate) const MAX: u16 = 1000;

    /// The default page length.
    pub(crate) const DEFAULT: u16 = 20;

    /// Parses the parameter `limit`.
    ///
    /// # Errors
    /// FLOW-1452-400 unless it is a whole number from 1 to 1000.
    pub(crate) fn parse(value: &str) -> Result<Self, Error> {
        let number = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
        match number.and_then(|number| number.parse().ok()) {
            Some(limit @ 1..=Self::MAX) => Ok(Self(limit)),
            _ => Err(Error::invalid_parameter("limit", value, "a whole number from 1 to 1000")),
        }
    }

    /// The number of items.
    pub(crate) fn get(self) -> usize {
        self.0.into()
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(Self::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_from_1_to_1000() {
        for (text, limit) in [("1", 1), ("1000", 1000), ("0020", 20)] {
            assert_eq!(Limit::parse(text).unwrap().get(), limit);
        }
        for text in ["0", "1001", "65537", "99999999999999999999", "-1", "+1", " 1", "1.0", "abc", "1e1"] {
            assert!(Limit::parse(text).is_err(), "{text}");
        }
    }
}
