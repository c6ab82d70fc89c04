//! Links as if they had been mailed.

use jiff::Timestamp;
use rentree_domain::{ActivationId, InvitationId, LinkToken, PersonName, Uai};
use rentree_table::{ActivationRequest, AuditAction, AuditEntry, Invitation, Invited, Link, Purpose, Role};

use super::people::{Person, an_email};
use super::product;

/// An invitation to be a member that nobody mails, and the path of its link.
pub(crate) async fn an_invitation(
    administrator: &Person,
    uai: Uai,
    at: Timestamp,
) -> anyhow::Result<(InvitationId, String)> {
    an_invitation_to_be(Role::Member, administrator, uai, at).await
}

/// The same for a role.
pub(crate) async fn an_invitation_to_be(
    role: Role,
    administrator: &Person,
    uai: Uai,
    at: Timestamp,
) -> anyhow::Result<(InvitationId, String)> {
    let id = InvitationId::new(at, rentree_runtime::random());
    let entry = AuditEntry::new(at, rentree_runtime::random(), administrator.id, "Test", AuditAction::Invited);
    let invitation = Invitation::new(an_email(), role, (Some(administrator.id), "Test"), at);
    let told = product().table.create_invitations(uai, &[(id, invitation, entry)]).await?;
    anyhow::ensure!(told == Invited::Made, "{told:?}");
    let token = LinkToken::new(rentree_runtime::random());
    let link = Link::new(Purpose::Invitation { uai, id }, at);
    anyhow::ensure!(product().table.link_invitation(uai, id, (token.secret(), &link)).await?, "no invitation");
    Ok((id, format!("/invitation/{}", token.text())))
}

/// The path of a link to the space of `uai`.
pub(crate) async fn an_activation(uai: Uai, at: Timestamp) -> anyhow::Result<String> {
    let (id, token) = (ActivationId::new(at, rentree_runtime::random()), LinkToken::new(rentree_runtime::random()));
    let request = ActivationRequest::new(PersonName::parse("Anne")?, PersonName::parse("Hérouville")?, at);
    let link = Link::new(Purpose::Activation { uai, id }, at);
    let made = product().table.create_activation(uai, id, &request, (token.secret(), &link)).await?;
    anyhow::ensure!(made, "no activation");
    Ok(format!("/activation/{}", token.text()))
}
