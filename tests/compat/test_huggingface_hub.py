"""huggingface-hub downloads files by its own client factory, with HEAD, redirects and resumption."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError
from tests.support.http_server import pattern
from tests.support.messages import ReceivedRequest, Reply

FILE = pattern(300_000)
COMMIT = "a" * 40


def serve(request: ReceivedRequest) -> Reply:
    headers = [
        ("ETag", f'"{hashlib.sha256(FILE).hexdigest()}"'),
        ("X-Repo-Commit", COMMIT),
        ("Content-Length", str(len(FILE))),
    ]
    return Reply(200, b"" if request.method == "HEAD" else FILE, headers)


@pytest.fixture
def endpoint(server: Any) -> str:
    server.add("/o/r/resolve/main/model.bin", serve)
    server.add(f"/o/r/resolve/{COMMIT}/model.bin", serve)
    return server.url


def test_a_file_is_downloaded_once_and_then_cached(
    server: Any, endpoint: str, tmp_path: Path
) -> None:
    for _ in range(2):
        path = hf_hub_download("o/r", "model.bin", endpoint=endpoint, cache_dir=tmp_path)
        assert FILE == Path(path).read_bytes()
    assert 1 == len([request for request in server.requests if request.method == "GET"])


def test_a_file_that_is_not_there_is_an_error_of_theirs(
    server: Any, endpoint: str, tmp_path: Path
) -> None:
    server.add(
        "/o/r/resolve/main/none.bin",
        lambda request: Reply(404, headers=[("X-Error-Code", "EntryNotFound")]),
    )
    with pytest.raises(EntryNotFoundError):
        hf_hub_download("o/r", "none.bin", endpoint=endpoint, cache_dir=tmp_path)


def test_the_api_lists_what_json_says(server: Any, endpoint: str) -> None:
    server.add(
        "/api/models/o/r",
        lambda request: Reply.json({"id": "o/r", "modelId": "o/r", "tags": ["x"], "downloads": 3}),
    )
    info = HfApi(endpoint=endpoint, token="t").model_info("o/r")
    assert ("o/r", 3) == (info.id, info.downloads)
    assert "Bearer t" == server.last.header("authorization")
