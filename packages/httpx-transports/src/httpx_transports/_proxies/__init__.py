"""Proxies: how a connection to a proxy becomes a tunnel to a server, by CONNECT or by SOCKS5.

Pure handshakes, one file each, and one runner, `negotiate`. Nothing here opens a connection, does
TLS, or knows the pool.
"""
