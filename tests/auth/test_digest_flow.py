"""When DigestAuth answers, what it remembers for which origin, and when it gives up."""

from __future__ import annotations

import copy
import pickle
import re
import threading
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

import pytest
from tests.auth.flows import DRIVERS, NAMES, Driver, drive_async, drive_sync, script

from httpx_auth import DigestAuth
from httpx_core import (
    ByteStream,
    ProtocolError,
    RemoteProtocolError,
    Request,
    RequestNotRead,
    Response,
    StreamConsumed,
)

both_colours = pytest.mark.parametrize("drive", DRIVERS, ids=NAMES)

Headers = list[tuple[str, str]]


def challenge(nonce: str = "n1", **more: str) -> Headers:
    fields = {"realm": '"r"', "nonce": f'"{nonce}"', "qop": '"auth"', **more}
    return [("WWW-Authenticate", "Digest " + ", ".join(f"{k}={v}" for k, v in fields.items()))]


def get(url: str = "https://example.org/") -> Request:
    return Request("GET", url)


def marks(sent: list[Request]) -> list[str | None]:
    """Of each request: the nonce and its count, None without an answer."""
    found = []
    for request in sent:
        header = request.headers.get("authorization")
        if header is None:
            found.append(None)
        else:
            nonce, count = re.search(r'nonce="(.*?)"', header), re.search(r"nc=(\w+)", header)
            found.append(f"{nonce[1] if nonce else '?'}:{int(count[1], 16) if count else '-'}")
    return found


@both_colours
@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, []),
        (200, challenge()),
        (403, challenge()),
        (407, challenge()),
        (401, []),
        (401, [("WWW-Authenticate", 'Basic realm="r"')]),
        (401, [("WWW-Authenticate", "Digest")]),
        (401, [("Proxy-Authenticate", challenge()[0][1])]),
        (401, challenge(algorithm="MD4")),
        (401, challenge(algorithm="MD5-sess-sess")),
        (401, challenge(algorithm='""')),
        (401, challenge(qop='"auth-conf"')),
        (401, challenge(qop='""')),
    ],
)
def test_what_asks_for_no_answer_of_ours_is_the_last_response(
    drive: Driver, status: int, headers: Headers
) -> None:
    sent, response = drive(DigestAuth("u", "p"), get(), script((status, headers)))
    assert [None] == marks(sent)
    assert status == response.status_code


@both_colours
@pytest.mark.parametrize(
    "value",
    [
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", qop="auth,au',
        'Digest realm="r", nonce="n", qop=',
        'Digest realm="r" nonce="n"',
        "Digest \u00e9",
    ],
)
def test_a_malformed_challenge_is_the_servers_fault(drive: Driver, value: str) -> None:
    request = get("https://user:s3cret@example.org/")
    header: Any = [(b"WWW-Authenticate", value.encode())]
    response = Response(401, headers=header, request=request)
    with pytest.raises(
        RemoteProtocolError, match=r"^Malformed Digest .* from example\.org: "
    ) as caught:
        drive(DigestAuth("u", "s3cret"), request, script(response))
    assert isinstance(caught.value, ProtocolError)
    assert caught.value.request is request
    assert "s3cret" not in str(caught.value)


@both_colours
def test_a_broken_challenge_beside_a_good_one_does_not_matter(drive: Driver) -> None:
    headers = [("WWW-Authenticate", 'Digest realm="r"'), *challenge("n2")]
    sent, _ = drive(DigestAuth("u", "p"), get(), script((401, headers), (200, [])))
    assert [None, "n2:1"] == marks(sent)


@both_colours
@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["MD5", "SHA-256"], "SHA-256"),
        (["SHA-256", "MD5"], "SHA-256"),
        (["MD5", "SHA", "SHA-256", "SHA-512-256", "SHA-512"], "SHA-512"),
        (["SHA-512-256", "SHA-256"], "SHA-512-256"),
        (["SHA", "MD5-sess"], "SHA"),
        (["MD5", "MD5-sess"], "MD5"),
        (["SHA-1024", "MD5"], "MD5"),
    ],
)
@pytest.mark.parametrize("in_one_field", [True, False])
def test_the_strongest_challenge_is_answered(
    drive: Driver, offered: list[str], chosen: str, in_one_field: bool
) -> None:
    values = [challenge(name, algorithm=name)[0][1] for name in offered]
    values = [", ".join(['Basic realm="x"', *values])] if in_one_field else ["Basic", *values]
    headers = [("WWW-Authenticate", value) for value in values]
    sent, _ = drive(DigestAuth("u", "p"), get(), script((401, headers), (200, [])))
    assert f"algorithm={chosen}," in sent[1].headers["authorization"]
    assert f"{chosen}:1" == marks(sent)[1]


@both_colours
def test_a_nonce_is_used_again_with_its_next_count(drive: Driver) -> None:
    auth = DigestAuth("u", "p")
    first, _ = drive(auth, get(), script((401, challenge()), (200, [])))
    second, _ = drive(auth, get("https://example.org/other?x"), script((200, [])))
    third, _ = drive(auth, get(), script((200, [])))
    assert [None, "n1:1", "n1:2", "n1:3"] == marks([*first, *second, *third])
    assert 'uri="/other?x"' in second[0].headers["authorization"]


@both_colours
def test_a_new_nonce_is_counted_from_one_and_the_same_one_goes_on(drive: Driver) -> None:
    auth = DigestAuth("u", "p")
    drive(auth, get(), script((401, challenge("n1")), (200, [])))
    changed, _ = drive(auth, get(), script((401, challenge("n2")), (200, [])))
    repeated, _ = drive(auth, get(), script((401, challenge("n2")), (200, [])))
    assert ["n1:2", "n2:1"] == marks(changed)
    assert ["n2:2", "n2:3"] == marks(repeated)


@both_colours
def test_an_answer_that_is_refused_is_not_given_again(drive: Driver) -> None:
    sent, response = drive(
        DigestAuth("u", "p"), get(), script((401, challenge("n1")), (401, challenge("n2")))
    )
    assert [None, "n1:1"] == marks(sent)
    assert 401 == response.status_code


@both_colours
def test_a_stale_nonce_is_replaced_once(drive: Driver) -> None:
    stale = [(401, challenge(f"n{number}", stale="TRUE")) for number in range(2, 5)]
    sent, response = drive(DigestAuth("u", "p"), get(), script((401, challenge("n1")), *stale))
    assert [None, "n1:1", "n2:1"] == marks(sent)
    assert 401 == response.status_code


@both_colours
def test_a_server_may_name_the_next_nonce(drive: Driver) -> None:
    auth = DigestAuth("u", "p")
    info = [("Authentication-Info", 'nextnonce="n9", qop=auth')]
    drive(auth, get(), script((401, challenge("n1")), (200, info)))
    sent, _ = drive(auth, get(), script((200, [])))
    assert ["n9:1"] == marks(sent)


@both_colours
@pytest.mark.parametrize("info", ['="r", nonce="m"', "", ",", 'nextnonce=""', '"', "\xff"])
def test_a_broken_authentication_info_names_no_nonce(drive: Driver, info: str) -> None:
    auth = DigestAuth("u", "p")
    fields = [("Authentication-Info", info.encode("latin-1"))]
    drive(auth, get(), script((401, challenge("n1")), (200, fields)))
    sent, _ = drive(auth, get(), script((200, [])))
    assert ["n1:2"] == marks(sent)


@both_colours
@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/",
        "http://example.org/",
        "https://example.org:444/",
        "https://www.example.org/",
    ],
)
def test_what_one_origin_said_is_not_used_for_another(drive: Driver, other: str) -> None:
    auth = DigestAuth("u", "p")
    drive(auth, get(), script((401, challenge("n1")), (200, [])))
    sent, _ = drive(auth, get(other), script((401, challenge("n1")), (200, [])))
    assert [None, "n1:1"] == marks(sent)
    again, _ = drive(auth, get(), script((200, [])))
    assert ["n1:2"] == marks(again)


@both_colours
def test_the_challenge_of_another_origin_after_a_redirect_is_not_answered(drive: Driver) -> None:
    auth = DigestAuth("u", "p")
    elsewhere = Response(401, headers=challenge("evil"), request=get("https://evil.example/"))
    sent, response = drive(auth, get(), script(elsewhere))
    assert [None] == marks(sent)
    assert response is elsewhere
    sent, _ = drive(auth, get(), script((200, [])))
    assert [None] == marks(sent)


@both_colours
def test_after_a_redirect_of_one_origin_the_challenged_request_is_answered(drive: Driver) -> None:
    redirected = get("https://example.org/private")
    challenged = Response(401, headers=challenge(), request=redirected)
    sent, _ = drive(DigestAuth("u", "p"), get(), script(challenged, (200, [])))
    assert [None, "n1:1"] == marks(sent)
    assert redirected.url == sent[1].url
    assert 'uri="/private"' in sent[1].headers["authorization"]


@both_colours
def test_a_response_without_a_request_belongs_to_the_one_that_was_sent(drive: Driver) -> None:
    sent, _ = drive(
        DigestAuth("u", "p"), get(), script(Response(401, headers=challenge()), Response(200))
    )
    assert [None, "n1:1"] == marks(sent)


@both_colours
@pytest.mark.parametrize(
    ("given", "values", "carried"),
    [
        (None, ["s=1"], "s=1"),
        ("a=b", ["s=1; Path=/"], "a=b; s=1"),
        ("s=0; a=b", ["s=1"], "a=b; s=1"),
        (None, ["s=1; Domain=evil.example"], None),
        (None, ["s=1; Path=/other"], None),
        ("a=b", [], "a=b"),
    ],
)
def test_cookies_of_the_challenge_go_with_the_answer(
    drive: Driver, given: str | None, values: list[str], carried: str | None
) -> None:
    request = get()
    if given is not None:
        request.headers["Cookie"] = given
    headers = challenge() + [("Set-Cookie", value) for value in values]
    sent, _ = drive(DigestAuth("u", "p"), request, script((401, headers), (200, [])))
    assert [given, carried] == [request.headers.get("cookie") for request in sent]


@both_colours
def test_an_answer_takes_the_place_of_an_authorization_that_was_there(drive: Driver) -> None:
    request = Request("GET", "https://example.org/", headers={"authorization": "Bearer x"})
    sent, _ = drive(DigestAuth("u", "p"), request, script((401, challenge()), (200, [])))
    assert "n1:1" == marks(sent)[1]
    assert 1 == len(sent[1].headers.get_list("authorization"))


def pieces() -> Generator[bytes, None, None]:
    yield b"the "
    yield b"body"


async def async_pieces() -> AsyncIterator[bytes]:
    for piece in pieces():
        yield piece


BODIES: list[tuple[Driver, Callable[[], Any]]] = [
    (drive_sync, pieces),
    (drive_async, async_pieces),
]


@pytest.mark.parametrize(("drive", "body"), BODIES, ids=NAMES)
def test_the_whole_body_is_read_for_auth_int_only(drive: Driver, body: Callable[[], Any]) -> None:
    auth = DigestAuth("u", "p")
    request = Request("POST", "https://example.org/", content=body())
    sent, _ = drive(auth, request, script((401, challenge(qop="auth-int")), (200, [])))
    assert "qop=auth-int" in sent[1].headers["authorization"]
    assert b"the body" == request.content
    early = Request("POST", "https://example.org/", content=body())
    sent, _ = drive(auth, early, script((200, [])))
    assert b"the body" == early.content
    other = Request("POST", "https://example.com/", content=body())
    drive(auth, other, script((401, challenge(qop='"auth-int, auth"')), (200, [])))
    with pytest.raises(RequestNotRead):
        _ = other.content


def test_a_body_that_is_gone_cannot_be_hashed() -> None:
    request = Request("POST", "https://example.org/", content=pieces())

    def send(request: Request) -> Response:
        list(request.stream)  # type: ignore[call-overload]  # what a transport does
        return Response(401, headers=challenge(qop="auth-int"), request=request)

    with pytest.raises(StreamConsumed):
        drive_sync(DigestAuth("u", "p"), request, send)


@both_colours
def test_a_session_keeps_its_first_cnonce_and_others_take_new_ones(drive: Driver) -> None:
    for algorithm, kinds in (("MD5-sess", 1), ("MD5", 3)):
        auth = DigestAuth("u", "p")
        headers = challenge(algorithm=algorithm)
        sent, _ = drive(auth, get(), script((401, headers), (200, [])))
        for _ in range(2):
            sent += drive(auth, get(), script((200, [])))[0]
        cnonces = {
            found[1]
            for request in sent
            if (found := re.search('cnonce="(.*?)"', request.headers.get("authorization", "")))
        }
        assert kinds == len(cnonces)


@both_colours
def test_a_subclass_may_build_on_the_flow(drive: Driver) -> None:
    class Tagged(DigestAuth):
        def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
            request.headers["X-Tag"] = "1"
            yield from super().auth_flow(request)

    sent, _ = drive(Tagged("u", "p"), get(), script((401, challenge()), (200, [])))
    assert ["1", "1"] == [request.headers["x-tag"] for request in sent]


def test_threads_share_the_counts() -> None:
    auth = DigestAuth("u", "p")
    drive_sync(auth, get(), script((401, challenge()), (200, [])))
    start = threading.Barrier(8)
    found: list[str | None] = []

    def work() -> None:
        start.wait()
        for _ in range(50):
            sent, _ = drive_sync(auth, get(), script((200, [])))
            found.extend(marks(sent))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"n1:{count}" for count in range(2, 402)} == set(found)
    assert 400 == len(found)


def test_only_so_many_origins_are_remembered() -> None:
    auth = DigestAuth("u", "p")
    for number in range(300):
        url = f"https://h{number}.example/"
        drive_sync(auth, get(url), script((401, challenge()), (200, [])))
    first, _ = drive_sync(auth, get("https://h0.example/"), script((200, [])))
    last, _ = drive_sync(auth, get("https://h299.example/"), script((200, [])))
    assert [None, "n1:2"] == marks([*first, *last])


def test_copies_know_the_credentials_and_begin_anew() -> None:
    auth = DigestAuth("u", "p")
    drive_sync(auth, get(), script((401, challenge()), (200, [])))
    for twin in (copy.deepcopy(auth), pickle.loads(pickle.dumps(auth))):
        sent, _ = drive_sync(twin, get(), script((401, challenge()), (200, [])))
        assert [None, "n1:1"] == marks(sent)


def test_nothing_shows_the_password() -> None:
    assert "s3cret" not in repr(DigestAuth("user", "s3cret"))
    with pytest.raises(TypeError, match="password must be str or bytes"):
        DigestAuth("user", None)  # type: ignore[arg-type]  # what it refuses


@both_colours
def test_a_subclass_may_ask_for_the_bodies_of_responses(drive: Driver) -> None:
    class Curious(DigestAuth):
        requires_response_body = True

        def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
            response = yield request
            texts.append(response.text)

    texts: list[str] = []
    response = Response(200, stream=ByteStream(b"hello"), request=get())
    drive(Curious("jo", "secret"), get(), script(response))
    assert ["hello"] == texts
