"""What the index holds of a CTO."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from ctorendang.domains.ctos.languages import LANGUAGES
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.search.time_zones import longitude, offset

ALIAS = "ctos"
"""What searches ask; it stands for the collection in use."""

COLLECTIONS = f"{ALIAS}.*"

_FIELDS: list[dict[str, Any]] = [
    {"name": "tenant_id", "type": "string"},
    {"name": "name", "type": "string", "sort": True},
    {"name": "headline", "type": "string"},
    {"name": "bio", "type": "string"},
    {"name": "skills", "type": "string[]", "facet": True},
    {"name": "skill_keys", "type": "int64[]"},
    {"name": "industries", "type": "string[]", "facet": True},
    {"name": "industry_keys", "type": "int64[]"},
    {"name": "stages", "type": "string[]", "facet": True},
    {"name": "stage_keys", "type": "int64[]"},
    {"name": "languages", "type": "string[]", "facet": True},
    {"name": "language_keys", "type": "int64[]"},
    {"name": "time_zone", "type": "string", "facet": True},
    {"name": "offset", "type": "int32"},
    {"name": "place", "type": "geopoint"},
    {"name": "hourly_rate", "type": "int32"},
    {"name": "availability", "type": "int32"},
    {"name": "years_experience", "type": "int32"},
    {"name": "rating", "type": "float"},
    {"name": "review_count", "type": "int32"},
    {"name": "serial", "type": "int64"},
]
_SCHEMA = {
    # What it is not told of, it drops, which joins the words around it. C, C++ and C# stay apart.
    "token_separators": list("-/&,.;:!?()[]{}<>|=*~_@%\"'"),
    "symbols_to_index": ["+", "#"],
    "fields": _FIELDS,
}
# The time in a UUID of version 7 and what follows it, without the sign bit of a 64-bit number.
_SERIAL_SHIFT = 65


def schema_name(synonyms: Sequence[Sequence[str]]) -> str:
    """How collections of this schema and these synonyms begin: another version of the product begins others."""
    digest = hashlib.sha256(msgspec.json.encode([_SCHEMA, synonyms])).hexdigest()
    return f"{ALIAS}_{digest[:12]}"


def schema(name: str) -> dict[str, Any]:
    """What a collection of this name is made from."""
    return {"name": name, **_SCHEMA}


def document(cto: Cto, skills: Sequence[tuple[str, str]], at: datetime) -> dict[str, Any]:
    """A profile as it is found.

    Args:
        cto: a listed one.
        skills: name and slug of each, strongest first.
        at: when its time zone is looked at; clocks change, and this is brought up to date every day.
    """
    ahead = offset(cto.time_zone, at)
    languages = [LANGUAGES[each["name"]] for each in cto.languages if each["name"] in LANGUAGES]
    body = {
        "id": str(cto.id),
        "tenant_id": str(cto.tenant_id),
        "name": cto.name,
        "headline": cto.headline,
        "bio": cto.bio,
        "skills": [name for name, _ in skills],
        "skill_keys": [key_of(slug) for _, slug in skills],
        "industries": list(cto.industries),
        "industry_keys": [key_of(industry) for industry in cto.industries],
        "stages": list(cto.stages),
        "stage_keys": [key_of(stage) for stage in cto.stages],
        "languages": languages,
        "language_keys": [key_of(language) for language in languages],
        "time_zone": cto.time_zone,
        "offset": ahead,
        "place": [0.0, longitude(ahead)],
        "hourly_rate": cto.hourly_rate,
        "availability": cto.availability,
        "years_experience": cto.years_experience,
        "rating": 0.0 if cto.rating is None else float(cto.rating),
        "review_count": cto.review_count,
        "serial": serial(cto.id),
    }
    return {**body, "checksum": hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:32]}


def serial(cto_id: UUID) -> int:
    """A number that orders as ids do, which is as profiles were begun."""
    return cto_id.int >> _SERIAL_SHIFT


@lru_cache(maxsize=10_000)
def key_of(value: str) -> int:
    """A number for a value that is filtered by: comparing numbers took a third of the time of comparing words."""
    return int.from_bytes(hashlib.sha256(value.encode()).digest()[:8]) >> 1


def digest_of(checksums: dict[str, str]) -> str:
    """One checksum for a whole set of documents, by id."""
    return hashlib.sha256(msgspec.json.encode(sorted(checksums.items()))).hexdigest()[:16]
