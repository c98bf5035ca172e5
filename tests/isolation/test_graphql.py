"""Two thousand random operations of one tenant's people, over ids, secrets and words of two: nothing of the other."""

import json
import re
import secrets
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.wiring import create_schema
from tests.domains.calendar.offering import a_meeting
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, ListedCto, Marketplace, Marketplaces, Person, profile, project
from tests.inbox import Inbox
from tests.isolation.matrix import open_session
from tests.isolation.operations import Foreign, Operation, OperationMaker, outside

OPERATIONS = 2_000
# As much of the schema is for each; what refuses the others has little to tell, and visitors most of all.
CALLERS = ("visitor", "client", "client", "cto", "cto", "admin", "admin", "admin")

_CURSORS = """{
    members { edges { cursor } } auditEvents(first: 5) { edges { cursor } } projects { edges { cursor } }
    ctos { edges { cursor node { reviews { edges { cursor } } } } }
}"""


@dataclass
class Side:
    """One of the two tenants: its people, everything of it that has a name, and a word that stands in all its texts."""

    market: Marketplace
    mark: str
    client: Person
    cto: ListedCto
    admin: Person
    bystander: Person
    ids: list[str]
    cursors: list[str]
    secrets: list[str]

    @property
    def people(self) -> list[Person]:
        return [self.client, self.cto.person, self.admin, self.bystander]

    def caller(self, name: str) -> Person | None:
        return {"client": self.client, "cto": self.cto.person, "admin": self.admin}.get(name)


async def populate(market: Marketplace, inbox: Inbox) -> Side:
    mark = f"zq{secrets.token_hex(5)}"
    join = [await market.join(*roles, email=f"{mark}.{roles[0]}{place}@people.example")
            for place, roles in enumerate((("client",), ("admin",), ("client",)))]  # fmt: skip
    client, admin, bystander = join
    for person in join:
        await person.mutate("updateAccount", "... on Viewer { id }" + PROBLEMS, {"name": f"Ada {mark}"})
    cto = await market.listed_cto(headline=f"Scales {mark}", bio=f"{profile()['bio']} {mark}")
    await market.fetch("update ctos set name = $1", f"Cto {mark}")
    review = {"ctoId": str(cto.id), "rating": 5, "body": f"Calm {mark}"}
    await client.mutate("writeReview", "... on Review { id }" + PROBLEMS, review)
    for status in ("draft", "published"):
        draft = project(title=f"Move {mark}", description=f"{project()['description']} {mark}", skills=["Kubernetes"])
        created = await client.mutate("createProject", "... on Project { id }" + PROBLEMS, draft)
        await market.fetch("update projects set status = $1 where id = $2", status, created["id"])
    made = [*await set_up(admin, mark), await shortlist(client, created["id"], str(cto.id))]
    await market.mutate("requestPasswordReset", "... on Done { message }" + PROBLEMS, {"email": bystander.email})
    await market.work_off()
    mailed = [inbox.secret(bystander.email, "/verify"), inbox.secret(bystander.email, "/password/reset")]
    await a_meeting(market, cto.id, client.id, f"Talk {mark}")
    tables = ("calendar_bookings", "ctos", "projects", "reviews")
    found = await market.fetch(" union all ".join(f"select id from {table}" for table in tables))
    ids = [str(row["id"]) for row in found] + [str(market.id), str(bystander.id), *made]
    cursors = re.findall(r'"cursor": ?"([^"]+)"', json.dumps(await admin.graphql(_CURSORS)))
    assert len(cursors) > 8
    return Side(market, mark, client, cto, admin, bystander, ids, cursors, [bystander.refresh_token, *mailed])


async def shortlist(client: Person, project_id: str, cto_id: str) -> str:
    """An engagement that the CTO has been introduced to."""
    value = {"projectId": project_id, "ctoId": cto_id}
    made = await client.mutate("shortlistCto", "... on Engagement { id version }" + PROBLEMS, value)
    seen = {"engagementId": made["id"], "version": made["version"], "message": "We would like to talk to you."}
    await client.mutate("introduceCto", "... on Engagement { id }" + PROBLEMS, seen)
    return made["id"]


async def set_up(admin: Person, mark: str) -> list[str]:
    """What an administrator makes: a connection with a domain, searches, keys and so on; their ids."""
    connection = {"name": f"Staff {mark}", "protocol": "SAML", "provider": "OKTA"}
    connected = await admin.mutate("createSsoConnection", "... on SsoConnection { id }" + PROBLEMS, connection)
    domain = {"connectionId": connected["id"], "domain": f"{mark}.example"}
    key = {"name": f"Reports {mark}", "scopes": ["READ_PROJECTS"], "expiresInDays": 30}
    invited = {"emails": [f"{mark}@invited.example"], "roles": ["CLIENT"]}
    saved = {"name": f"Found {mark}", "filter": {"skills": ["Kubernetes"]}}
    made = [
        await admin.mutate("saveSearch", "... on SavedSearch { id }" + PROBLEMS, saved),
        await admin.mutate("claimEmailDomain", "... on EmailDomain { id }" + PROBLEMS, domain),
        await admin.mutate("createScimDirectory", "... on ScimDirectory { id }" + PROBLEMS, {"name": f"People {mark}"}),
        (await admin.mutate("createApiKey", "... on CreatedApiKey { key { id } }" + PROBLEMS, key))["key"],
    ]
    sent = await admin.mutate("invite", "... on MadeInvitations { invitations { id } }" + PROBLEMS, invited)
    return [connected["id"], *(each["id"] for each in [*made, *sent["invitations"]])]


class Values:
    """What goes into arguments: mostly good values, of this tenant and of the other, and now and then nonsense."""

    def __init__(self, ours: Side, other: Side, choice: Random) -> None:
        self._choice = choice
        self._ours = ours
        twin = {each: str(uuid4()) for each in [*other.ids, *(str(person.id) for person in other.people)]}
        self._ids = [Foreign(value, twin) for value, twin in twin.items()]
        self._secrets = [Foreign(each, secrets.token_urlsafe(32)) for each in other.secrets]
        self._emails = [Foreign(each.email, f"{uuid4().hex}@people.example") for each in other.people]
        self._words = [Foreign(other.mark, f"zq{secrets.token_hex(5)}"), Foreign(other.market.slug, uuid4().hex[:13])]
        self._cursors = other.cursors

    def __call__(self, holder: str, name: str, kind: str) -> Any:
        if kind == "ID":
            foreign = self._choice.random() < 0.5
            return self._choice.choice(self._ids if foreign else [*self._ours.ids, "", "nonsense"])
        if kind == "Int":
            return self._choice.choice([1, 2, 3, 3, 5, 8, 10, 0, -1, 500])
        if kind == "Float":
            return self._choice.choice([0.0, 1.5, 4.0])
        if kind == "Boolean":
            return self._choice.choice([True, False])
        if kind == "DateTime":
            return "2027-01-31T09:00:00+00:00"
        if kind == "Date":
            return "2027-01-31"
        assert kind == "String", f"say what goes into {holder}.{name} of the type {kind}"
        return self._text(holder, name)

    def _text(self, holder: str, name: str) -> Any:
        if name in {"after", "before"}:
            return self._choice.choice([*self._ours.cursors, *self._cursors, "nonsense"])
        if name == "search":
            return self._choice.choice([*self._words, *self._emails, self._ours.mark, "ada", "%", ""])
        if name in {"token", "refreshToken"}:
            return self._choice.choice([*self._secrets, "nonsense"])
        if name == "email":
            # A new account may well have the address that somebody has elsewhere; it would only look like a leak here.
            fresh = f"{self._ours.mark}{uuid4().hex[:8]}@people.example"
            return fresh if holder == "SignUpInput" else self._choice.choice([*self._emails, fresh])
        usual = {"skills": "Kubernetes", "industries": "Fintech & payments", "timeZone": "Europe/Berlin"}
        # Mostly too short: a good one is hashed before anything is looked up, which takes long by design.
        password = self._choice.choice([PASSWORD, "short", "short", "short"])
        passwords = dict.fromkeys(("password", "currentPassword", "newPassword"), password)
        texts = f"A text of {self._ours.mark}, long enough for everything that asks for one of a certain length."
        names = {"CtoSkillInput": "Terraform"}
        return {**usual, **passwords}.get(name) or names.get(holder) or self._choice.choice([texts, texts, ""])


class Fuzz:
    """Sends operations and looks for anything of the other tenant in what comes back."""

    def __init__(self, ours: Side, other: Side) -> None:
        self._ours = ours
        self._telling = [other.mark, other.market.slug, str(other.market.id), *other.ids]
        self._telling += [str(person.id) for person in other.people]
        self._tokens: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.roots: Counter[str] = Counter()
        self.leaks: list[str] = []
        self._told: defaultdict[str, set[str]] = defaultdict(set)

    def caller(self, operation: Operation, choice: Random) -> str:
        """Mostly one whom each root has told something before: who is refused learns little, and leaks little."""
        told = [each for each in CALLERS if all(each in self._told[root] for root in operation.roots)]
        return choice.choice(told if told and choice.random() < 0.6 else CALLERS)

    async def run(self, operation: Operation, caller: str) -> None:
        answer = await self._send(operation, caller, lambda foreign: foreign.value)
        self._count(operation, answer)
        for root in operation.roots if self._ours.mark in answer.text else ():
            self._told[root].add(caller)
        said = [each for each in self._telling if each in answer.text]
        if said:
            self.leaks.append(f"{caller} was told {said} by {operation} -> {answer.text}")
        if operation.foreign:
            self.counts["compared with what does not exist"] += 1
            twin = await self._send(operation, caller, lambda foreign: foreign.twin)
            if outside(answer, operation) != outside(twin, operation):
                self.leaks.append(f"{caller} can tell by {operation}: {answer.text} instead of {twin.text}")

    async def _send(self, operation: Operation, caller: str, of: Any) -> httpx.Response:
        market = self._ours.market
        transport = httpx.ASGITransport(market.marketplaces.site.app)
        token = await self._token(caller)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url=market.origin, headers=headers) as client:
            body = {"query": operation.document, "variables": operation.variables_with(of)}
            answer = await client.post("/graphql", json=body)
        if '"Done"' in answer.text:
            self._tokens.pop(caller, None)  # may have ended the session
        return answer

    async def _token(self, caller: str) -> str | None:
        person = self._ours.caller(caller)
        if person is not None and caller not in self._tokens:
            self._tokens[caller] = (await open_session(person)).access_token
        return self._tokens.get(caller)

    def _count(self, operation: Operation, answer: httpx.Response) -> None:
        site = self._ours.market.marketplaces.site
        self.roots.update(operation.roots)
        self.counts["operations"] += 1
        self.counts[f"status {answer.status_code}"] += 1
        self.counts["show something of one's own tenant"] += self._ours.mark in answer.text
        self.counts["refused by type"] += '"Refusal"' in answer.text
        self.counts["errors"] += '"errors"' in answer.text
        self.counts["connections left behind"] += site.product.units._database.engine.pool.checkedout()
        self.counts["internal errors"] += "internal_error" in answer.text or answer.status_code >= 500


@pytest.fixture(autouse=True)
def attempts_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits would tell the second of two alike operations from the first."""

    async def none_so_far(*_: Any) -> int:
        return 0

    monkeypatch.setattr(AttemptLimiter, "_add", none_so_far)


@pytest.fixture(scope="module")
async def sides(marketplaces: Marketplaces, inbox: Inbox) -> tuple[Side, Side]:
    return await populate(await marketplaces.open(), inbox), await populate(await marketplaces.open(), inbox)


# The executor drops what it has begun beside a field that fails; Python says so when it clears up.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:coroutine .* was never awaited")
async def test_random_operations_see_nothing_of_another_tenant(sides: tuple[Side, Side], record_property):
    choice = Random(11)
    fuzz, schema = Fuzz(*sides), create_schema()._schema
    maker = OperationMaker(schema, choice, Values(*sides, choice))
    started = time.perf_counter()
    for _ in range(OPERATIONS):
        operation = maker.make("query" if choice.random() < 0.72 else "mutation")
        await fuzz.run(operation, fuzz.caller(operation, choice))
    fuzz.counts["seconds"] = round(time.perf_counter() - started)
    for name, count in fuzz.counts.items():
        record_property(name, count)
    print(dict(fuzz.counts), dict(fuzz.roots))  # noqa: T201 - the counts are what a reader of the run wants
    assert fuzz.leaks == []
    assert fuzz.counts["internal errors"] == 0
    assert fuzz.counts["connections left behind"] == 0
    every = {*schema.query_type.fields, *schema.mutation_type.fields}
    assert set(fuzz.roots) == every, "every root was asked"
    assert fuzz.counts["compared with what does not exist"] > OPERATIONS * 0.2
    assert fuzz.counts["show something of one's own tenant"] > OPERATIONS * 0.1


async def test_what_the_other_tenants_people_see_would_be_noticed(sides: tuple[Side, Side]):
    ours, other = sides
    fuzz = Fuzz(other, ours)  # the wrong way round: everything that one sees at home is now a leak
    fuzz._telling = Fuzz(ours, other)._telling
    for document in (
        "{ members { edges { node { id } } } }",
        "{ projects { edges { node { title } } } }",
        "{ ctos { edges { node { reviews { edges { node { body } } } } } } }",
        "{ tenant { slug } }",
        "{ me { email } }",
    ):
        before = len(fuzz.leaks)
        await fuzz.run(Operation(document, {}, ()), "admin")
        assert len(fuzz.leaks) == before + 1, document


async def test_an_answer_that_differs_for_what_exists_would_be_noticed(sides: tuple[Side, Side]):
    ours, _ = sides
    fuzz = Fuzz(*sides)
    exists = Foreign(str(ours.cto.id), str(uuid4()))
    await fuzz.run(Operation("query($id: ID!) { cto(id: $id) { name } }", {"id": exists}, ("cto",)), "admin")
    assert len(fuzz.leaks) == 1


async def test_the_other_tenants_secrets_were_good_all_along(sides: tuple[Side, Side]):
    """What the operations presented in vain was worth something at home."""
    _, other = sides
    refresh_token, verify_token, reset_token = other.secrets
    done = "... on Done { message }" + PROBLEMS
    verified = await other.bystander.mutate("verifyEmail", done, {"token": verify_token})
    assert verified["__typename"] == "Done"
    tokens = {"refreshToken": refresh_token}
    assert (await other.market.mutate("refreshToken", "__typename " + REFUSALS, tokens))["__typename"] == "Tokens"
    value = {"token": reset_token, "password": PASSWORD}
    assert (await other.market.mutate("resetPassword", done, value))["__typename"] == "Done"
