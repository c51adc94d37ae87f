"""openai's clients are subclasses of httpx's, with retries, streaming and timeouts on top."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from tests.support.messages import ReceivedRequest, Reply

import httpx

COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello!"},
        }
    ],
}


def complete(request: ReceivedRequest) -> Reply:
    if not json.loads(request.body).get("stream"):
        return Reply.json(COMPLETION)

    def events() -> Iterator[bytes]:
        for text in ("Hel", "lo", "!"):
            choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
            chunk = {**COMPLETION, "object": "chat.completion.chunk", "choices": [choice]}
            yield f"data: {json.dumps(chunk)}\n\n".encode()
        yield b"data: [DONE]\n\n"

    return Reply(200, events(), [("Content-Type", "text/event-stream")])


MESSAGES: Any = [{"role": "user", "content": "Say hello"}]


@pytest.fixture
def options(server: Any) -> dict[str, Any]:
    server.add("/v1/chat/completions", complete)
    return {"api_key": "k", "base_url": server.url + "/v1", "max_retries": 1}


def test_a_completion(server: Any, options: dict[str, Any]) -> None:
    with openai.OpenAI(**options) as client:
        answer = client.chat.completions.create(model="m", messages=MESSAGES)
    assert "Hello!" == answer.choices[0].message.content
    assert "Bearer k" == server.last.header("authorization")


def test_a_streamed_completion(options: dict[str, Any]) -> None:
    with openai.OpenAI(**options) as client:
        stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        assert ["Hel", "lo", "!"] == [chunk.choices[0].delta.content for chunk in stream]


def test_async_completions_whole_and_streamed(options: dict[str, Any]) -> None:
    async def main() -> None:
        async with openai.AsyncOpenAI(**options) as client:
            answer = await client.chat.completions.create(model="m", messages=MESSAGES)
            assert "Hello!" == answer.choices[0].message.content
            stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            parts = [chunk.choices[0].delta.content async for chunk in stream]
            assert ["Hel", "lo", "!"] == parts

    asyncio.run(main())


def test_a_failed_request_is_retried_and_a_refused_one_is_an_error_of_theirs(
    server: Any, options: dict[str, Any]
) -> None:
    replies = [Reply(503, headers=[("Retry-After-Ms", "1")]), Reply.json(COMPLETION), Reply(401)]
    server.add("/v1/chat/completions", lambda request: replies.pop(0))
    with openai.OpenAI(**options) as client:
        assert client.chat.completions.create(model="m", messages=MESSAGES).id == "c1"
        with pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(model="m", messages=MESSAGES)
    assert 3 == len(server.requests)


def test_a_timeout_is_theirs_and_the_default_one_is_recognised(
    server: Any, options: dict[str, Any]
) -> None:
    with openai.OpenAI(**{**options, "max_retries": 0}) as client:
        assert 600 == client.timeout.read  # their default, not ours of 5 seconds
        with pytest.raises(openai.APITimeoutError):
            client.with_options(timeout=0.05).get("/../hold", cast_to=httpx.Response)
    with openai.OpenAI(**options, http_client=httpx.Client()) as client:
        assert openai.DEFAULT_TIMEOUT == client.timeout


def test_a_file_is_uploaded(server: Any, options: dict[str, Any]) -> None:
    server.add(
        "/v1/files",
        lambda request: Reply.json(
            {
                "id": "f1",
                "object": "file",
                "bytes": len(request.body),
                "created_at": 1,
                "filename": "a.jsonl",
                "purpose": "batch",
                "status": "processed",
            }
        ),
    )
    with openai.OpenAI(**options) as client:
        client.files.create(file=("a.jsonl", b'{"a": 1}\n'), purpose="batch")
    assert b'filename="a.jsonl"' in server.last.body
    assert b'{"a": 1}\n' in server.last.body
