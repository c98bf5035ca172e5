"""Opening an account, as a page and in GraphQL."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.factories import PASSWORD, PROBLEMS, TOKENS, Marketplace, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

ACCOUNT = {"name": "Ada Person", "email": "ada@client.example", "password": PASSWORD}


async def people(market: Marketplace) -> int:
    return (await market.fetch("select count(*) from users"))[0][0]


async def test_a_visitor_signs_up_on_the_page_and_is_signed_in(market, client):
    answer = await submit(client, "/signup", "/signup", ACCOUNT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects/new")
    assert (await client.get("/account")).text.count("ada@client.example") > 0
    (user,) = await market.fetch("select name, email, roles, status, email_verified_at from users")
    assert tuple(user) == ("Ada Person", "ada@client.example", ["client"], "active", None)


async def test_after_signing_up_one_goes_where_one_wanted_to_go(client):
    answer = await submit(client, "/signup?next=/ctos", "/signup", {**ACCOUNT, "next": "/ctos?search=rust"})
    assert answer.headers["location"] == "/ctos?search=rust"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "\t//evil.example"])
async def test_signing_up_never_leads_to_another_site(client, elsewhere):
    answer = await submit(client, "/signup", "/signup", {**ACCOUNT, "next": elsewhere})
    assert answer.headers["location"] == "/projects/new"


async def test_a_program_signs_up_and_gets_tokens(market):
    tokens = await market.mutate("signUp", TOKENS + PROBLEMS, {**ACCOUNT, "role": "CTO"})
    assert tokens["expiresIn"] == 900
    me = await market.graphql("{ me { email roles emailVerified } }", tokens["accessToken"])
    assert me["data"]["me"] == {"email": "ada@client.example", "roles": ["CTO"], "emailVerified": False}


async def test_an_address_is_one_account_however_it_is_spelled(market):
    await market.mutate("signUp", TOKENS, {**ACCOUNT, "email": "Ada@Client.example"})
    again = await market.mutate("signUp", PROBLEMS, {**ACCOUNT, "email": " ADA@client.EXAMPLE "})
    assert again["code"] == "email_not_available"
    assert await people(market) == 1


async def test_a_second_account_is_refused_on_the_page_and_its_owner_is_told_by_mail(market, client, inbox: Inbox):
    person = await market.join("client")
    answer = await submit(client, "/signup", "/signup", {**ACCOUNT, "email": person.email})
    assert answer.status_code == 409
    assert "cannot be used for a new account" in answer.text
    assert PASSWORD not in answer.text
    assert "session" not in client.cookies
    await market.work_off()
    told = [text_of(mail) for mail in inbox.of(person.email) if "/password/forgot" in text_of(mail)]
    assert len(told) == 1
    assert await people(market) == 1


async def test_the_same_address_is_another_person_on_another_tenant(market, other_market):
    for each in (market, other_market):
        tokens = await each.mutate("signUp", TOKENS + PROBLEMS, ACCOUNT)
        assert tokens["__typename"] == "Tokens"
    assert (await people(market), await people(other_market)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Ada\nPerson"}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "x" * 250 + "@a.example"}, "email"),
        ({"password": "too short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"role": "ADMIN"}, "role"),
        ({"role": "PLATFORM_ADMIN"}, "role"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(market, change, field):
    refused = await market.mutate("signUp", PROBLEMS, {**ACCOUNT, **change})
    assert refused["__typename"] == "InvalidInput"
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await people(market) == 0


async def test_a_refused_form_keeps_what_was_typed_but_never_the_password(client):
    answer = await submit(
        client, "/signup", "/signup", {"name": "Ada Person", "email": "ada", "password": "tooshortpw"}
    )
    assert answer.status_code == 422
    assert 'value="Ada Person"' in answer.text
    assert "Use an address like" in answer.text
    assert "tooshortpw" not in answer.text


async def test_two_who_open_the_same_account_at_once_get_one(market):
    answers = await asyncio.gather(*(market.mutate("signUp", TOKENS + PROBLEMS, ACCOUNT) for _ in range(2)))
    assert sorted(each["__typename"] for each in answers) == ["Refusal", "Tokens"]
    assert await people(market) == 1


async def test_an_address_is_confirmed_by_the_button_behind_the_mailed_link(market, client, inbox: Inbox):
    person = await market.join("client")
    await market.work_off()
    secret = inbox.secret(person.email, "/verify")
    await sign_in(client, person)
    # Mail scanners follow links: opening it is not enough.
    page = await client.get(f"/verify?token={secret}")
    assert page.status_code == 200
    assert not (await person.query("{ me { emailVerified } }"))["me"]["emailVerified"]
    answer = await client.post("/verify", data={"_csrf": form_token(page.text), "token": secret})
    assert answer.status_code == 200
    assert (await person.query("{ me { emailVerified } }"))["me"]["emailVerified"]
    again = await person.mutate("verifyEmail", "... on Done { message }" + PROBLEMS, {"token": secret})
    assert again["code"] == "token_not_accepted"


async def test_who_reads_the_mail_confirms_no_account_that_somebody_else_has_opened(market, client, inbox: Inbox):
    """Its password would stay the stranger's, under an address that single sign-on and directories then believe."""
    stranger, reader = await market.join("client"), await market.join("client")
    await market.work_off()
    secret = inbox.secret(stranger.email, "/verify")
    page = await client.get(f"/verify?token={secret}")
    assert f'href="/login?next=/verify%3Ftoken%3D{secret}"' in page.text
    sent = await submit(client, "/login", "/verify", {"token": secret})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/verify?token={secret}")
    await sign_in(client, reader)
    refused = await submit(client, f"/verify?token={secret}", "/verify", {"token": secret})
    assert refused.status_code == 403
    assert "This link is for another account" in refused.text
    assert not (await stranger.query("{ me { emailVerified } }"))["me"]["emailVerified"]
    # It is not used up, either.
    assert (await stranger.mutate("verifyEmail", "... on Done { message }", {"token": secret}))["__typename"] == "Done"


async def test_a_mailed_link_leads_to_the_tenants_own_host_and_says_nothing_of_the_platform(market, inbox: Inbox):
    person = await market.join("client")
    await market.work_off()
    (mail,) = inbox.of(person.email)
    link = next(word for word in text_of(mail).split() if "/verify?token=" in word)
    assert urlsplit(link).hostname == market.host
    assert len(parse_qs(urlsplit(link).query)["token"][0]) == 43
    assert "ctorendang" not in mail.as_string().lower()


async def test_a_confirmation_sent_again_makes_the_earlier_one_worthless(market, inbox: Inbox):
    person = await market.join("client")
    await market.work_off()
    earlier = inbox.secret(person.email, "/verify")
    await person.mutate("sendVerification", "... on Done { message }")
    await market.work_off()
    later = inbox.secret(person.email, "/verify")
    assert later != earlier
    verify = "... on Done { message }" + PROBLEMS
    assert (await person.mutate("verifyEmail", verify, {"token": earlier}))["__typename"] == "Refusal"
    assert (await person.mutate("verifyEmail", verify, {"token": later}))["__typename"] == "Done"


async def test_a_name_full_of_markup_is_shown_as_text_in_the_mail(market, inbox: Inbox):
    email = "markup@client.example"
    await market.mutate("signUp", TOKENS, {**ACCOUNT, "name": "<script>alert(1)</script>", "email": email})
    await market.work_off()
    (mail,) = inbox.of(email)
    html = mail.get_body(["html"]).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
