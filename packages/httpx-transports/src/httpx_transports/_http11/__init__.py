"""HTTP/1.1 (RFC 9112): heads and bodies by our own patterns, h11 for whatever is not plainly ordinary."""
