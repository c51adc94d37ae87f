"""OpenTelemetry's instrumentation wraps the transports, of one client or of all."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import httpx


@pytest.fixture
def spans() -> Any:
    return InMemorySpanExporter()


@pytest.fixture
def provider(spans: Any) -> Any:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return provider


async def test_each_request_of_any_client_is_a_span(
    colour: Any, server: Any, spans: Any, provider: Any
) -> None:
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        async with colour.client() as client:
            await client.get(server.url + "/status/404")
    finally:
        instrumentor.uninstrument()
    (span,) = spans.get_finished_spans()
    assert "GET" == span.name
    assert 404 == span.attributes["http.status_code"]
    assert span.attributes["http.url"] == server.url + "/status/404"
    assert f"{span.context.trace_id:032x}" in server.last.header("traceparent")


async def test_one_client_can_be_instrumented_and_left_again(
    colour: Any, server: Any, spans: Any, provider: Any
) -> None:
    async with colour.client(mounts={"all://unused.test": None}) as client:
        HTTPXClientInstrumentor.instrument_client(client.inner, tracer_provider=provider)
        await client.get(server.url + "/bytes/1")
        HTTPXClientInstrumentor.uninstrument_client(client.inner)
        await client.get(server.url + "/bytes/2")
    assert 1 == len(spans.get_finished_spans())
    assert [True, False] == ["traceparent" in dict(r.headers) for r in server.requests]


async def test_a_failed_request_is_a_span_with_the_error(
    colour: Any, spans: Any, provider: Any
) -> None:
    async with colour.client() as client:
        HTTPXClientInstrumentor.instrument_client(client.inner, tracer_provider=provider)
        with pytest.raises(httpx.ConnectError):
            await client.get("http://127.0.0.1:9/")
    (span,) = spans.get_finished_spans()
    assert "ERROR" == span.status.status_code.name
