//! Through the door: real HTTP, the real local cloud, a real browser, the functions' real binaries.
//!
//! One product serves all tests of this binary; each test has schools of its own, so that all run at the same time.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod accounts;
mod activation;
mod asking;
mod asking_pages;
mod campaign_pages;
mod campaigns;
mod certifiable;
mod certificates;
mod certification_pages;
mod certifications;
mod chains;
mod contracts;
mod crashes;
mod deciding;
mod directory;
mod follow_up;
mod gateway;
mod guards;
mod guessing;
mod hand_out;
mod hostile;
mod imports;
mod joining;
mod joining_at_once;
mod joining_pages;
mod lambda;
mod learner_pages;
mod learners;
mod mediacentre;
mod mediacentre_cases;
mod mediacentre_doubts;
mod mediacentre_joining;
mod mediacentre_once;
mod mediacentre_pages;
mod mediacentre_removal;
mod mediacentre_staff;
mod mediacentre_staff_pages;
mod messages;
mod names;
mod offers;
mod pages;
mod partitions;
mod personal_codes;
mod platform_campaign_pages;
mod platform_campaigns;
mod prepared_files;
mod privacy;
mod progress;
mod refusals;
mod rights;
mod rosters;
mod second_voice;
mod sign_ons;
mod staff_pages;
mod stored_items;
mod support;
mod team;
mod turns;
mod verification;
mod visitors;
mod watched;
mod wiring;
