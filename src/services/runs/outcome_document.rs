//! Reads an [`Outcome`] from a document: a call of the test control, or a seed.

use super::outcome::{Counts, Durations, Ending, LARGEST, LONGEST, MOST_CODES, Outcome, Rejected};
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::base::time::Millis;

/// The endings by name.
const ENDINGS: [(&str, Ending); 6] = [
    ("success", Ending::Success),
    ("nothingNew", Ending::NothingNew),
    ("partialSuccess", Ending::PartialSuccess),
    ("copyFailed", Ending::CopyFailed),
    ("noBatch", Ending::NoBatch),
    ("promotionFailed", Ending::PromotionFailed),
];

/// The longest code or message, in bytes.
const MAX_TEXT_BYTES: usize = 2000;

/// Takes the members of an outcome from an object that may have others. Without any, it is a success.
pub(crate) fn take(members: &mut Members<'_>, problems: &mut Problems) -> Outcome {
    take_or(members, Ending::Success, problems)
}

/// [`take`] with another ending if the object has none.
pub(crate) fn take_or(members: &mut Members<'_>, default: Ending, problems: &mut Problems) -> Outcome {
    let ending = members.take("outcome").and_then(|member| member.one_of(&ENDINGS, problems));
    let code = members.take("code").and_then(|member| text(&member, problems));
    let message = members.take("message").and_then(|member| text(&member, problems));
    let rejected = members.take("rejected").and_then(|member| member.elements(0..=MOST_CODES, problems));
    let rejected = rejected.unwrap_or_default().into_iter().filter_map(|member| rejection(member, problems));
    let rejected: Vec<Rejected> = rejected.collect();
    let stuck = members.take("stuck").and_then(|member| member.boolean(problems)).unwrap_or(false);
    let mut count = |key| members.take(key)?.whole(0..=LARGEST, problems);
    let counts = Counts {
        rows: count("rows"),
        bytes: count("bytes"),
        files: count("files"),
        output_bytes: count("outputBytes"),
        skipped: count("skipped"),
        updated: count("updated"),
    };
    let mut duration = |key| -> Option<Millis> {
        members.take(key)?.whole(0..=LONGEST as u64, problems).map(|ms| ms as Millis)
    };
    let after_ms = duration("afterMs");
    let durations =
        Durations { copy: duration("copyMs"), gap: duration("gapMs"), promotion: duration("promotionMs") };
    let ending = ending.unwrap_or(default);
    let fails = matches!(ending, Ending::CopyFailed | Ending::NoBatch | Ending::PromotionFailed);
    for (key, is_there) in
        [("code", code.is_some()), ("message", message.is_some()), ("afterMs", after_ms.is_some())]
    {
        if is_there && !fails {
            let reason = "goes with an outcome that fails: copyFailed, noBatch or promotionFailed";
            problems.add(format_args!("{}/{key}", members.path()), reason);
        }
    }
    if rejected.iter().map(|rejected| rejected.count).sum::<u64>() > LARGEST {
        problems.add(format_args!("{}/rejected", members.path()), "has too large a count in all");
    }
    Outcome { ending, code, message, after_ms, stuck, rejected, counts, durations }
}

fn rejection(member: Member<'_>, problems: &mut Problems) -> Option<Rejected> {
    let mut members = member.object(problems)?;
    let code = members.required("code", problems).and_then(|member| text(&member, problems));
    let message = members.take("message").and_then(|member| text(&member, problems));
    let count = members.take("count");
    let count = count.map_or(Some(1), |member| member.whole(1..=LARGEST / MOST_CODES as u64, problems));
    members.end(problems);
    Some(Rejected { code: code?, message, count: count? })
}

fn text(member: &Member<'_>, problems: &mut Problems) -> Option<String> {
    let text = member.nonempty(problems)?;
    if text.len() > MAX_TEXT_BYTES {
        return member.refuse(format!("must have at most {MAX_TEXT_BYTES} bytes"), problems);
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(document: &Value) -> Result<Outcome, Vec<String>> {
        let mut problems = Problems::default();
        let mut members = Member::root(document).object(&mut problems).unwrap();
        let outcome = take(&mut members, &mut problems);
        members.end(&mut problems);
        problems
            .or(Some(outcome))
            .map_err(|refused| refused.problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_member_is_read_as_state_documents_write_it() {
        let document = json!({
            "outcome": "promotionFailed", "code": "133", "message": "no files", "afterMs": 5, "stuck": true,
            "rejected": [{"code": "MAPPER-3700-400", "count": 3}], "rows": 10, "bytes": 20, "files": 2,
            "outputBytes": 7, "skipped": 1, "updated": 4, "copyMs": 1, "gapMs": 2, "promotionMs": 3,
        });
        let outcome = read(&document).unwrap();
        assert_eq!(serde_json::to_value(&outcome).unwrap(), document);
        assert_eq!(outcome.check(), Ok(()));
        assert_eq!(read(&json!({})), Ok(Outcome::default()));
    }

    #[test]
    fn every_mistake_is_reported() {
        let wrong = read(&json!({
            "outcome": "failed", "code": "", "afterMs": -1, "rejected": [{"count": 0}], "rows": 1.5, "copyMS": 1,
        }));
        let wrong = wrong.unwrap_err();
        for expected in [
            "/outcome: must be one of success,",
            "/code: must not be empty",
            "/afterMs: must be a whole number, 0 to 8640000000",
            "/rejected/0/code: is missing",
            "/rejected/0/count: must be a whole number, 1 to",
            "/rows: must be a whole number",
            "/copyMS: is not known; did you mean copyMs?",
        ] {
            assert!(wrong.iter().any(|problem| problem.starts_with(expected)), "{expected}: {wrong:?}");
        }
        let wrong = read(&json!({"outcome": "success", "code": "1337"})).unwrap_err();
        assert!(wrong[0].starts_with("/code: goes with an outcome that fails"), "{wrong:?}");
    }
}
