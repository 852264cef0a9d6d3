//! [`Findings`]: the rules that one request broke.

use super::rule::RuleId;

/// The rules that one request broke, each with a detail of what is wrong.
#[derive(Default)]
pub(crate) struct Findings(Vec<(RuleId, String)>);

impl Findings {
    /// Adds a broken rule. `detail` names the culprit and contains no credential.
    pub(crate) fn add(&mut self, rule: RuleId, detail: impl Into<String>) {
        const MAX_DETAIL_BYTES: usize = 400;
        let detail = detail.into();
        match self.0.iter_mut().find(|(found, _)| *found == rule) {
            Some((_, before)) if before.len() + detail.len() < MAX_DETAIL_BYTES => {
                before.push_str("; ");
                before.push_str(&detail);
            }
            Some(_) => {}
            None => self.0.push((rule, detail)),
        }
    }

    /// The broken rules and their details.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (RuleId, &str)> {
        self.0.iter().map(|(rule, detail)| (*rule, detail.as_str()))
    }

    /// Whether the request broke one of `rules`.
    pub(super) fn have_any(&self, rules: &[RuleId]) -> bool {
        self.0.iter().any(|(found, _)| rules.contains(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_one_finding_per_rule_with_a_bounded_detail() {
        let mut found = Findings::default();
        for number in 0..1000 {
            found.add(RuleId::HeaderMissing, format!("header {number}"));
        }
        found.add(RuleId::OwnField, "rank");
        assert_eq!(found.0.len(), 2);
        assert!(found.0[0].1.starts_with("header 0; header 1; ") && found.0[0].1.len() < 400);
    }
}
