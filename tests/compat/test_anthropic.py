"""anthropic's clients are subclasses of httpx's, with retries, streaming and timeouts on top."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from tests.support.messages import ReceivedRequest, Reply

MESSAGE = {
    "id": "m1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


def answer(request: ReceivedRequest) -> Reply:
    if not json.loads(request.body).get("stream"):
        return Reply.json(MESSAGE)

    def events() -> Iterator[bytes]:
        def event(kind: str, **fields: Any) -> bytes:
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

        yield event("message_start", message={**MESSAGE, "content": [], "stop_reason": None})
        yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        for text in ("Hel", "lo!"):
            delta = {"type": "text_delta", "text": text}
            yield event("content_block_delta", index=0, delta=delta)
        yield event("content_block_stop", index=0)
        yield event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": 2},
        )
        yield event("message_stop")

    return Reply(200, events(), [("Content-Type", "text/event-stream")])


REQUEST: Any = {
    "model": "m",
    "max_tokens": 10,
    "messages": [{"role": "user", "content": "Say hello"}],
}


@pytest.fixture
def options(server: Any) -> dict[str, Any]:
    server.add("/v1/messages", answer)
    return {"api_key": "k", "base_url": server.url, "max_retries": 0}


def test_a_message(server: Any, options: dict[str, Any]) -> None:
    with anthropic.Anthropic(**options) as client:
        message: Any = client.messages.create(**REQUEST)
    assert "Hello!" == message.content[0].text
    assert "k" == server.last.header("x-api-key")


def test_a_streamed_message(options: dict[str, Any]) -> None:
    with anthropic.Anthropic(**options) as client, client.messages.stream(**REQUEST) as stream:
        assert ["Hel", "lo!"] == list(stream.text_stream)


def test_async_messages_whole_and_streamed(options: dict[str, Any]) -> None:
    async def main() -> None:
        async with anthropic.AsyncAnthropic(**options) as client:
            message: Any = await client.messages.create(**REQUEST)
            assert "Hello!" == message.content[0].text
            async with client.messages.stream(**REQUEST) as stream:
                assert ["Hel", "lo!"] == [text async for text in stream.text_stream]

    asyncio.run(main())


def test_an_error_status_and_a_lost_connection_are_errors_of_theirs(
    server: Any, options: dict[str, Any]
) -> None:
    server.add("/v1/messages", lambda request: Reply.json({"error": {"type": "x"}}, 400))
    with anthropic.Anthropic(**options) as client, pytest.raises(anthropic.BadRequestError):
        client.messages.create(**REQUEST)
    options["base_url"] = "http://127.0.0.1:9"
    with anthropic.Anthropic(**options) as client, pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**REQUEST)
