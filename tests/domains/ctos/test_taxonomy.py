"""The skill taxonomy and its import."""

import time
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import pytest

from ctorendang.domains.ctos import taxonomy
from ctorendang.domains.ctos.taxonomy import SkillEntry, TaxonomyUnavailable, import_skills, load, slug_of


@pytest.fixture(scope="module")
def skills() -> list[SkillEntry]:
    return load()


@pytest.fixture
async def owner(settings):
    connection = await asyncpg.connect(settings.database.owner_url)
    yield connection
    await connection.close()


def by_name(skills: list[SkillEntry], name: str) -> SkillEntry:
    (found,) = [skill for skill in skills if skill.name == name]
    return found


def test_esco_is_there_whole_and_ours_beside_it(skills):
    merged = [skill for skill in skills if skill.source == "own" and skill.uri]
    assert len([skill for skill in skills if skill.source == "esco"]) + len(merged) == 13_939
    assert len([skill for skill in skills if skill.source == "own"]) >= 220


def test_no_two_skills_share_an_id_or_a_slug(skills):
    assert len({skill.id for skill in skills}) == len(skills)
    assert len({skill.slug for skill in skills}) == len(skills)
    assert all(skill.slug and skill.slug == slug_of(skill.name) for skill in skills)


def test_every_skill_of_our_own_has_a_broader_one_that_exists(skills):
    by_id = {skill.id: skill for skill in skills}
    for skill in skills:
        if skill.source == "own":
            assert skill.parent_id in by_id, skill.name
            chain = [skill]
            while chain[-1].parent_id:
                chain.append(by_id[chain[-1].parent_id])
                assert len(chain) <= 4, [link.name for link in chain]
            assert chain[-1].source == "esco"


def test_no_synonym_stands_for_two_skills_of_our_own(skills):
    meanings: dict[str, str] = {}
    for skill in skills:
        if skill.source == "own":
            for word in {skill.name.lower(), *(synonym.lower() for synonym in skill.synonyms)}:
                assert meanings.setdefault(word, skill.name) == skill.name, word


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("k8s", "Kubernetes"),
        ("tech debt", "Technical debt reduction"),
        ("SOC2", "SOC 2"),
        ("FinOps", "Cloud cost optimisation"),
    ],
)
def test_people_find_skills_by_the_words_they_use(skills, typed, name):
    assert typed in by_name(skills, name).synonyms


def test_a_skill_that_both_know_is_listed_once_under_our_name(skills):
    python = by_name(skills, "Python")
    assert python.source == "own"
    assert python.uri == "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d"
    assert "Python (computer programming)" in python.synonyms
    assert not [skill for skill in skills if skill.source == "esco" and skill.uri == python.uri]


@pytest.mark.parametrize(
    "name",
    [
        "manage musical staff",
        "supervise correctional procedures",
        "design cloud architecture",
        "DevOps",
        "C++",
        "NoSQL",
        "data extraction, transformation and loading tools",
        "write Ancient Greek",
        "machine learning",
        "define technology strategy",
    ],
)
def test_esco_names_end_where_they_should(skills, name):
    assert by_name(skills, name).source == "esco"


def test_ids_stay_the_same_for_ever(skills):
    assert str(by_name(skills, "Kubernetes").id) == "08497808-8146-5fdf-a2fd-df24f8b423fb"
    cloud = by_name(skills, "design cloud architecture")
    assert cloud.id == uuid5(NAMESPACE_URL, cloud.uri)


@pytest.mark.parametrize(
    ("name", "slug"), [("C++", "cplusplus"), ("C#", "csharp"), ("Next.js", "next-js"), ("é b", "e-b")]
)
def test_slugs_keep_names_apart(name, slug):
    assert slug_of(name) == slug


def test_another_edition_of_esco_is_refused(monkeypatch):
    monkeypatch.setattr(taxonomy, "_ESCO_SHA256", "0" * 64)
    with pytest.raises(TaxonomyUnavailable, match="install the locked version"):
        load()


async def test_importing_again_costs_next_to_nothing(owner, skills):
    await import_skills(owner)
    started = time.perf_counter()
    assert not await import_skills(owner)
    assert time.perf_counter() - started < 0.2
    assert await owner.fetchval("select count(*) from skills") >= len(skills)


async def test_a_new_release_mends_what_differs_and_keeps_ids(owner, monkeypatch):
    await import_skills(owner)
    rust = await owner.fetchval("select id from skills where slug = 'rust'")
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute("update skills set name = 'Rusty', synonyms = '{}' where id = $1", rust)
        monkeypatch.setattr(taxonomy, "_VERSION", 0)
        assert await import_skills(owner)
        row = await owner.fetchrow("select name, synonyms from skills where id = $1", rust)
        assert (row["name"], row["synonyms"]) == ("Rust", ["Rust language"])
    finally:
        await transaction.rollback()


async def test_a_skill_that_yields_its_slug_stays_for_the_profiles_that_name_it(owner, monkeypatch, skills):
    await import_skills(owner)
    rust = await owner.fetchval("select id from skills where slug = 'rust'")
    other = SkillEntry(uuid5(NAMESPACE_URL, "another rust"), "rust", "Rust", "own")
    transaction = owner.transaction()
    await transaction.start()
    try:
        monkeypatch.setattr(taxonomy, "_VERSION", 0)
        monkeypatch.setattr(taxonomy, "load", lambda: [other])
        assert await import_skills(owner)
        assert await owner.fetchval("select id from skills where slug = 'rust'") == other.id
        assert await owner.fetchval("select slug from skills where id = $1", rust) == f"rust-{rust}"
    finally:
        await transaction.rollback()
