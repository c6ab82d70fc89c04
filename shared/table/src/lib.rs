//! The DynamoDB table `rentree`: keys, one file per entity, transactions. The only place that knows keys,
//! attribute names and expressions.

mod access_request;
mod access_token;
mod account;
mod activation;
mod address;
mod attempt;
mod audit;
mod batch;
mod campaign;
mod campaign_code;
mod certification;
mod conflict;
mod directory;
mod error;
mod guessed;
mod hand_out;
mod held;
mod import;
mod invitation;
mod item;
mod join;
mod join_attempt;
mod keys;
mod latest_profile;
mod learner;
mod lesson;
mod link;
mod mediacentre;
mod mediacentre_removal;
mod member;
mod methods;
mod offer;
mod paced;
mod participation;
mod passed_on;
mod password;
mod personal_code;
mod platform_campaign;
mod prepared_file;
mod presence;
mod record_book;
mod rename;
mod report;
mod rosters_made;
mod run;
mod school;
mod school_year;
mod second_administrator;
mod second_factor;
mod session;
mod sign_in_code;
mod sign_on;
mod sign_on_count;
mod sign_on_request;
mod snapshot;
mod taken_back;
mod tidy;
mod tie;
mod transaction;
mod user;
mod wait;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

pub use access_request::{AccessRequest, AccessRequestError, AccessRequestState, unanswered};
pub use access_token::AccessToken;
pub use account::Account;
pub use activation::ActivationRequest;
pub use attempt::{AttemptError, Counter, DEVICE_LASTS, DeviceEntry, Seen};
pub use audit::{AuditAction, AuditEntry, AuditPage};
pub use batch::AsOf;
pub use campaign::{Campaign, CampaignError, Renewed};
pub use campaign_code::{CodePlace, NewCode};
pub use certification::{Certification, CertifiedPupil, NotedCodes, Recorded, SharedCodes};
pub use directory::Change;
pub use error::TableError;
pub use guessed::GuessedPupil;
pub use hand_out::{HandOut, HandOutBegun, HandOutEnded, HandOutState, SealedAnswer};
pub use import::{Cost, Import, ImportOptions, Marked, NEVER_RECEIVED, Outcome, Refused, SettleError};
pub use invitation::{Delivery, Invitation, InvitationError, InvitationState, Invited, MOST_INVITATIONS};
pub use join::{AsPupil, By, JoinError, Joined, Joining, Who};
pub use join_attempt::{JoinAttempt, JoinOutcome};
pub use keys::{Key, SessionHash};
pub use latest_profile::LatestProfile;
pub use learner::{ActiveLearner, Born, Candidate, Roster};
pub use link::{Link, LinkState, Purpose};
pub use mediacentre::{MediacentreId, MediacentreIds};
pub use member::{Cancelling, Member, Role, TeamError};
pub use methods::Methods;
pub use offer::{Claim, Claimed, Offer, OfferState};
pub use paced::LeaseTerms;
pub use participation::{Participation, ProgressError, TakenBack};
pub use password::HandOutError;
pub use platform_campaign::{PlatformCampaigns, SayError};
pub use prepared_file::{PreparedFile, PreparedState, Ready};
pub use presence::{is_in, is_suspended};
pub use record_book::{Ended, RecordBook};
pub use rename::TellRenamed;
pub use report::{Changed, LineKind, ReportLine, ReportPage};
pub use rosters_made::{RosterMade, RosterUndone};
pub use run::{Begin, Run, RunError};
pub use school::{Applied, InMediacentre, School, Underway, Waiting};
pub use school_year::{PupilYear, YearOfPupil, YearOfSchool};
pub use second_administrator::SecondAdministrator;
pub use second_factor::{Code, SecondFactor};
pub use session::Session;
pub use sign_in_code::{CodeShown, CodeState, SignInCode};
pub use sign_on::{AddError, SignOnError, SigningOn, TakingUp, WaitingSignOn};
pub use sign_on_count::{SignOnCount, SignOnDay};
pub use sign_on_request::{CameOf, SignOnRequest};
pub use taken_back::TakeBack;
pub use tidy::Tidied;
pub use tie::{Tie, TieError, Tying};
pub use user::{AccountError, PasswordToChange, Person, Terms, User};
pub use wait::Place;

/// An item as the SDK has it.
type Item = std::collections::HashMap<String, AttributeValue>;

/// The table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
    /// What a warm function need not read again.
    warm: snapshot::Warm,
}

impl Table {
    /// The table called `name`, reached through `client`.
    #[expect(clippy::needless_pass_by_value, reason = "whoever hands a client over has no other use for it")]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        let config = client.config().to_builder().retry_classifier(conflict::Conflict).build();
        Self { client: Client::from_conf(config), name: name.into(), warm: snapshot::Warm::default() }
    }
}
