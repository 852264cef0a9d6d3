//! [`ALL`]: every kind of entity that flowmock knows.

use super::connections;
use super::entities::KindSpec;
use super::flows;
use super::private_endpoints;
use super::source_connections;
use super::target_connections;
#[cfg(test)]
use super::widgets;
use crate::base::operation::Kind;

/// Every kind, in the order of [`Kind::ALL`].
pub(crate) static ALL: [&KindSpec; Kind::COUNT] = [
    &connections::SPEC,
    &private_endpoints::SPEC,
    &source_connections::SPEC,
    &target_connections::SPEC,
    &flows::SPEC,
    #[cfg(test)]
    &widgets::SPEC,
];

/// How that kind differs from the others.
pub(crate) fn spec(kind: Kind) -> &'static KindSpec {
    ALL[kind as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found() {
        for &kind in Kind::ALL {
            assert_eq!(spec(kind).kind, kind);
        }
    }
}
