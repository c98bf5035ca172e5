"""Addresses that are made to be expensive."""


async def test_a_page_repeats_no_more_of_its_address_than_its_own_form_could_send(client):
    ordinary = await client.get("/ctos?skills=Kubernetes")
    crowded = await client.get("/ctos?" + "&".join(f"skills=x{number}" for number in range(1_000)))
    assert crowded.status_code == 200
    assert len(crowded.content) < 10 * len(ordinary.content)


async def test_an_address_beyond_reason_is_refused(client):
    assert (await client.get("/ctos?search=" + "x" * 20_000)).status_code == 414
