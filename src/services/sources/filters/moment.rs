//! [`Moment`]: a point in time, in the order of time.

use crate::services::sources::fixtures::date;

/// A point in time: nanoseconds since the epoch. Digits of a second beyond those do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i128);

impl Moment {
    /// Reads a day, which stands for its midnight in UTC, or a date with a time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !date::is_date(text) && !date::is_date_time(text) {
            return None;
        }
        // The checks above leave digits at these places.
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i128>().ok();
        let days = days_since_epoch(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let Some(behind) = text.get(19..) else { return Some(Self(days * DAY)) };
        let time = (number(11, 13)? * 60 + number(14, 16)?) * 60 + number(17, 19)?;
        let zone = behind.find(['Z', 'z', '+', '-'])?;
        let digits: String = behind[..zone].chars().skip(1).chain("000000000".chars()).take(9).collect();
        let offset = match behind[zone..].split_once(':') {
            Some((hours, minutes)) => {
                let minutes = hours[1..].parse::<i128>().ok()? * 60 + minutes.parse::<i128>().ok()?;
                if hours.starts_with('-') { -minutes } else { minutes }
            }
            None => 0,
        };
        Some(Self(days * DAY + (time - offset * 60) * SECOND + digits.parse::<i128>().ok()?))
    }
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 24 * 60 * 60 * SECOND;

/// The number of days since 1970-01-01, in the Gregorian calendar.
fn days_since_epoch(year: i128, month: i128, day: i128) -> i128 {
    // Years begin in March here, so that the leap day is their last one.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_have_the_order_of_time() {
        let at = |text| Moment::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(at("1970-01-01"), Moment(0));
        assert_eq!(at("2024-05-01T02:30:00+02:30"), at("2024-05-01"));
        assert_eq!(at("2024-04-30T20:00:00.000-04:00"), at("2024-05-01T00:00:00Z"));
        assert_eq!(at("2000-03-01"), at("2000-02-29T23:59:60Z"));
        assert!(at("2024-05-01T00:00:00.1Z") > at("2024-05-01T00:00:00.09Z"));
        assert!(at("0001-01-01") < at("1969-12-31T23:59:59Z"));
        for text in ["", "2024", "2024-02-30", "2024-05-01T08:30Z", "yesterday"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_humantime(seconds in 0_u64..253_402_300_800, nanos in 0_u32..1_000_000_000) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::new(seconds, nanos);
            let text = humantime::format_rfc3339_nanos(time).to_string();
            prop_assert_eq!(Moment::parse(&text), Some(Moment(i128::from(seconds) * SECOND + i128::from(nanos))));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ:.+-]{0,30}|.{0,30}") {
            let _ = Moment::parse(&text);
        }
    }
}
