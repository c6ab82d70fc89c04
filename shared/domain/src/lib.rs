//! What Rentrée knows, without I/O: identifiers of the French administration, pupils and their versions, the pure decisions
//! of an import (matching, plan, brake, states), which pupil joins, addresses, passwords and limits. Clock and randomness are arguments.

pub mod academie;
pub mod attempts;
pub mod birth_date;
pub mod campaign;
pub mod certification;
pub mod course;
pub mod email;
pub mod id;
pub mod import;
pub mod ine;
pub mod learner;
pub mod limit;
pub mod link_token;
pub mod listed;
pub mod listing;
pub mod login;
pub mod mailbox;
pub mod matching;
pub mod mediacentre;
pub mod method;
pub mod name;
pub mod order;
pub mod paris;
pub mod password;
pub mod person;
pub mod personal_code;
pub mod profile;
pub mod progress;
pub mod round;
pub mod school_year;
pub mod search;
pub mod terms;
pub mod typography;
pub mod uai;
pub mod user_name;

pub use academie::Academie;
pub use campaign::{CampaignCode, CampaignKind, CampaignMessage, CampaignTitle};
pub use certification::{CertificationNumber, CertificationStatus};
pub use course::{Catalogue, Course, CourseId};
pub use email::EmailAddress;
pub use id::{
    ActivationId, AuditId, CampaignId, ImportId, InvitationId, JoinAttemptId, LearnerId, PreparedFileId, UserId,
};
pub use ine::{Ine, IneError};
pub use learner::{Entry, Sex};
pub use limit::Limit;
pub use link_token::LinkToken;
pub use listed::ListedSchool;
pub use listing::{ListedPupil, Listing};
pub use login::Login;
pub use mailbox::Ministry;
pub use mediacentre::{EntityId, GarId, Ido, SignOnId};
pub use method::Method;
pub use order::MailOrder;
pub use password::Password;
pub use person::PersonName;
pub use personal_code::PersonalCode;
pub use progress::{Progress, Score};
pub use round::Round;
pub use school_year::SchoolYear;
pub use search::Search;
pub use uai::{Uai, UaiError};
pub use user_name::UserName;
