//! What the page of a pupil tells that was just done. Its address says so, which is loaded again later, and can be written by anybody: nothing
//! is told that does not hold by then.

use rentree_domain::Method;

use super::AccountView;

/// What was `done` for `pupil`, who is named: a page is read beside others of the class. Nothing, where the pupil's `account` says otherwise,
/// or where who was let try again `is_held_up` once more.
pub(super) fn told(done: &str, pupil: &str, account: Option<&AccountView>, is_held_up: bool) -> Option<String> {
    let opens = |method| account.is_some_and(|account| account.methods.iter().any(|row| row.method == method));
    let (is_so, text) = match done {
        "user-name" => {
            (opens(Method::UserName), format!("{pupil} a maintenant un identifiant. Son mot de passe n’a pas changé."))
        }
        "unblocked" => (
            account.is_some_and(|account| account.lock.is_none()),
            format!("La connexion est débloquée : {pupil} peut réessayer tout de suite."),
        ),
        "tries" => (
            account.is_none() && !is_held_up,
            format!("{pupil} peut réessayer tout de suite de rejoindre une campagne."),
        ),
        "mediacentre" => (
            account.is_some() && !opens(Method::Mediacentre),
            format!(
                "{pupil} n’entre plus par le Médiacentre. Si le compte était ouvert sur des appareils, il ne l’est plus."
            ),
        ),
        "untied" => (account.is_none(), format!("Le compte n’est plus rattaché à {pupil}. Ce compte est conservé.")),
        _ => return None,
    };
    is_so.then_some(text)
}

#[cfg(test)]
mod tests {
    use rentree_domain::UserName;
    use rentree_domain::attempts::Locked;
    use rentree_table::Methods;

    use super::super::MethodRow;
    use super::*;
    use crate::account::Lock;

    fn account(methods: &[Method], lock: Option<Lock>) -> AccountView {
        let row = |method: &Method| MethodRow { method: *method, used_at: None, shown: None };
        AccountView {
            methods: methods.iter().map(row).collect(),
            tied_at: None,
            temporary_password_until: None,
            temporary_password_is_over: false,
            lock,
            is_of_pupil_alone: true,
        }
    }

    fn locked() -> Option<Lock> {
        let methods = Methods::of_user_name(UserName::parse("emma.martin1205").unwrap());
        let all = methods.logins().into_iter().map(|login| (login, Locked::Blocked)).collect();
        Lock::of(&methods, &all)
    }

    #[test]
    fn what_was_done_is_told_while_it_holds() {
        let by_name = account(&[Method::UserName], None);
        let by_mediacentre = account(&[Method::Mediacentre], None);
        let blocked = account(&[Method::UserName], locked());
        assert!(blocked.lock.is_some());
        let is_told = |done, account, is_held_up| told(done, "MARTIN Emma", account, is_held_up).is_some();
        for (done, so, not_so) in [
            ("user-name", Some(&by_name), Some(&by_mediacentre)),
            ("unblocked", Some(&by_name), Some(&blocked)),
            ("mediacentre", Some(&by_name), Some(&by_mediacentre)),
            ("untied", None, Some(&by_name)),
            ("tries", None, Some(&by_name)),
        ] {
            assert!(is_told(done, so, false), "{done}");
            assert!(!is_told(done, not_so, false), "{done}, not any more");
        }
        for done in ["user-name", "unblocked", "mediacentre"] {
            assert!(!is_told(done, None, false), "{done}, without an account");
        }
        assert!(!is_told("tries", None, true), "held up again");
        assert!(!is_told("", Some(&by_name), false) && !is_told("<b>", None, false));
        assert_eq!(
            told("untied", "MARTIN Emma", None, false).as_deref(),
            Some("Le compte n’est plus rattaché à MARTIN Emma. Ce compte est conservé.")
        );
    }
}
