"""Servers on this machine for the demo to talk to. They are for looking at, not for use."""
