"""The connection pool: a pure state machine that decides, and the shell that does."""
