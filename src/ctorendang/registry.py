"""Every domain of the product, lowest first: one line a domain."""

from ctorendang.domains.accounts import models as accounts
from ctorendang.domains.audit import models as audit
from ctorendang.domains.ctos import models as ctos
from ctorendang.domains.matching import models as matching
from ctorendang.domains.projects import models as projects
from ctorendang.domains.tenants import models as tenants
from ctorendang.infra.jobs import models as jobs

MODELS = (audit, tenants, accounts, ctos, projects, matching, jobs)
