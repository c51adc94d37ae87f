"""HTTP/2 (RFC 9113): a pure session over h2, and the shell that reads and writes for it.

| module | holds |
| --- | --- |
| `fields` | the fields of a request and of a response, written and checked |
| `compression` | fields as bytes: hpack's coders, made flat |
| `streams` | what is known of one stream |
| `frames` | the cut of the incoming bytes into frames, and what is checked before h2 sees them |
| `inbound` | DATA as it comes, and the windows for it, without h2 |
| `heads` | what the header blocks of a response say, without h2 |
| `failures` | the ways in which a stream or the connection fails, in words |
| `life` | when a peer is asked for a sign of life, and when it is dead |
| `start` | h2's set-up and our settings |
| `session` | all streams, over h2: no socket, no clock, no lock |
| `turns` | who reads and who writes, when many tasks or threads share a connection |
| `body` | the two bodies: what is still to be sent, what is still to be received |
| `sending` | a request's body: how much of it goes out, and when |
| `connection` | `HTTP2Connection`, which the pool knows |

h2 is imported by `start` and `session` only, and they by `connection`: neither is loaded before the first
HTTP/2 connection is made.
"""
