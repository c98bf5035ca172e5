"""What the audit domain offers."""

from ctorendang.domains.audit.graphql import AuditQueries
from ctorendang.domains.audit.pages import AuditPages
from ctorendang.domains.audit.permissions import AuditPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="audit",
    permissions=AuditPermission,
    controllers=(AuditPages,),
    queries=(AuditQueries,),
)
