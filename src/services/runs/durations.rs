//! [`Durations`]: how long the parts of a run take.

use crate::base::time::Millis;
use serde::{Deserialize, Serialize};

/// How long the parts of a run take, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize + Setting"))]
pub(crate) struct Durations<T> {
    #[serde(rename = "copyMs", skip_serializing_if = "Setting::is_unset")]
    pub(crate) copy: T,
    /// The time between copy and promotion.
    #[serde(rename = "gapMs", skip_serializing_if = "Setting::is_unset")]
    pub(crate) gap: T,
    #[serde(rename = "promotionMs", skip_serializing_if = "Setting::is_unset")]
    pub(crate) promotion: T,
}

/// A value that may be left out.
pub(super) trait Setting {
    fn is_unset(&self) -> bool;
}

impl Setting for Option<Millis> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

#[cfg(test)]
impl Durations<Millis> {
    /// The durations of tests.
    pub(crate) const DEFAULT: Self = Self { copy: 1000, gap: 0, promotion: 1000 };
}
