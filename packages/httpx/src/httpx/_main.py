"""Kept for code that imports from `httpx._main`."""

from ._cli import main as main
