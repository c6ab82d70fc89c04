//! What pupils do: type a code, say who they are, join, come back. `docs/joining.md` has the rules.

mod account;
pub(crate) mod closed;
mod code;
mod counted;
mod decide;
mod door;
mod enter;
mod entrance;
mod find;
mod guesses;
mod identity;
mod own;
mod pupil;
mod shown;
mod tie;
mod told;
mod trial;
mod view;
mod visit;
mod waiting;
mod who;

use rentree_http::{Access, Purpose, Route};

use crate::Campaigns;

/// The routes of this side. Their addresses are dictated to classes, and therefore French.
pub(crate) fn routes<P: Purpose>() -> Vec<Route<Campaigns, P>> {
    use Access::{Everybody, Members, SignedIn};
    vec![
        Route::get("/campagnes", code::page, Everybody, "The form for a campaign's code").gives::<code::CodeView>(),
        Route::post("/campagnes", code::enter, Everybody, "Leads to the campaign of a code")
            .takes::<code::Fields>()
            .gives::<code::CodeView>(),
        Route::get("/campagnes/{code}", entrance::page, Everybody, "A campaign, and what to do next to join it")
            .gives::<view::EntranceView>(),
        Route::post("/campagnes/{code}", entrance::join, SignedIn, "Joins as the pupil of the account")
            .takes::<entrance::Fields>()
            .gives::<view::EntranceView>(),
        Route::get(
            "/campagnes/{code}/identity",
            shown::page,
            Everybody,
            "What came of saying which pupil one is, for the browser that said so",
        )
        .gives::<view::EntranceView>(),
        Route::post(
            "/campagnes/{code}/identity",
            identity::tell,
            Everybody,
            "Says which pupil one is: ties the account that is signed in, or says how to go on",
        )
        .takes::<who::IdentityFields>()
        .gives::<view::EntranceView>(),
        Route::post(
            "/campagnes/{code}/account",
            account::create,
            Everybody,
            "Creates a pupil's account, ties it, joins and signs in",
        )
        .takes::<account::AccountFields>()
        .gives::<view::EntranceView>()
        .with_status(201),
        Route::get(
            "/schools/{uai}/campaigns/{campaign}/try",
            trial::page,
            Members,
            "The pages of joining, as an invented pupil sees them",
        )
        .gives::<view::EntranceView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/try/identity",
            trial::identity,
            Members,
            "Goes on with the invented pupil; what is typed is not read",
        )
        .gives::<view::EntranceView>(),
        Route::post(
            "/schools/{uai}/campaigns/{campaign}/try/account",
            trial::account,
            Members,
            "Goes on with the invented pupil; nothing begins, and nothing is counted",
        )
        .gives::<view::EntranceView>(),
        Route::get("/mes-campagnes", own::page, SignedIn, "The campaigns that the account joined, and how it signs in")
            .gives::<own::OwnView>(),
    ]
}
