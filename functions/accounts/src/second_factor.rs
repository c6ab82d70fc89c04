//! The second factor of staff: codes of an application on their phone, and recovery codes. `docs/accounts.md` says who is asked for it,
//! and at which door.

mod add;
mod asked;
mod code;
mod end;
mod forms;
mod page;
mod recovery_codes;
mod sign_in;
mod tried;

pub(crate) use add::{Fields as AddFields, add};
pub(crate) use asked::is_asked;
pub(crate) use end::{EndedView, end};
pub(crate) use page::{PAGE, RecoveryCodesView, SecondFactorView, may_have_one, page};
pub(crate) use recovery_codes::renew;
pub(crate) use sign_in::{CodeView, Fields as CodeFields, complete, page as code_page};
pub(crate) use tried::Fields;
