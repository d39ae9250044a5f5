"""Who counts as one neighbour: an IPv4 address, or the /64 network that an IPv6 customer is given as a whole."""

from __future__ import annotations

import ipaddress

IPV6_PREFIX = 64
UNKNOWN = "unknown"
"""Everything that is no address: a proxy may pass on any text, and all of it counts as one."""
HERE = "here"
"""This machine itself: a developer, or a proxy that `TRUSTED_PROXIES` does not count. Nobody can be told apart."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def neighbourhood(text: str | None) -> str:
    """Return the name under which the budget of an address is kept."""
    address = parsed(text)
    if address is None:
        return UNKNOWN if text else HERE  # a unix socket has no address
    if address.is_loopback:
        return HERE
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def parsed(text: str | None) -> Address | None:
    """Return an address as it is written by web servers and proxies, with or without a port; None if it is none."""
    written = (text or "").strip()[:64]
    if written.startswith("["):  # [2001:db8::1]:443
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:  # 192.0.2.1:443
        written = written.partition(":")[0]
    try:
        address = ipaddress.ip_address(written.partition("%")[0])  # fe80::1%eth0
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
