"""HTTP/2 (RFC 9113): a pure session over h2, and the shell that reads and writes for it."""
