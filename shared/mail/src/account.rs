//! To the owner of an account.

use rentree_domain::SecondFactorChange;

use crate::Mail;

/// A new account: the address is confirmed by the link.
pub fn sign_up(link: &str) -> Mail {
    Mail::new("Confirmez votre adresse pour créer votre compte Rentrée")
        .paragraph("Vous avez demandé à créer un compte Rentrée avec cette adresse e-mail. Suivez le lien ci-dessous pour le créer.")
        .button("Créer mon compte", link)
        .quiet("Ce lien est à usage unique et expire dans une heure. Si vous n’avez rien demandé, ignorez ce message : aucun compte ne sera créé.")
}

/// Somebody wanted to sign up with the address of an account.
pub fn known_address(sign_in: &str, forgotten_password: &str) -> Mail {
    Mail::new("Vous avez déjà un compte Rentrée")
        .paragraph("Une inscription a été demandée avec cette adresse e-mail, qui est déjà celle d’un compte Rentrée. Il vous suffit de vous connecter.")
        .button("Me connecter", sign_in)
        .paragraph(format!("Mot de passe oublié ? Choisissez-en un nouveau : {forgotten_password}"))
        .quiet("Si vous n’avez rien demandé, ignorez ce message : rien n’a été changé.")
}

/// A forgotten password.
pub fn password_reset(link: &str) -> Mail {
    Mail::new("Choisissez un nouveau mot de passe")
        .paragraph("Vous avez indiqué avoir oublié le mot de passe de votre compte Rentrée. Suivez le lien ci-dessous pour en choisir un nouveau.")
        .button("Choisir un nouveau mot de passe", link)
        .quiet("Ce lien est à usage unique et expire dans une heure. Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.")
}

/// The password was changed.
pub fn password_changed(forgotten_password: &str) -> Mail {
    Mail::new("Votre mot de passe a été changé")
        .paragraph(
            "Le mot de passe de votre compte Rentrée vient d’être changé. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus.",
        )
        .paragraph(format!(
            "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe : {forgotten_password}"
        ))
}

/// Something happened to the second factor of an account.
pub fn second_factor(change: SecondFactorChange, forgotten_password: &str) -> Mail {
    let (subject, told) = match change {
        SecondFactorChange::Added => (
            "La validation en deux étapes est activée",
            "La validation en deux étapes vient d’être activée pour votre compte Rentrée : un code de votre application vous sera demandé après votre mot de passe. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus. Gardez vos codes de secours à l’abri, ailleurs que sur votre téléphone.",
        ),
        SecondFactorChange::Ended => (
            "La validation en deux étapes est désactivée",
            "La validation en deux étapes de votre compte Rentrée vient d’être désactivée : votre mot de passe suffit pour vous connecter. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus.",
        ),
        SecondFactorChange::NewRecoveryCodes => (
            "Vos codes de secours ont été remplacés",
            "De nouveaux codes de secours viennent d’être créés pour votre compte Rentrée. Les précédents ne fonctionnent plus.",
        ),
        SecondFactorChange::RecoveryCodeUsed => (
            "Un code de secours a été utilisé",
            "Un code de secours vient de servir pour se connecter à votre compte Rentrée, après votre mot de passe. Il ne fonctionne plus.",
        ),
    };
    let mail = Mail::new(subject).paragraph(told).paragraph(format!(
        "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe : {forgotten_password}"
    ));
    // A new password ends no second factor: the sign-in would still want the codes of whoever added it.
    match change {
        SecondFactorChange::Added => mail.paragraph(
            "Puis écrivez à l’assistance : elle peut désactiver cette validation, qu’un nouveau mot de passe ne retire pas.",
        ),
        SecondFactorChange::Ended | SecondFactorChange::NewRecoveryCodes | SecondFactorChange::RecoveryCodeUsed => mail,
    }
}

/// Staff handed a temporary password out.
pub fn password_handed_out(school: &str, forgotten_password: &str) -> Mail {
    Mail::new("Un mot de passe provisoire vous a été donné")
        .paragraph(format!(
            "Un membre de l’équipe de l’établissement {school} vient de donner un mot de passe provisoire à votre compte Rentrée. Votre ancien mot de passe ne fonctionne plus, et vos appareils ont été déconnectés."
        ))
        .paragraph("Si vous l’avez demandé, connectez-vous avec ce mot de passe provisoire, puis choisissez le vôtre.")
        .paragraph(format!(
            "Si vous n’avez rien demandé, prévenez l’établissement, et choisissez tout de suite un nouveau mot de passe : {forgotten_password}"
        ))
}

/// To the new address of an account: it holds once the link was followed.
pub fn address_change(link: &str) -> Mail {
    Mail::new("Confirmez votre adresse e-mail")
        .paragraph("Cette adresse e-mail a été indiquée pour un compte Rentrée. Suivez le lien ci-dessous pour la confirmer. Vous devrez être connecté(e) à votre compte.")
        .button("Confirmer mon adresse", link)
        .quiet("Ce lien est à usage unique et expire dans 7 jours. Si vous n’avez rien demandé, ignorez ce message : l’adresse ne sera pas utilisée.")
}

/// To the former address of an account.
pub fn address_changed(masked: &str) -> Mail {
    Mail::new("L’adresse e-mail de votre compte a été changée")
        .paragraph(format!(
            "L’adresse e-mail de votre compte Rentrée est désormais {masked}. Cette adresse-ci ne permet plus de se connecter."
        ))
        .quiet("Si ce n’était pas vous, prévenez un autre administrateur de l’espace de votre établissement, ou l’assistance de Rentrée.")
}
