//! [`OnDemand`]: errors that a test requests by name, to see how its client handles them.

use super::catalogue::{Code, ProviderCode};
use super::{Error, excerpt};

/// A requested error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDemand {
    /// An error of the catalogue.
    Code(Code),
    /// An error of a source, which is sent inside of an error of the catalogue.
    Provider(ProviderCode),
}

/// The parts of a request that errors on demand repeat.
pub(crate) struct Circumstances<'a> {
    /// The path, without the service's base path.
    pub(crate) path: &'a str,
    /// The value of `If-Match`.
    pub(crate) if_match: Option<&'a str>,
}

impl OnDemand {
    /// The error with this name, ignoring letter case: `FLOW-1404-412`, `403010`, `1308-400`. The content-type problem, which
    /// has no code, has its title as its name: `BadRequestError`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let is_meant = |known: &str| known.eq_ignore_ascii_case(name);
        let code = Code::ALL.iter().copied().find(|code| is_meant(code.name())).map(Self::Code);
        let provider = || ProviderCode::ALL.iter().copied().find(|code| is_meant(code.code()));
        code.or_else(|| provider().map(Self::Provider))
    }

    /// The name by which it is requested.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Code(code) => code.name(),
            Self::Provider(code) => code.code(),
        }
    }
}

impl Error {
    /// The requested error, with the report of the documented case.
    pub(crate) fn on_demand(asked: OnDemand, request: &Circumstances<'_>) -> Self {
        match asked {
            OnDemand::Provider(code) => Self::provider(code, code.explanation()),
            OnDemand::Code(Code::ProviderRefused) => {
                Self::provider(ProviderCode::SourceRefused, ProviderCode::SourceRefused.explanation())
            }
            OnDemand::Code(Code::ProviderNotFound) => {
                Self::provider(ProviderCode::ObjectNotFound, ProviderCode::ObjectNotFound.explanation())
            }
            OnDemand::Code(Code::EntityNotFound) => {
                let mut segments = request.path.split('/').filter(|segment| !segment.is_empty());
                let collection = segments.next().unwrap_or("connections");
                let id = excerpt(segments.next().unwrap_or("00000000-0000-0000-0000-000000000000"));
                Self::new(
                    Code::EntityNotFound,
                    format!(
                        "no entity of type {} has the id {id} in this organisation and sandbox",
                        excerpt(collection)
                    ),
                )
                .report("id", id)
                .report("type", excerpt(collection))
            }
            OnDemand::Code(Code::EtagMismatch) => {
                // Etags that no entity has: of the first write, and of one in the year 2106.
                let sent = request.if_match.unwrap_or("\"00000000-0000-0200-0000-000000000000\"");
                let current = "\"ffffffff-0000-0200-0000-ffffffff0000\"";
                let sent = excerpt(sent);
                let detail = format!("If-Match is {sent} but the connection is at {current}; read it again");
                Self::new(Code::EtagMismatch, detail).report("sent", sent).report("current", current)
            }
            OnDemand::Code(code) => Self::of(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_found_by_its_name_in_any_letter_case() {
        let codes = Code::ALL.iter().copied().map(OnDemand::Code);
        for asked in codes.chain(ProviderCode::ALL.iter().copied().map(OnDemand::Provider)) {
            let name = asked.name();
            assert_eq!(OnDemand::from_name(name), Some(asked));
            assert_eq!(OnDemand::from_name(&name.to_lowercase()), Some(asked));
        }
        for unknown in ["", "FLOW-1404", "FLOW-1404-413", "1404-412", " 403010"] {
            assert_eq!(OnDemand::from_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_report_has_the_documented_keys() {
        let request = Circumstances { path: "/connectionSpecs/abc/explore", if_match: Some("\"seen\"") };
        let error = |code| Error::on_demand(OnDemand::Code(code), &request);
        let not_found = error(Code::EntityNotFound);
        assert_eq!(not_found.0.report, [("id", "abc".to_owned()), ("type", "connectionSpecs".to_owned())]);
        let mismatch = error(Code::EtagMismatch);
        assert_eq!(mismatch.0.report[0], ("sent", "\"seen\"".to_owned()));
        assert_eq!(mismatch.0.report[1].0, "current");
        assert!(error(Code::ProviderRefused).detail().starts_with("Error from flow provider: 1308-400: "));
        assert_eq!(error(Code::ProviderUnavailable).detail(), Code::ProviderUnavailable.explanation());
    }
}
