//! Times of SAML, and what time it may be.

use jiff::{SignedDuration, Timestamp};

use super::code::Code;
use super::refusal::Refusal;

/// The time here, and how far the provider's may be from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    now: Timestamp,
    skew: SignedDuration,
}

impl Clock {
    pub(super) fn new(now: Timestamp, skew: SignedDuration) -> Self {
        Self { now, skew }
    }

    /// From this time on, itself included.
    pub(super) fn check_begins(self, text: Option<&str>) -> Result<(), Refusal> {
        let Some(text) = text else { return Ok(()) };
        let begin = parse(text)?;
        if begin.duration_since(self.now) > self.skew {
            return Err(Code::NotYetValid.with(format_args!("Elle l’est à partir de {begin} ; il est {}.", self.now)));
        }
        Ok(())
    }

    /// Before this time, itself excluded: the end, if it has not come.
    pub(super) fn check_ends(self, text: &str, code: Code) -> Result<Timestamp, Refusal> {
        let end = parse(text)?;
        if self.now.duration_since(end) >= self.skew {
            return Err(code.with(format_args!("La fin était à {end} ; il est {}.", self.now)));
        }
        Ok(end)
    }

    /// From when on the whole is refused as expired: the earlier end, or the only one, and the skew.
    pub(super) fn end_of(self, confirmed: Timestamp, valid: Option<Timestamp>) -> Timestamp {
        let end = valid.map_or(confirmed, |valid| valid.min(confirmed));
        end.checked_add(self.skew).unwrap_or(Timestamp::MAX)
    }
}

/// An `xs:dateTime` in UTC, written with `Z`. What is left of the grammar is jiff's, but jiff reads more than SAML allows.
fn parse(text: &str) -> Result<Timestamp, Refusal> {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let (whole, fraction) = text
        .strip_suffix('Z')
        .map(|text| text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction))))
        .ok_or(Code::TimeMalformed)?;
    let fits = |byte: u8, shape: u8| if shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
    let shaped = whole.len() == SHAPE.len() && whole.bytes().zip(SHAPE).all(|(byte, shape)| fits(byte, *shape));
    let divided = fraction.is_none_or(|f| (1..=9).contains(&f.len()) && f.bytes().all(|byte| byte.is_ascii_digit()));
    if !shaped || !divided || whole.ends_with("60") {
        return Err(Code::TimeMalformed.into());
    }
    text.parse().map_err(|_| Code::TimeMalformed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_with_z_is_read_and_nothing_else() {
        for good in
            ["2026-09-01T08:00:00Z", "2026-09-01T08:00:00.1Z", "2026-09-01T08:00:00.123456789Z", "2028-02-29T23:59:59Z"]
        {
            assert_eq!(parse(good).unwrap(), good.parse().unwrap(), "{good}");
        }
        for bad in [
            "",
            "Z",
            "2026-09-01",
            "2026-09-01T08:00:00",
            "2026-09-01T08:00:00+00:00",
            "2026-09-01T10:00:00+02:00",
            "2026-09-01T08:00:00z",
            "2026-09-01t08:00:00Z",
            "2026-09-01 08:00:00Z",
            " 2026-09-01T08:00:00Z",
            "2026-09-01T08:00:00Z ",
            "2026-09-01T08:00Z",
            "2026-09-01T08:00:00.Z",
            "2026-09-01T08:00:00,5Z",
            "2026-09-01T08:00:00.1234567890Z",
            "2026-12-31T23:59:60Z",
            "2026-09-01T24:00:00Z",
            "2026-02-29T08:00:00Z",
            "20260901T080000Z",
            "+02026-09-01T08:00:00Z",
            "٢٠٢٦-09-01T08:00:00Z",
        ] {
            assert_eq!(parse(bad).unwrap_err().code, Code::TimeMalformed, "{bad}");
        }
    }

    #[test]
    fn both_edges_are_moved_by_the_skew() {
        let at = |text: &str| Clock::new(text.parse().unwrap(), SignedDuration::from_mins(5));
        let edge = "2026-09-01T08:00:00Z";
        assert!(at("2026-09-01T07:55:00Z").check_begins(Some(edge)).is_ok());
        assert!(at("2026-09-01T07:54:59.999Z").check_begins(Some(edge)).is_err());
        assert!(at("2026-09-01T08:04:59.999Z").check_ends(edge, Code::Expired).is_ok());
        assert_eq!(at("2026-09-01T08:05:00Z").check_ends(edge, Code::Expired).unwrap_err().code, Code::Expired);
        assert!(at("2026-09-01T07:00:00Z").check_begins(None).is_ok());
    }

    #[test]
    fn the_earlier_end_counts_and_is_moved_by_the_skew() {
        let clock = Clock::new(Timestamp::UNIX_EPOCH, SignedDuration::from_mins(5));
        let [early, late] = [10, 20].map(|minutes| Timestamp::from_second(minutes * 60).unwrap());
        let refused = Timestamp::from_second(15 * 60).unwrap();
        assert_eq!(clock.end_of(early, Some(late)), refused);
        assert_eq!(clock.end_of(late, Some(early)), refused);
        assert_eq!(clock.end_of(early, None), refused);
        assert_eq!(clock.end_of(Timestamp::MAX, None), Timestamp::MAX);
    }
}
