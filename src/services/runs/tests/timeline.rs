//! Slots through changes of schedule and state.

use crate::base::time::Millis;
use crate::services::runs::schedule::{MINUTE, Rhythm, Schedule};
use crate::services::runs::timeline::Timeline;

fn every(start: Millis, minutes: Millis) -> Schedule {
    let rhythm = Rhythm::Every { ms: minutes * MINUTE, end: None };
    Schedule { start: start * MINUTE, rhythm, ..Schedule::NEVER }
}

/// The slots of the first `until` minutes, in minutes.
fn slots(timeline: &Timeline, until: Millis) -> Vec<Millis> {
    let slots = (timeline.first()..timeline.len()).map(|number| timeline.slot(number).unwrap() / MINUTE);
    slots.take_while(|&slot| slot < until).collect()
}

fn begin(at: Millis, schedule: Schedule) -> Timeline {
    Timeline::begin(at * MINUTE, true, schedule)
}

fn then(timeline: &Timeline, at: Millis, active: bool, schedule: Schedule) -> Timeline {
    timeline.then(at * MINUTE, active, schedule)
}

#[test]
fn a_start_time_in_the_past_means_now_and_one_in_the_future_is_kept() {
    assert_eq!(slots(&begin(100, every(7, 15)), 150), [100, 115, 130, 145]);
    assert_eq!(slots(&begin(100, every(110, 15)), 150), [110, 125, 140]);
    let once = Schedule { rhythm: Rhythm::Once, ..every(7, 1) };
    assert_eq!(slots(&begin(100, once), 9999), [100]);
    assert_eq!(begin(100, Schedule::NEVER).len(), 0);
}

#[test]
fn an_end_time_ends_the_schedule() {
    let rhythm = Rhythm::Every { ms: 15 * MINUTE, end: Some(130 * MINUTE) };
    assert_eq!(slots(&begin(100, Schedule { rhythm, ..every(100, 15) }), 9999), [100, 115, 130]);
    let over = Rhythm::Every { ms: 15 * MINUTE, end: Some(99 * MINUTE) };
    assert_eq!(begin(100, Schedule { rhythm: over, ..every(1, 15) }).len(), 0);
}

#[test]
fn slots_that_pass_while_a_flow_is_disabled_become_one_window() {
    let schedule = every(100, 15);
    let enabled = begin(100, schedule);
    let disabled = then(&enabled, 115, false, schedule);
    assert_eq!(slots(&disabled, 9999), [100, 115]); // a slot at the moment of the change stays
    let again = then(&disabled, 150, true, schedule);
    assert_eq!(slots(&again, 180), [100, 115, 160, 175]);
    assert_eq!(again.window(2), Some((115 * MINUTE, 160 * MINUTE)));
    assert_eq!(again.window(3), Some((160 * MINUTE, 175 * MINUTE)));
}

#[test]
fn a_pause_between_two_slots_leaves_no_trace() {
    let schedule = every(100, 15);
    let enabled = begin(100, schedule);
    let paused = then(&then(&enabled, 117, false, schedule), 128, true, schedule);
    assert_eq!(paused, enabled);
    assert_eq!(then(&enabled, 500, true, schedule), enabled);
}

#[test]
fn a_new_interval_counts_from_the_old_start_time() {
    let changed = then(&begin(100, every(7, 15)), 120, true, every(7, 60));
    assert_eq!(slots(&changed, 300), [100, 115, 160, 220, 280]);
    let moved = then(&begin(100, every(200, 15)), 120, true, every(180, 15));
    assert_eq!(slots(&moved, 220), [180, 195, 210]);
}

#[test]
fn a_flow_that_missed_its_only_run_runs_when_it_is_enabled() {
    let once = Schedule { rhythm: Rhythm::Once, ..every(110, 1) };
    let disabled = then(&begin(100, once), 105, false, once);
    assert!(slots(&disabled, 9999).is_empty());
    let enabled = then(&disabled, 150, true, once);
    assert_eq!(slots(&enabled, 9999), [150]);
    let again = then(&then(&enabled, 200, false, once), 300, true, once);
    assert_eq!(slots(&again, 9999), [150]);
}

#[test]
fn the_first_window_reaches_back_to_the_beginning_or_to_the_start_time() {
    assert_eq!(begin(100, every(7, 15)).window(0), Some((0, 100 * MINUTE)));
    let new_only = Schedule { backfill: false, ..every(7, 15) };
    assert_eq!(begin(100, new_only).window(0), Some((7 * MINUTE, 100 * MINUTE)));
}

#[test]
fn the_oldest_stretches_are_forgotten_and_the_numbers_of_the_others_stay() {
    let schedule = every(0, 1);
    let mut timeline = begin(0, schedule);
    let rounds = Timeline::MOST_STRETCHES as Millis + 5;
    for round in 0..rounds {
        timeline = then(&timeline, 10 * round + 1, false, schedule);
        timeline = then(&timeline, 10 * round + 5, true, schedule);
    }
    assert_eq!(timeline.stretches().len(), Timeline::MOST_STRETCHES);
    let number = timeline.len() - timeline.stretches().last().unwrap().count;
    assert_eq!(timeline.slot(number), Some((10 * rounds - 4) * MINUTE));
    assert!(timeline.first() > 0 && timeline.slot(timeline.first() - 1).is_none());
    let (begin, end) = timeline.window(timeline.first()).unwrap();
    assert!(0 < begin && begin < end);
}

#[test]
fn it_survives_json_and_a_broken_one_is_refused() {
    let schedule = every(100, 15);
    let timeline = then(&begin(100, schedule), 120, true, every(100, 60));
    let mut json = serde_json::to_value(&timeline).unwrap();
    assert_eq!(serde_json::from_value::<Timeline>(json.clone()).unwrap(), timeline);
    for (pointer, wrong) in [
        ("/stretches/0/every", 0),
        ("/stretches/1/number", 7),
        ("/stretches/1/count", i64::MAX),
        ("/anchor", -1),
    ] {
        let right = std::mem::replace(json.pointer_mut(pointer).unwrap(), wrong.into());
        assert!(serde_json::from_value::<Timeline>(json.clone()).is_err(), "{pointer}");
        *json.pointer_mut(pointer).unwrap() = right;
    }
}
