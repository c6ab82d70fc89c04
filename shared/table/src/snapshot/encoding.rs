//! A listing as bytes, and back. Pure.
//!
//! One byte names the format; all else is deflated. Everything of one kind stands together (all times of identifiers, all days of
//! birth, all family names …), by name: neighbours are alike, which halves what is stored. Nothing folded is kept: another way of
//! folding names makes no snapshot wrong.
//!
//! Whoever changes what is written counts [`FORMAT`] up. A function that does not know a format reads the pupils instead, so functions
//! may be deployed in any order.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::civil::Date;
use rentree_domain::{LearnerId, Level, ListedPupil, Listing};

const FORMAT: u8 = 2;
/// More than a hundred thousand pupils take. What unpacks to more is none of ours.
const LONGEST: u64 = 64 << 20;
/// Where the time of an identifier ends, which all pupils of one import share, and its chance begins.
const TIME: usize = 6;
const MISSING: Unreadable = Unreadable::Damaged("a name or a class is missing");

/// Why bytes are no listing of the version that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// Another function wrote it, newer or older than this one.
    #[error("the snapshot has format {0}, this program knows format {FORMAT}")]
    Format(u8),
    /// It is of another version.
    #[error("the snapshot is of version {0}")]
    Version(u64),
    /// It is damaged.
    #[error("the snapshot is damaged: {0}")]
    Damaged(&'static str),
}

/// `listing`, which is of `version`.
pub(super) fn encode(listing: &Listing, version: u64) -> io::Result<Vec<u8>> {
    let pupils = listing.everybody();
    let mut columns = Vec::with_capacity(64 * pupils.len() + 32);
    put_number(&mut columns, version);
    put_number(&mut columns, pupils.len() as u64);
    let ids: Vec<[u8; 16]> = pupils.iter().map(|pupil| pupil.id.into_bytes()).collect();
    ids.iter().for_each(|id| columns.extend(&id[..TIME]));
    ids.iter().for_each(|id| columns.extend(&id[TIME..]));
    for pupil in pupils {
        put_number(&mut columns, pupil.left_in.map_or(0, |version| version + 1));
    }
    pupils.iter().for_each(|pupil| columns.extend(pupil.birth_date.year().to_le_bytes()));
    pupils.iter().for_each(|pupil| columns.extend(pupil.birth_date.month().to_le_bytes()));
    pupils.iter().for_each(|pupil| columns.extend(pupil.birth_date.day().to_le_bytes()));
    put_texts(&mut columns, pupils, |pupil| Some(&pupil.last_name));
    put_texts(&mut columns, pupils, |pupil| Some(&pupil.first_name));
    put_texts(&mut columns, pupils, |pupil| Some(&pupil.division));
    put_texts(&mut columns, pupils, |pupil| pupil.usage_name.as_ref());
    put_texts(&mut columns, pupils, |pupil| pupil.second_name.as_ref());
    put_texts(&mut columns, pupils, |pupil| pupil.third_name.as_ref());
    pupils.iter().for_each(|pupil| columns.push(pupil.level.map_or(0, number_of)));

    let mut packed = DeflateEncoder::new(vec![FORMAT], Compression::best());
    packed.write_all(&columns)?;
    packed.finish()
}

/// The listing of `version` that `bytes` hold.
pub(super) fn decode(bytes: &[u8], version: u64) -> Result<Listing, Unreadable> {
    let (format, packed) = bytes.split_first().ok_or(Unreadable::Damaged("it is empty"))?;
    if *format != FORMAT {
        return Err(Unreadable::Format(*format));
    }
    let mut columns = Vec::new();
    let unpacked = DeflateDecoder::new(packed).take(LONGEST).read_to_end(&mut columns);
    unpacked.map_err(|_| Unreadable::Damaged("it does not unpack"))?;

    let mut rest = Rest(&columns);
    let of = rest.number()?;
    if of != version {
        return Err(Unreadable::Version(of));
    }
    let count = rest.number()?;
    let count = usize::try_from(count).ok().filter(|count| *count <= columns.len());
    let count = count.ok_or(Unreadable::Damaged("it counts more pupils than it has bytes"))?;
    let times = rest.bytes(count * TIME)?.chunks_exact(TIME);
    let chances = rest.bytes(count * (16 - TIME))?.chunks_exact(16 - TIME);
    let ids = times.zip(chances).map(|(time, chance)| {
        let mut id = [0; 16];
        id[..TIME].copy_from_slice(time);
        id[TIME..].copy_from_slice(chance);
        LearnerId::from_bytes(id)
    });
    let left = (0..count).map(|_| rest.number()).collect::<Result<Vec<_>, _>>()?;
    let years = rest.bytes(count * 2)?.chunks_exact(2).map(|year| i16::from_le_bytes([year[0], year[1]]));
    let months = rest.bytes(count)?.iter().map(|month| i8::from_le_bytes([*month]));
    let days = rest.bytes(count)?.iter().map(|day| i8::from_le_bytes([*day]));
    let dates = years.zip(months).zip(days).map(|((year, month), day)| Date::new(year, month, day));
    let mut last_names = rest.texts(count)?.into_iter();
    let mut first_names = rest.texts(count)?.into_iter();
    let mut divisions = rest.texts(count)?.into_iter();
    let mut usage_names = rest.texts(count)?.into_iter();
    let mut second_names = rest.texts(count)?.into_iter();
    let mut third_names = rest.texts(count)?.into_iter();
    let levels = rest.bytes(count)?.iter().map(|number| level_of(*number));

    let pupils = ids.zip(left).zip(dates).zip(levels).map(|(((id, left), birth_date), level)| {
        Ok(ListedPupil {
            id,
            left_in: left.checked_sub(1),
            birth_date: birth_date.map_err(|_| Unreadable::Damaged("a date is none"))?,
            last_name: last_names.next().flatten().ok_or(MISSING)?,
            first_name: first_names.next().flatten().ok_or(MISSING)?,
            division: divisions.next().flatten().ok_or(MISSING)?,
            usage_name: usage_names.next().flatten(),
            second_name: second_names.next().flatten(),
            third_name: third_names.next().flatten(),
            level: level?,
        })
    });
    Ok(Listing::new(pupils.collect::<Result<_, _>>()?))
}

/// A level in one byte: from 1, from the youngest.
fn number_of(level: Level) -> u8 {
    Level::ALL.iter().zip(1..).find_map(|(one, number)| (*one == level).then_some(number)).unwrap_or_default()
}

fn level_of(number: u8) -> Result<Option<Level>, Unreadable> {
    let Some(index) = number.checked_sub(1) else { return Ok(None) };
    Level::ALL.get(usize::from(index)).copied().map(Some).ok_or(Unreadable::Damaged("a level is none"))
}

/// A number, seven bits a byte, the lowest first; all bytes but the last have the highest bit set.
fn put_number(columns: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        columns.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    columns.push(number.to_le_bytes()[0]);
}

/// One text of each pupil: first how long each is, plus one (0: there is none), then all of them.
fn put_texts<'a>(columns: &mut Vec<u8>, pupils: &'a [ListedPupil], of: impl Fn(&'a ListedPupil) -> Option<&'a String>) {
    for pupil in pupils {
        put_number(columns, of(pupil).map_or(0, |text| text.len() as u64 + 1));
    }
    pupils.iter().filter_map(of).for_each(|text| columns.extend(text.as_bytes()));
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unreadable::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.bytes(1)?[0];
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Unreadable::Damaged("a number does not end"))
    }

    fn texts(&mut self, count: usize) -> Result<Vec<Option<String>>, Unreadable> {
        let lengths = (0..count).map(|_| self.number()).collect::<Result<Vec<_>, _>>()?;
        let text = |length: u64| {
            let Some(length) = length.checked_sub(1) else { return Ok(None) };
            let length = usize::try_from(length).map_err(|_| Unreadable::Damaged("a text is too long"))?;
            let text = std::str::from_utf8(self.bytes(length)?);
            text.map(|text| Some(text.to_owned())).map_err(|_| Unreadable::Damaged("a text is no UTF-8"))
        };
        lengths.into_iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn a_pupil()(
            second in 0_i64..4_000_000_000,
            entropy: [u8; 10],
            left_in in prop::option::of(0_u64..u64::MAX),
            days in -100_000_i64..100_000,
            last_name in "\\PC{0,40}",
            first_name in "[A-Za-zéèœ '-]{0,20}",
            division in "[0-9A-Z ]{1,8}",
            usage_name in prop::option::of("\\PC{0,10}"),
            second_name in prop::option::of("\\PC{1,10}"),
            third_name in prop::option::of("\\PC{1,200}"),
            level in prop::option::of(prop::sample::select(&Level::ALL)),
        ) -> ListedPupil {
            let birth_date = date(2012, 1, 1).saturating_add(jiff::Span::new().days(days));
            let id = LearnerId::new(Timestamp::from_second(second).unwrap(), entropy);
            ListedPupil { id, left_in, last_name, usage_name, first_name, second_name, third_name, birth_date, division, level }
        }
    }

    fn a_listing() -> impl Strategy<Value = Listing> {
        prop::collection::vec(a_pupil(), 0..30).prop_map(Listing::new)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(listing in a_listing(), version: u64) {
            let read = decode(&encode(&listing, version).unwrap(), version).unwrap();
            prop_assert_eq!(read.everybody(), listing.everybody());
        }

        #[test]
        fn another_format_or_version_is_told(listing in a_listing(), version in 1_u64.., format in 3_u8..) {
            let mut bytes = encode(&listing, version).unwrap();
            prop_assert_eq!(decode(&bytes, version - 1).unwrap_err(), Unreadable::Version(version));
            bytes[0] = format;
            prop_assert_eq!(decode(&bytes, version).unwrap_err(), Unreadable::Format(format));
        }

        #[test]
        fn what_is_cut_short_or_spoilt_is_told_or_read(listing in a_listing(), at: prop::sample::Index, spoilt: u8) {
            let bytes = encode(&listing, 7).unwrap();
            let cut = decode(&bytes[..at.index(bytes.len())], 7);
            prop_assert!(cut.is_err() || listing.everybody().is_empty(), "{:?}", cut);
            let mut other = bytes.clone();
            other[at.index(bytes.len())] ^= spoilt;
            // Whatever comes of it, nothing panics.
            let _ = decode(&other, 7);
        }

        #[test]
        fn numbers_come_back(number: u64) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            let mut rest = Rest(&bytes);
            prop_assert_eq!((rest.number().unwrap(), rest.0.len()), (number, 0));
        }
    }

    /// Functions read what is in the table today. Whoever must change these bytes changes [`FORMAT`].
    #[test]
    fn what_was_written_is_read_for_ever() {
        let pupil = ListedPupil {
            id: LearnerId::new(Timestamp::from_second(1_700_000_000).unwrap(), [7; 10]),
            left_in: Some(3),
            last_name: "D'HÉROUVILLE".to_owned(),
            usage_name: None,
            first_name: "Lœtitia".to_owned(),
            second_name: Some("Rose".to_owned()),
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: "6E1".to_owned(),
            level: Some(Level::Sixieme),
        };
        let written = "02636564ec3eff3483a19cbd9d1d0258eeb03373f1b9a87b1cee0cf20f0df3f4f171e5f4393ab924b3243391c5ccd590813528bf3895811100";
        let byte = |at| u8::from_str_radix(&written[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..written.len()).step_by(2).map(byte).collect();
        assert_eq!(decode(&bytes, 5).unwrap().everybody(), [pupil]);
    }
}
