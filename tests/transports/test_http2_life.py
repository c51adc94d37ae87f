"""When a silent peer is asked for a sign of life, and when it is dead: to the moment."""

from __future__ import annotations

from httpx_transports._http2.life import SignsOfLife


def test_a_peer_is_asked_when_it_was_silent_for_the_interval_and_not_before() -> None:
    life = SignsOfLife(30.0, 10.0, 1000.0)
    assert 1030.0 == life.due()
    assert not life.must_ask(1029.9)
    assert life.must_ask(1030.0)
    assert not life.is_dead(2000.0)


def test_a_peer_that_was_asked_is_dead_after_the_timeout_and_not_before() -> None:
    life = SignsOfLife(30.0, 10.0, 1000.0)
    life.ask(1035.0)
    assert 1045.0 == life.due()
    assert not life.must_ask(1040.0)
    assert not life.is_dead(1044.9)
    assert life.is_dead(1045.0)


def test_whatever_comes_is_an_answer() -> None:
    life = SignsOfLife(30.0, 10.0, 1000.0)
    life.ask(1035.0)
    life.hear(1040.0)
    assert 1040.0 == life.heard
    assert not life.is_dead(1045.0)
    assert 1070.0 == life.due()


def test_without_an_interval_nobody_is_asked() -> None:
    life = SignsOfLife(None, 10.0, 1000.0)
    assert life.due() is None
    assert not life.must_ask(10_000.0)


def test_a_peer_that_was_asked_all_the_same_is_dead_all_the_same() -> None:
    life = SignsOfLife(None, 10.0, 1000.0)
    life.ask(1000.0)
    assert life.is_dead(1010.0)
