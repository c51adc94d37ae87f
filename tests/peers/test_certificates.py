"""TLS at real servers: the certificate of a client, asked for; a server's of an unknown authority."""

from __future__ import annotations

import re
import ssl

import pytest
from tests.peers.catalogue import MATERIALS
from tests.peers.contract import pattern
from tests.peers.exchanging import Place, at, outcome
from tests.support.colours import Colour

import httpx

SAID = re.compile(
    r"certificate|alert|unknown ca|closed|reset|ended|without sending a response", re.I
)


@at("mtls")
async def test_a_client_with_a_certificate_is_served(colour: Colour, place: Place) -> None:
    context = MATERIALS.authority.client_context(client_certificate="client.test")
    async with place.client(colour, verify=context) as client:
        for _ in range(2):
            assert pattern(10) == (await client.get(f"{place.url}/bytes/10")).content


@at("mtls")
@pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
async def test_a_client_without_the_right_certificate_gets_a_refusal_that_says_so(
    colour: Colour, place: Place, whose: str
) -> None:
    context = MATERIALS.authority.client_context()
    if whose == "a stranger's":
        MATERIALS.stranger.certificate("client.test").configure_cert(context)
    async with place.client(colour, verify=context) as client:
        refusal = await outcome(client.get(f"{place.url}/bytes/10"))
    if isinstance(refusal, httpx.Response):
        assert 400 == refusal.status_code
    else:
        # With TLS 1.3 the server's alert comes after our side of the handshake is done; some send none.
        assert SAID.search(str(refusal))


@at("https", "h2")
async def test_a_server_of_an_unknown_authority_is_not_spoken_to(
    colour: Colour, place: Place
) -> None:
    context = MATERIALS.stranger.client_context()
    async with place.client(colour, verify=context) as client:
        with pytest.raises(httpx.ConnectError, match="unable to get local issuer certificate"):
            await client.get(f"{place.url}/bytes/10")


@at("https")
@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"]
)
async def test_both_versions_of_tls_are_spoken(
    colour: Colour, place: Place, version: ssl.TLSVersion
) -> None:
    context = MATERIALS.authority.client_context()
    context.minimum_version = context.maximum_version = version
    async with place.client(colour, verify=context) as client:
        response = await client.get(f"{place.url}/bytes/100000")
        assert pattern(100_000) == response.content
