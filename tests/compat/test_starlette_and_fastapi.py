"""TestClient is a subclass of httpx.Client with a transport of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import fastapi
import pytest
from fastapi.testclient import TestClient as FastAPITestClient
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

import httpx


async def echo(request: Request) -> JSONResponse:
    said: dict[str, Any] = {
        "method": request.method,
        "query": dict(request.query_params),
        "cookies": request.cookies,
        "agent": request.headers["user-agent"],
    }
    if "form" not in request.headers.get("content-type", ""):
        return JSONResponse({**said, "body": (await request.body()).decode()})
    async with request.form() as form:
        fields = {
            key: value
            if isinstance(value, str)
            else [value.filename, (await value.read()).decode()]
            for key, value in form.items()
        }
    return JSONResponse({**said, "form": fields})


async def login(request: Request) -> RedirectResponse:
    response = RedirectResponse("/echo", status_code=303)
    response.set_cookie("session", "s1")
    return response


async def chunks(request: Request) -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d\n" % number

    return StreamingResponse(body(), background=BackgroundTask(request.app.state.done.append, 1))


async def broken(request: Request) -> None:
    raise ValueError("broken on purpose")


async def websocket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("you said: " + await socket.receive_text())
    await socket.close()


def starlette_app() -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        app.state.done = []
        yield {"started": True}
        app.state.done.append("stopped")

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/echo", echo, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/login", login, methods=["POST"]),
            Route("/chunks", chunks),
            Route("/broken", broken),
            WebSocketRoute("/ws", websocket),
        ],
    )


def test_the_test_client_follows_redirects_and_keeps_cookies() -> None:
    with TestClient(starlette_app()) as client:
        response = client.post("/login", data={"user": "u"})
        assert 200 == response.status_code
        assert {"session": "s1"} == response.json()["cookies"]
        assert ["http://testserver/login"] == [str(r.url) for r in response.history]
        assert {"session": "s1"} == dict(client.cookies)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"params": {"a": "1"}}, {"query": {"a": "1"}}),
        ({"json": {"a": 1}}, {"body": '{"a":1}'}),
        ({"data": {"a": "1"}}, {"form": {"a": "1"}}),
        ({"content": b"raw"}, {"body": "raw"}),
        ({"files": {"f": ("a.txt", b"abc")}}, {"form": {"f": ["a.txt", "abc"]}}),
        ({"cookies": {"c": "1"}}, {"cookies": {"c": "1"}}),
    ],
)
@pytest.mark.filterwarnings("ignore:Setting per-request cookies:DeprecationWarning")
def test_the_test_client_sends(kwargs: dict[str, Any], expected: dict[str, Any]) -> None:
    with TestClient(starlette_app()) as client:
        answer = client.post("/echo", **kwargs).json()
        assert expected == {key: answer[key] for key in expected}
        assert "testclient" == answer["agent"]


def test_a_streamed_answer_and_the_lifespan() -> None:
    app = starlette_app()
    with TestClient(app) as client:
        with client.stream("GET", "/chunks") as response:
            assert ["0", "1", "2"] == list(response.iter_lines())
        assert [1] == app.state.done
    assert [1, "stopped"] == app.state.done


def test_an_exception_of_the_app_reaches_the_caller_or_becomes_a_500() -> None:
    with TestClient(starlette_app()) as client, pytest.raises(ValueError, match="on purpose"):
        client.get("/broken")
    with TestClient(starlette_app(), raise_server_exceptions=False) as client:
        assert 500 == client.get("/broken").status_code


def test_a_websocket_session() -> None:
    with TestClient(starlette_app()) as client, client.websocket_connect("/ws") as session:
        session.send_text("hello")
        assert "you said: hello" == session.receive_text()


def test_a_fastapi_app_validates_what_the_client_sends() -> None:
    app = fastapi.FastAPI()

    @app.put("/items/{item_id}")
    def put_item(item_id: int, q: str | None = None) -> dict[str, Any]:
        return {"item_id": item_id, "q": q}

    client = FastAPITestClient(app, base_url="http://api.test/", headers={"X-Token": "t"})
    assert {"item_id": 3, "q": "x"} == client.put("/items/3", params={"q": "x"}).json()
    assert 422 == client.put("/items/three").status_code
    assert "/items/{item_id}" in client.get("/openapi.json").json()["paths"]


def test_an_app_behind_asgi_transport_and_an_async_client(async_colour: Any) -> None:
    async def main() -> None:
        app = fastapi.FastAPI()

        @app.get("/")
        async def home() -> dict[str, str]:
            return {"hello": "world"}

        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert {"hello": "world"} == (await client.get("/")).json()

    async_colour.run(main)
