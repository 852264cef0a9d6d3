//! [`Settings`]: the configured severities of rules, for all consumers or for one.

use super::model::Severity;
use super::rule::RuleId;
use crate::base::document::refusal::Problem;
use crate::base::error::excerpt;
use crate::base::spelling::nearest;
use std::collections::HashMap;

/// The configured severities; `None` turns a rule off. A rule that is not configured has its default severity.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    for_all: HashMap<RuleId, Option<Severity>>,
    /// By consumer.
    for_one: HashMap<String, HashMap<RuleId, Option<Severity>>>,
}

impl Settings {
    /// Reads settings of the form `ID=off|info|warning|error` or `CONSUMER:ID=...`; of several settings of
    /// one rule, the last counts.
    ///
    /// # Errors
    /// Every invalid setting.
    pub(crate) fn read(texts: &[String]) -> Result<Self, Vec<Problem>> {
        let (mut settings, mut problems) = (Self::default(), Vec::new());
        for text in texts {
            match setting(text) {
                Ok((None, rule, level)) => _ = settings.for_all.insert(rule, level),
                Ok((Some(consumer), rule, level)) => {
                    settings.for_one.entry(consumer.to_owned()).or_default().insert(rule, level);
                }
                Err(reason) => {
                    problems.push(Problem::new("", format!("--contract-rule {}: {reason}", excerpt(text))))
                }
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// The severity of a rule for a consumer; `None` if it is turned off.
    pub(crate) fn severity(&self, rule: RuleId, consumer: &str) -> Option<Severity> {
        let own = self.for_one.get(consumer).and_then(|settings| settings.get(&rule));
        own.or_else(|| self.for_all.get(&rule)).copied().unwrap_or(Some(rule.rule().severity))
    }
}

type Setting<'a> = (Option<&'a str>, RuleId, Option<Severity>);

fn setting(text: &str) -> Result<Setting<'_>, String> {
    let (subject, level) =
        text.rsplit_once('=').ok_or("is not of the form ID=off|info|warning|error or CONSUMER:ID=...")?;
    // A consumer's name may contain a colon, a rule's id does not.
    let (consumer, id) =
        subject.rsplit_once(':').map_or((None, subject), |(name, id)| (Some(name.trim()), id));
    let id = id.trim();
    let rule = RuleId::from_id(id).ok_or_else(|| {
        let ids = RuleId::ALL.iter().map(|rule| rule.rule().id);
        let meant = nearest(id, ids).map(|meant| format!("; did you mean {meant}?"));
        format!(
            "there is no rule {}{}",
            excerpt(id),
            meant.unwrap_or("; docs/contract-rules.md lists them".into())
        )
    })?;
    let level = match level.trim() {
        "off" => None,
        "info" => Some(Severity::Info),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        other => return Err(format!("{} is none of off, info, warning, error", excerpt(other))),
    };
    Ok((consumer.filter(|name| !name.is_empty()), rule, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Settings, Vec<Problem>> {
        Settings::read(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_setting_for_one_consumer_overrides_that_for_all() {
        let settings =
            read(&["own-field=warning", "a b:c:own-field=off", "if-match-any=error", "if-match-any=info"])
                .unwrap();
        assert_eq!(settings.severity(RuleId::OwnField, "other"), Some(Severity::Warning));
        assert_eq!(settings.severity(RuleId::OwnField, "a b:c"), None);
        assert_eq!(settings.severity(RuleId::IfMatchAny, "a b:c"), Some(Severity::Info));
        assert_eq!(settings.severity(RuleId::HeaderMissing, "x"), Some(Severity::Error));
    }

    #[test]
    fn an_invalid_setting_is_refused_with_a_suggestion() {
        let problems =
            read(&["etag-never-raed=off", "own-field", "own-field=loud", "xyz=off", "own-field=off"])
                .unwrap_err();
        let reasons: Vec<&str> = problems.iter().map(|problem| problem.reason.as_str()).collect();
        assert_eq!(reasons.len(), 4);
        assert!(
            reasons[0].ends_with("there is no rule etag-never-raed; did you mean etag-never-read?"),
            "{reasons:?}"
        );
        assert!(reasons[2].ends_with("loud is none of off, info, warning, error"), "{reasons:?}");
        assert!(reasons[3].contains("there is no rule xyz; docs/"), "{reasons:?}");
    }
}
