//! People without mails: an account and a place in a school's team, through the doors that links lead to. For the demo
//! school and for tests.

use anyhow::Context;
use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::{ActivationId, EmailAddress, InvitationId, Password, PersonName, Uai, UserId, terms};
use rentree_http::NewSession;
use rentree_table::{
    ActivationRequest, AsPupil, AuditAction, AuditEntry, By, Invitation, Joining, Link, Methods, Purpose, Role, Table,
    Terms, User, Who,
};

/// An account of `first_name` `last_name`, who has accepted the terms of use.
pub async fn an_account(
    first_name: &str,
    last_name: &str,
    email: &str,
    password: &str,
    now: Timestamp,
) -> anyhow::Result<User> {
    Ok(User {
        first_name: PersonName::parse(first_name)?,
        last_name: PersonName::parse(last_name)?,
        methods: Methods::of_email(EmailAddress::parse(email)?),
        email_confirmed: true,
        password_hash: Some(rentree_identity::hash(Password::typed(password)).await?),
        password_to_change: None,
        birth_date: None,
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: Some(Terms { version: terms::VERSION, at: now }),
        created_at: now,
    })
}

/// Begins the account of `user`, with no place in any team.
pub async fn begin(table: &Table, user: &User, now: Timestamp) -> anyhow::Result<UserId> {
    let (id, secret) = (UserId::new(now, rentree_runtime::random()), rentree_runtime::random());
    table.create_link(&secret, &Link::new(Purpose::SignUp { email: address(user)? }, now)).await?;
    let session = NewSession::new(id, user.holder(), user.epoch, &HeaderMap::new(), now);
    table.create_user(&secret, (id, user), session.stored(), now).await?;
    Ok(id)
}

/// Gives `user` a place in the team of `uai`: their account begins unless it is there. The school must be.
pub async fn enrol(table: &Table, uai: Uai, role: Role, user: &User, now: Timestamp) -> anyhow::Result<UserId> {
    let known = table.user_of_email(&address(user)?).await?;
    let id = known.as_ref().map_or_else(|| UserId::new(now, rentree_runtime::random()), |(id, _)| *id);
    if table.member(uai, id).await?.is_some_and(|member| member.role == role) {
        return Ok(id);
    }
    let secret: [u8; 32] = rentree_runtime::random();
    let entry = |action| AuditEntry::new(now, rentree_runtime::random(), id, user.full_name(), action);
    let by = match role {
        Role::Administrator => {
            let request = ActivationId::new(now, rentree_runtime::random());
            let link = Link::new(Purpose::Activation { uai, id: request }, now);
            let asked = ActivationRequest::new(user.first_name.clone(), user.last_name.clone(), now);
            table.create_activation(uai, request, &asked, (&secret, &link)).await?;
            By::Activation(request)
        }
        Role::Member => {
            let invitation = InvitationId::new(now, rentree_runtime::random());
            let invited = Invitation::new(address(user)?, Role::Member, (None, user.full_name()), now);
            table.create_invitations(uai, &[(invitation, invited, entry(AuditAction::Invited))]).await?;
            let link = Link::new(Purpose::Invitation { uai, id: invitation }, now);
            table.link_invitation(uai, invitation, (&secret, &link)).await?;
            By::Invitation(invitation, Role::Member)
        }
    };
    let who = match &known {
        Some((_, account)) => Who::Known { id, epoch: account.epoch },
        None => Who::Newcomer { id, user },
    };
    let action = match role {
        Role::Administrator => AuditAction::SpaceActivated,
        Role::Member => AuditAction::InvitationAccepted,
    };
    let name = user.full_name();
    let entry = entry(action);
    let joining = Joining {
        uai,
        secret: &secret,
        by,
        who,
        name: &name,
        session: None,
        replaces: None,
        as_pupil: AsPupil::Not,
        entry: &entry,
        now,
    };
    table.join(&joining).await.with_context(|| format!("joining {uai}"))?;
    Ok(id)
}

/// Links are mailed: who enters by one has an address.
fn address(user: &User) -> anyhow::Result<EmailAddress> {
    user.methods.email.clone().context("an account without an address")
}
