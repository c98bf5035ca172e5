"""What happens after something was done about a project: mails, and files that nobody names any more."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.projects.attachments import drop_unused
from ctorendang.domains.projects.models import Project, ProjectInvitation
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork


async def _send_invitation(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    invitation = await work.session.get(ProjectInvitation, (work.tenant_id, UUID(payload["invitation_id"])))
    if invitation is None:  # withdrawn meanwhile
        return
    project = await work.session.get_one(Project, (work.tenant_id, invitation.project_id))
    if project.status != ProjectStatus.PUBLISHED:
        return
    user = await work.session.get_one(User, (work.tenant_id, invitation.user_id))
    owner = (await names_of(work, [invitation.owner_id]))[invitation.owner_id]
    paths = {"url": f"/projects/{project.id}"}
    about = {"owner": owner, "title": project.title}
    sender = invitation.owner_id
    await mail_if_wanted(work, Notification.PROJECTS, user, "project-invitation", sender, paths=paths, **about)


SUBSCRIPTIONS = (
    Subscription("project.cto_invited", "projects.send_invitation", _send_invitation),
    Subscription("project.attachment_unused", "projects.drop_unused_attachment", drop_unused),
)
