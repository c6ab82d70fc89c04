//! Errors as RFC 9457 has them, and as a page for people: same code, same request id. A 500 never quotes internals.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use rentree_domain::presence::MONTHS_OF_ABSENCE;
use rentree_table::{PasswordToChange, TableError};
use rentree_web::Form;
use schemars::JsonSchema;
use serde::Serialize;

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The input does not read.
    BadRequest,
    /// Nobody is signed in.
    SignedOut,
    /// The form was not one of ours, or is too old.
    ForgedForm,
    /// A member asks for what only administrators may do.
    AdministratorsOnly,
    /// A member stayed away for so long that an administrator has to let them in again.
    Suspended,
    /// It does not exist, or the visitor may not know that it does.
    NotFound,
    /// Another method is needed.
    MethodNotAllowed,
    /// It is no longer in the state that this needs.
    TooLate,
    /// Fields have errors, listed in `errors`.
    InvalidFields,
    /// The address or the password is wrong.
    WrongCredentials,
    /// Too often: later.
    TooMany,
    /// The current terms of use were not accepted yet.
    TermsNotAccepted,
    /// A password has to be changed first.
    PasswordToChange,
    /// The password is right, and a code has to follow it.
    SecondFactor,
    /// No campaign that is open has this code: whether it was mistyped, or is of one that is archived, nobody is told.
    UnknownCode,
    /// No certificate that holds has this code.
    UnknownCertificate,
    /// Nobody can join the campaign any more.
    CampaignArchived,
    /// Nobody can join the campaign today.
    CampaignClosed,
    /// Nobody can join the campaign before its next lesson.
    OutsideLesson,
    /// The campaign has another code.
    CodeReplaced,
    /// No pupil of the school is like that, or several are.
    NotAPupil,
    /// The pupil has an account already: its owner signs in.
    HasAccount,
    /// A near match: a question comes before.
    ToConfirm,
    /// The account that is signed in is not this pupil's.
    OtherAccount,
    /// A link was used, cancelled, or is too old.
    LinkGone,
    /// A space never loses its last administrator.
    LastAdministrator,
    /// A message is not signed with a secret of ours.
    BadSignature,
    /// A message was signed too long ago, or in the future.
    StaleMessage,
    /// A program's token is missing, or holds no more.
    InvalidToken,
    /// A program's token does not reach so far.
    InsufficientScope,
    /// The Médiacentre does not confirm who somebody is.
    SignOnRefused,
    /// A sign-on by Médiacentre took too long.
    SignOnTooLate,
    /// A sign-on by Médiacentre counted before.
    SignOnUsed,
    /// A sign-on by Médiacentre began in another browser.
    SignOnElsewhere,
    /// What was sent is larger than any form.
    TooLarge,
    /// Something of ours failed.
    Internal,
    /// Something of ours did not answer in time, or was busy with others throughout: it may answer a moment later.
    Unavailable,
    /// There is more to answer than can be sent at once.
    AnswerTooLarge,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Its name.
    pub field: &'static str,
    /// One French sentence.
    pub message: String,
}

/// An error, as it is told.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) way_on: Option<(&'static str, String)>,
    /// What a program has to prove, and how (`WWW-Authenticate`), when it may come again (`Retry-After`), or what was proven so far
    /// (`Set-Cookie`).
    pub(crate) header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    fn new(status: StatusCode, code: Code, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), errors: Vec::new(), way_on: None, header: None }
    }

    /// The input does not read; `detail` says what, in French.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest, "La demande est incomplète ou mal formée", detail)
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        let detail = "Votre session est terminée ou n’a pas commencé. Connectez-vous, puis recommencez.";
        Self::new(StatusCode::UNAUTHORIZED, Code::SignedOut, "Vous n’êtes pas connecté(e)", detail)
            .leading_to("Me connecter", "/sign-in")
    }

    /// The same at a form, of which nothing can be kept for whoever signs in: it is too long, or nobody knows whose it was, or which
    /// page it stands on.
    pub(crate) fn with_nothing_kept(mut self) -> Self {
        "Votre session est terminée ou n’a pas commencé. Rien n’a été envoyé, et ce que vous aviez pu saisir n’est pas conservé\u{a0}: si la page précédente l’affiche encore, copiez-le avant de vous connecter. Recommencez ensuite."
            .clone_into(&mut self.detail);
        self
    }

    /// The form is not one of ours.
    pub fn forged_form() -> Self {
        let detail = "Ce formulaire a expiré. Revenez à la page précédente, rechargez-la, puis recommencez. Rien n’a été changé.";
        Self::new(StatusCode::FORBIDDEN, Code::ForgedForm, "Le formulaire a expiré", detail)
            .leading_to("Revenir à l’accueil", "/")
    }

    /// Only administrators may do this.
    pub fn administrators_only() -> Self {
        let detail =
            "Demandez à un administrateur de l’espace de votre établissement de le faire, ou de modifier votre rôle.";
        Self::new(StatusCode::FORBIDDEN, Code::AdministratorsOnly, "Réservé aux administrateurs", detail)
            .leading_to("Revenir à l’accueil", "/")
    }

    /// A member stayed away for so long that an administrator has to let them in again.
    pub fn suspended() -> Self {
        let detail = format!(
            "Vous n’êtes pas venu(e) dans cet espace depuis {MONTHS_OF_ABSENCE} mois. Si vous travaillez toujours dans cet établissement, demandez à un administrateur de l’espace de rétablir votre accès\u{a0}: dans « Équipe », votre nom est suivi de « Accès suspendu »."
        );
        Self::new(StatusCode::FORBIDDEN, Code::Suspended, "Votre accès à cet espace est suspendu", detail)
            .leading_to("Voir mes espaces", "/spaces")
    }

    /// It does not exist, as far as the visitor may know.
    pub fn not_found() -> Self {
        let detail = "Vérifiez l’adresse de la page.";
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, "Cette page n’existe pas", detail)
            .leading_to("Revenir à l’accueil", "/")
    }

    /// The visitor has no such space: there may be none, or they are no member, or no longer. The three are told alike.
    pub(crate) fn no_such_space() -> Self {
        let detail = "Vérifiez l’adresse de la page. Si vous étiez membre de cet espace, demandez à un administrateur si votre accès a été retiré.";
        let title = "Cette page n’existe pas, ou vous n’y avez pas accès";
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, title, detail).leading_to("Voir mes espaces", "/spaces")
    }

    pub(crate) fn method_not_allowed() -> Self {
        let detail = "Cette adresse ne s’utilise pas ainsi. Revenez à la page précédente.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, "Action impossible", detail)
            .leading_to("Revenir à l’accueil", "/")
    }

    /// The current terms of use come first.
    pub fn terms_not_accepted() -> Self {
        let detail = "Avant de continuer, lisez et acceptez les conditions d’utilisation. Recommencez ensuite.";
        Self::new(
            StatusCode::FORBIDDEN,
            Code::TermsNotAccepted,
            "Les conditions d’utilisation ne sont pas encore acceptées",
            detail,
        )
        .leading_to("Lire les conditions d’utilisation", "/terms")
    }

    /// A password has to be changed first.
    pub fn password_to_change(why: PasswordToChange) -> Self {
        let detail = match why {
            PasswordToChange::Temporary { .. } => {
                "Votre mot de passe est provisoire. Choisissez-en un que vous seul(e) connaissez, puis recommencez."
            }
            PasswordToChange::ChosenAsPupil => {
                "Vous êtes membre de l’équipe d’un établissement : il vous faut un mot de passe plus long. Choisissez-le, puis recommencez."
            }
        };
        Self::new(StatusCode::FORBIDDEN, Code::PasswordToChange, "Choisissez d’abord votre mot de passe", detail)
            .leading_to("Choisir mon mot de passe", "/temporary-password")
    }

    /// A code has to follow the password; `cookie` says that it was given, and `way` is the page that asks for the code.
    pub(crate) fn code_needed(cookie: HeaderValue, way: String) -> Self {
        let detail = "Votre mot de passe est juste. Saisissez maintenant le code de votre application, ou l’un de vos codes de secours.";
        let problem = Self::new(StatusCode::FORBIDDEN, Code::SecondFactor, "Il manque votre code", detail);
        Self { header: Some(Box::new((header::SET_COOKIE, cookie))), ..problem.leading_to("Saisir mon code", way) }
    }

    /// Fields of a form have errors.
    pub fn invalid(form: &Form) -> Self {
        let errors: Vec<_> =
            form.errors().map(|(field, message)| FieldError { field, message: message.to_owned() }).collect();
        let detail = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ");
        let title = "Des champs sont à corriger";
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidFields, title, detail) }
    }

    /// What an address asks for does not read.
    pub fn unreadable(form: &Form) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: Code::BadRequest, ..Self::invalid(form) }
    }

    /// The address or the password is wrong: which, nobody is told.
    pub fn wrong_credentials(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::WrongCredentials, "La connexion a échoué", detail)
    }

    /// Too often; `detail` says when to come back, in French.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, Code::TooMany, "Trop de demandes", detail)
    }

    /// A link does not hold any more, or never did; `title` and `detail` say what happened and what to do, in French.
    pub fn link_gone(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(status, Code::LinkGone, title, detail)
    }

    /// No campaign that is open has this code: whether it was mistyped, or is of one that is archived, nobody is told.
    pub fn unknown_code() -> Self {
        let detail = "Soit il est mal recopié, soit la campagne est archivée. Vérifiez le code : 6 lettres, puis 3 chiffres, par exemple KRTBVW582. Il n’a ni I, ni L, ni O, ni 0, ni 1. S’il est bien recopié, demandez-en un autre à votre enseignant. Si vous aviez déjà rejoint la campagne, connectez-vous : elle figure dans « Mes campagnes ».";
        Self::new(StatusCode::NOT_FOUND, Code::UnknownCode, "Ce code ne mène à aucune campagne ouverte", detail)
            .leading_to("Saisir un code", "/campagnes")
    }

    /// No certificate that holds has this code: whether it was mistyped, is none, or was of one that no longer holds, nobody is told.
    pub fn unknown_certificate() -> Self {
        let detail =
            "Vérifiez que le code est celui qui figure en bas du certificat. Un certificat annulé n’est plus reconnu.";
        Self::new(StatusCode::NOT_FOUND, Code::UnknownCertificate, "Aucun certificat valable n’a ce code", detail)
            .leading_to("Saisir un code", "/verification")
    }

    /// Nobody can join the campaign any more.
    pub fn campaign_archived() -> Self {
        let detail =
            "Cette campagne est archivée : on ne peut plus la rejoindre. Demandez un autre code à votre enseignant.";
        Self::new(StatusCode::GONE, Code::CampaignArchived, "La campagne est archivée", detail)
            .leading_to("Saisir un autre code", "/campagnes")
    }

    /// The platform tells of a course that was begun, or ended, after its link had ended.
    pub fn course_link_over() -> Self {
        let detail = "Ce jeton ne valait plus à la date « at » : un parcours commence dans les deux heures qui suivent son lien, et se termine dans les trente jours. L’élève doit rouvrir le parcours depuis la page de la campagne.";
        Self::link_gone(StatusCode::GONE, "Le lien du parcours a expiré", detail)
    }

    /// Nobody can join the campaign today; `title` and `detail` say why, in French.
    pub fn campaign_closed(title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Code::CampaignClosed, title, detail)
            .leading_to("Saisir un autre code", "/campagnes")
    }

    /// The campaign is bound to lessons, and none is under way: the same for everybody, whoever they say they are.
    pub fn outside_lesson() -> Self {
        let detail = "On rejoint cette campagne pendant une séance. Revenez quand votre enseignant en ouvre une, avec le même code.";
        Self::new(StatusCode::CONFLICT, Code::OutsideLesson, "Aucune séance n’est ouverte", detail)
    }

    /// The campaign has another code. Who has joined needs none.
    pub fn code_replaced() -> Self {
        let detail = "La campagne a un nouveau code : demandez-le à votre enseignant. Si vous l’aviez déjà rejointe, connectez-vous : elle figure dans « Mes campagnes ».";
        Self::new(StatusCode::GONE, Code::CodeReplaced, "Ce code a été remplacé", detail)
            .leading_to("Mes campagnes", "/mes-campagnes")
    }

    /// No pupil of the school is like that; `detail` says what to do, in French.
    pub fn not_a_pupil(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::NotAPupil, "Nous ne vous trouvons pas", detail)
    }

    /// A near match has to be confirmed; `detail` asks, in French.
    pub fn to_confirm(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Code::ToConfirm, "Confirmez d’abord qui vous êtes", detail)
    }

    /// The pupil has an account already; `detail` says what to do, in French.
    pub fn has_account(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Code::HasAccount, "Vous avez déjà un compte", detail)
    }

    /// The account that is signed in is not this pupil's; `detail` says why and what to do, in French.
    pub fn other_account(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Code::OtherAccount, "Ce compte n’est pas le bon", detail)
    }

    /// A space never loses its last administrator.
    pub fn last_administrator() -> Self {
        let detail = "L’espace n’a pas d’autre administrateur. Donnez d’abord ce rôle à un autre membre de l’équipe.";
        Self::new(
            StatusCode::CONFLICT,
            Code::LastAdministrator,
            "Le dernier administrateur ne peut pas quitter ce rôle",
            detail,
        )
    }

    /// A message is not signed with a secret of ours.
    pub fn bad_signature() -> Self {
        let detail = "La signature du message est absente ou ne correspond à aucun secret. Vérifiez le secret et l’en-tête webhook-signature (Standard Webhooks, v1).";
        Self::new(StatusCode::UNAUTHORIZED, Code::BadSignature, "La signature n’est pas valable", detail)
    }

    /// A message was signed too long ago, or in the future.
    pub fn stale_message() -> Self {
        let detail = "L’heure de l’en-tête webhook-timestamp est à plus de cinq minutes de la nôtre. Signez le message à nouveau avant chaque envoi, et vérifiez l’horloge.";
        Self::new(StatusCode::UNAUTHORIZED, Code::StaleMessage, "Le message est trop ancien ou en avance", detail)
    }

    /// A program shows no token, or one that holds no more; `detail` says which, in French, and `challenge` as RFC 6750 does.
    pub fn invalid_token(detail: impl Into<String>, challenge: &str) -> Self {
        let problem =
            Self::new(StatusCode::UNAUTHORIZED, Code::InvalidToken, "Le jeton d’accès n’est pas valable", detail);
        problem.challenging(challenge)
    }

    /// A program's token does not reach so far; `detail` says why, in French, and `challenge` as RFC 6750 does.
    pub fn insufficient_scope(detail: impl Into<String>, challenge: &str) -> Self {
        let title = "Le jeton d’accès ne donne pas ce droit";
        Self::new(StatusCode::FORBIDDEN, Code::InsufficientScope, title, detail).challenging(challenge)
    }

    fn challenging(self, challenge: &str) -> Self {
        let value = HeaderValue::from_str(challenge).ok();
        Self { header: value.map(|value| Box::new((header::WWW_AUTHENTICATE, value))), ..self }
    }

    /// Nobody takes part like that.
    pub fn no_participation() -> Self {
        let detail = "Cet élève n’a pas rejoint cette campagne. Sa participation a peut-être été supprimée : le message n’est plus à envoyer.";
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, "Cette participation n’existe pas", detail)
    }

    /// A message is about a school that there is not.
    pub fn no_school() -> Self {
        let detail = "Aucun établissement n’a cet UAI ici. Vérifiez-le ; s’il est juste, l’établissement manque dans l’annuaire chargé.";
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, "Cet établissement n’existe pas", detail)
    }

    /// A sign-on by Médiacentre comes to nothing; `title` and `detail` say why and what to do, in French.
    pub fn sign_on(status: StatusCode, code: Code, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(status, code, title, detail)
    }

    /// With a page that leads on.
    #[must_use]
    pub fn leading_to(self, label: &'static str, path: impl Into<String>) -> Self {
        Self { way_on: Some((label, path.into())), ..self }
    }

    /// Telling a program when to come again.
    #[must_use]
    pub fn again_after(self, wait: SignedDuration) -> Self {
        Self { header: Some(Box::new((header::RETRY_AFTER, HeaderValue::from(wait.as_secs())))), ..self }
    }

    /// One French sentence or two: what happened and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Nobody was chosen, or too many were; `title` and `detail` say so, in French.
    pub fn badly_chosen(title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest, title, detail)
    }

    /// Somebody, or time, was faster; `detail` says what to do, in French.
    pub fn too_late(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Code::TooLate, "Cette action n’est plus possible", detail)
    }

    /// What was sent is larger than any form.
    pub(crate) fn too_large() -> Self {
        let detail = "Le formulaire est trop volumineux : 64 Ko au maximum. Raccourcissez les textes, ou faites-le en plusieurs fois. Rien n’a été changé.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, "Le formulaire est trop volumineux", detail)
            .leading_to("Revenir à l’accueil", "/")
    }

    /// The request is given up before Lambda would end it. What it did until then, nobody knows.
    pub(crate) fn too_slow() -> Self {
        tracing::error!("a request was given up shortly before the timeout of the function");
        Self::later()
    }

    /// There is more to answer than Lambda gives back at once.
    pub(crate) fn answer_too_large() -> Self {
        let detail = "La liste est trop longue pour être envoyée en une seule fois. Revenez à la page précédente et consultez-la à l’écran, où elle est en plusieurs pages.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::AnswerTooLarge, "La réponse est trop longue", detail)
    }

    fn later() -> Self {
        let detail = "Le service n’a pas répondu à temps. Réessayez dans un instant. Si vous veniez d’enregistrer quelque chose, vérifiez d’abord si c’est fait.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "Le service met trop de temps à répondre", detail)
    }

    /// Something of ours failed. The chain of causes is logged here, once, and told to nobody.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(why = rentree_runtime::telemetry::chain(error), "a request failed");
        let detail = "Une erreur est survenue de notre côté. Rien n’a été perdu. Réessayez dans quelques instants.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            Code::Internal,
            "Le service est momentanément indisponible",
            detail,
        )
    }
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Self {
        let told = Self::internal(&error);
        match error {
            TableError::Unanswered { .. } | TableError::Contended { .. } => Self::later(),
            TableError::Request { .. } | TableError::Malformed { .. } => told,
        }
    }
}

impl IntoResponse for Problem {
    /// The shell gives it the face that the request asked for: see [`crate::wrap`].
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes is to be tried again; what does not is ours to mend.
    #[test]
    fn what_passes_is_told_as_such() {
        let status = |error: TableError| Problem::from(error).status();
        let source = || "no answer".into();
        assert_eq!(status(TableError::Contended { operation: "PutItem" }), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            status(TableError::Unanswered { operation: "PutItem", source: source() }),
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(
            status(TableError::Request { operation: "PutItem", source: source() }),
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(
            status(TableError::Malformed { entity: "School", source: source() }),
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }
}
