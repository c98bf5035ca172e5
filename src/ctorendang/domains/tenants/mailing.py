"""Mails in a tenant's name and look."""

from collections.abc import Mapping, Sequence
from typing import Any

from ctorendang.domains.tenants.service import TenantService
from ctorendang.infra.gateways.gateways import Attachment, Mail
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.ids import uuid7


async def send_mail(
    work: UnitOfWork,
    template: str,
    to: str,
    name: str,
    *,
    paths: Mapping[str, str],
    attachments: Sequence[Attachment] = (),
    **context: Any,
) -> None:
    """Render a mail template of the tenant's theme and hand the mail over.

    Args:
        work: of a job; should it start again, the receiver knows the repeated mail by its id.
        template: name of a template under ``mail/``.
        to: address.
        name: of the reader.
        paths: template variables that become links to the tenant's site.
        attachments: files that come along.
        context: further template variables.

    Raises:
        OSError: the mail server cannot be reached or refuses for now.
    """
    tenant = await TenantService(work).current()
    home = work.gateways.links.to(tenant)
    mail = work.gateways.themes.mail(
        tenant.theme,
        template,
        {
            "tenant": tenant.view(),
            "settings": tenant.theme_settings,
            "name": name,
            "home": home + "/",
            "path": "/",
            **{variable: home + path for variable, path in paths.items()},
            **context,
        },
    )
    identity = f"{work.message_id or uuid7()}@{tenant.host}"
    await work.gateways.mailer.send(Mail(identity, to, tenant.name, mail.subject, mail.text, mail.html, attachments))
