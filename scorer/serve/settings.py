"""What a server is told when it starts: where it listens, what it allows, how much it takes on."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: Names under which a program on this machine may ask.
LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Limits:
    """How much one request may ask for, and all of them together.

    :param body_bytes: of one request.
    :param headlines: in one request.
    :param characters: of one article.
    :param seconds: for the body of a request to arrive, for an address to be fetched, and for the scoring, each.
    :param requests: taken on at once.
    :param waiting_headlines: taken on and not begun; `waiting_articles` likewise; `fetches` of addresses at once.
    """

    body_bytes: int = 2 * 1024**2
    headlines: int = 256
    characters: int = 200_000
    seconds: float = 30.0
    requests: int = 256
    waiting_headlines: int = 4096
    waiting_articles: int = 16
    fetches: int = 4


@dataclass(frozen=True)
class Settings:
    """One server.

    :param port: 0 for any that is free.
    :param allow_urls: whether it fetches addresses that it is sent.
    :param allow_hosts: names by which it may be called besides its own.
    :param feedback: where people's own scores go; None keeps that off.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allow_urls: bool = False
    allow_hosts: tuple[str, ...] = ()
    feedback: Path | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def names(self) -> frozenset[str]:
        """The names it answers to, as a `Host` header writes them, in lower case and without a port."""
        return frozenset(as_host(name) for name in (*LOCAL_NAMES, self.host, *self.allow_hosts))


def as_host(name: str) -> str:
    """A host as a URL writes it: in lower case, an IPv6 address in brackets."""
    bare = name.strip().lower().removeprefix("[").removesuffix("]")
    return f"[{bare}]" if ":" in bare else bare


def is_local(address: str) -> bool:
    """Whether only programs on this machine reach an IP address."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
