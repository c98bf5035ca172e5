"""Every domain of the product, lowest first: one line a domain."""

from ctorendang.domains.accounts import domain as accounts
from ctorendang.domains.audit import domain as audit
from ctorendang.domains.calendar import domain as calendar
from ctorendang.domains.console import domain as console
from ctorendang.domains.ctos import domain as ctos
from ctorendang.domains.dashboards import domain as dashboards
from ctorendang.domains.engagements import domain as engagements
from ctorendang.domains.matching import domain as matching
from ctorendang.domains.projects import domain as projects
from ctorendang.domains.scim import domain as scim
from ctorendang.domains.search import domain as search
from ctorendang.domains.sso import domain as sso
from ctorendang.domains.tenants import domain as tenants

DOMAINS = (
    audit.DOMAIN,
    tenants.DOMAIN,
    accounts.DOMAIN,
    sso.DOMAIN,
    scim.DOMAIN,
    ctos.DOMAIN,
    calendar.DOMAIN,
    projects.DOMAIN,
    search.DOMAIN,
    matching.DOMAIN,
    engagements.DOMAIN,
    dashboards.DOMAIN,
    console.DOMAIN,
)
