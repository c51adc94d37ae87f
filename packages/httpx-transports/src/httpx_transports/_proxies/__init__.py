"""Proxies: the handshakes of CONNECT and SOCKS5 as pure machines, and the runner that speaks them."""
