"""A page from a file, from standard input or from the web; text or HTML, told apart by what it holds."""

import codecs
import ipaddress
import queue
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from scorer.errors import InputError
from scorer.files import encoding_by_mark
from scorer.page import Page, read_page

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_REDIRECTS: Final = 5
_CHUNK: Final = 64 * 1024
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"
_PASTE: Final = "open it in a browser and paste the text"

#: What a file that is no text begins with.
_MAGIC: Final = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"RIFF", "a media file"),
    (b"\x7fELF", "a program"),
)
#: Encodings of text a page may name; others that Python knows are no encodings of pages.
_KNOWN: Final = re.compile(
    r"(?:utf|iso8859|cp|gb|big5|shift|euc|koi8|mac|ascii|latin|tis|hz|ptcp|johab)", re.IGNORECASE
)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class _Answer:
    """What came from a server: the bytes and the encoding its header names."""

    body: bytes
    charset: str | None


def open_page(source: str, *, allow_private: bool = False, headline_apart: bool = False, timeout: float = 15.0) -> Page:
    """Read a page and take it apart.

    :param source: a path, an http or https address, or `-` for standard input.
    :param allow_private: fetch from private and loopback addresses too.
    :param headline_apart: see `page.read_page`.
    :param timeout: seconds for the whole fetch of an address, redirects included.
    :raises InputError: there is no such page, it cannot be read as text, or it holds none.
    """
    if source == "-":
        name, charset, data = "standard input", None, _standard_input()
    elif re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE):
        answer = fetch(source, allow_private=allow_private, timeout=timeout)
        name, charset, data = source, answer.charset, answer.body
    else:
        name, charset, data = source, None, _file(source)
    text = decode(data, name, charset)
    if not any(map(str.isalnum, text)):
        raise InputError(f"{name}: there is no text in it.")
    from scorer.markup import looks_like_html, read_html

    if looks_like_html(text):
        return read_html(text, name, headline_apart)
    return read_page(text, headline_apart)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed; pass a file or an address, or pipe the page in.")
    return _read(sys.stdin.buffer, "standard input")


def _file(source: str) -> bytes:
    if not source.strip():
        raise InputError("the page has an empty name; pass a file, an address, or - for standard input.")
    shown = source if len(source) <= 80 else f"{source[:77]}..."
    try:
        with Path(source).open("rb") as stream:
            return _read(stream, shown)
    except IsADirectoryError as error:
        raise InputError(f"{shown}: is a folder; pass one page at a time.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "; an address begins with https://" if re.match(r"(?:www\.|[\w-]+\.\w{2,}/)", source) else ""
        if "\n" in source or len(source) > 200:
            hint = "; to score a text, pipe it in and pass -"
        raise InputError(f"{shown.strip().splitlines()[0]}: {reason}{hint}.") from error


def _read(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name}: is larger than {MAX_BYTES // 1024**2} MB, which is no page; pass one page at a time."
        )
    return data


def decode(data: bytes, name: str, charset: str | None = None) -> str:
    """The text of a page: by its byte order mark, the server's word, its own <meta>, UTF-8, or Windows-1252.

    :raises InputError: it is empty or no text.
    """
    if not data.strip():
        raise InputError(f"{name}: is empty.")
    if encoding := encoding_by_mark(data[:4]):
        return data.decode(encoding, "replace")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"{name}: is {kind}, not text or HTML; copy its text and paste it.")
    controls = len(_CONTROL.findall(data[:_CHUNK]))
    declared = [charset, *(match[1].decode("ascii", "replace") for match in _META.finditer(data[:4096]))]
    wide = any(label and label.lower().startswith(("utf-16", "utf-32")) for label in declared[:1])
    if controls > 0.02 * len(data[:_CHUNK]) and not wide:
        raise InputError(f"{name}: is a binary file, not text or HTML.")
    for label in declared:
        text = _try_decode(data, label) if label else None
        if text is not None:
            return text
    return _guess(data)


def _try_decode(data: bytes, label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
        if not _KNOWN.match(name):
            return None
        # on the web these names mean Windows-1252 (WHATWG encoding standard)
        return data.decode("cp1252" if name in ("iso8859-1", "ascii") else name)
    except (LookupError, UnicodeError):
        return None


def _guess(data: bytes) -> str:
    """UTF-8, with a few bad bytes forgiven where the rest shows that it is; else Windows-1252."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if bad and bad * 4 > sum(character > "\x7f" for character in text) - bad:
        return data.decode("cp1252", "replace")
    return text


def fetch(url: str, *, allow_private: bool = False, timeout: float = 15.0) -> _Answer:
    """Fetch an address: all of it within `timeout` seconds, at most 10 MB and 5 redirects.

    :raises InputError: it is not public, cannot be reached, or answers with an error or something else than a page.
    """
    answers: queue.Queue[_Answer | BaseException] = queue.Queue(1)

    def work() -> None:
        try:
            answers.put(_follow(url, allow_private, time.monotonic() + timeout))
        except BaseException as error:  # handed to the caller, who raises it
            answers.put(error)

    # a thread of its own, because looking up a name cannot be interrupted
    threading.Thread(target=work, daemon=True).start()
    try:
        found = answers.get(timeout=timeout + 0.5)
    except queue.Empty:
        raise InputError(f"{url}: gave no answer within {timeout:g} seconds.") from None
    if isinstance(found, BaseException):
        raise found
    return found


def _follow(url: str, allow_private: bool, deadline: float) -> _Answer:
    here = url
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(here, allow_private, deadline)
        if isinstance(answer, _Answer):
            return answer
        try:
            here = urljoin(here, answer)
        except ValueError as error:
            raise InputError(f"{here}: redirects to {answer!r}, which is no address: {error}.") from error
    raise InputError(f"{url}: redirects more than {MAX_REDIRECTS} times; {_PASTE}.")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise InputError(f"{url}: is no address: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise InputError(f"{url}: only http and https addresses are fetched; pass a file by its path.")
    if not parts.hostname:
        raise InputError(f"{url}: names no host.")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"{url}: carries a user name, which is not sent; {_PASTE}.")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also inside an IPv6 address that stands for an IPv4 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
        if found.ipv4_mapped:
            return True
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _resolve(url: str, parts: SplitResult, allow_private: bool) -> tuple[str, str, int]:
    """The host's name as sent, one checked address of it, and the port."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{url}: there is no host {parts.hostname!r}; check the address.") from error
    addresses = [str(item[4][0]) for item in found]
    private = [address for address in addresses if not is_public(address)]
    if private and not allow_private:
        raise InputError(
            f"{url}: {parts.hostname} is the private address {private[0]}, which is fetched only if allowed."
        )
    return host or "", addresses[0], port


def _ask(url: str, allow_private: bool, deadline: float) -> _Answer | str:
    """One request to the address that was checked; returns the answer, or where it redirects to."""
    import urllib3

    parts = _split(url)
    host, address, port = _resolve(url, parts, allow_private)
    bracketed = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    headers = {
        "Host": bracketed if port == default else f"{bracketed}:{port}",
        "User-Agent": "headline-scorer",
        "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9",
        "Accept-Encoding": "gzip, deflate",
    }
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    pool: HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(address, port, server_hostname=host, assert_hostname=host)
    else:
        pool = urllib3.HTTPConnectionPool(address, port)
    try:
        response = pool.urlopen(
            "GET",
            path,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(total=max(0.01, deadline - time.monotonic())),
        )
        try:
            return _receive(url, response, deadline)
        finally:
            response.close()
    except urllib3.exceptions.NewConnectionError as error:
        raise InputError(f"{url}: cannot be reached: {_reason(error)}.") from error
    except urllib3.exceptions.TimeoutError as error:
        raise InputError(f"{url}: gave no answer in time.") from error
    except urllib3.exceptions.SSLError as error:
        raise InputError(f"{url}: its certificate cannot be trusted; {_PASTE}.") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise InputError(f"{url}: cannot be fetched: {_reason(error)}.") from error
    finally:
        pool.close()


def _reason(error: BaseException) -> str:
    """The innermost reason of a failed request, in the words of the system."""
    text = str(error.args[-1] if error.args else error)
    return "the connection was refused" if "refused" in text else text.splitlines()[0][:120] or type(error).__name__


def _receive(url: str, response: "BaseHTTPResponse", deadline: float) -> _Answer | str:
    status = response.status
    location = response.headers.get("Location")
    if status in (301, 302, 303, 307, 308) and location:
        return location
    if status in (401, 402, 403, 451):
        raise InputError(f"{url}: the site does not give out the page ({status} {response.reason}); {_PASTE}.")
    if status != 200:
        raise InputError(f"{url}: the site answered {status} {response.reason}; check the address or {_PASTE}.")
    kind, _, rest = response.headers.get("Content-Type", "text/html").partition(";")
    kind = kind.strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"):
        raise InputError(f"{url}: is {kind or 'of an unnamed type'}, not a page of text.")
    charset = re.search(r"charset\s*=\s*[\"']?([\w:.-]+)", rest, re.IGNORECASE)
    return _Answer(_body(url, response, deadline), charset[1] if charset else None)


def _body(url: str, response: "BaseHTTPResponse", deadline: float) -> bytes:
    too_large = InputError(f"{url}: is larger than {MAX_BYTES // 1024**2} MB, which is no page.")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise too_large
    chunks, size = [], 0
    for chunk in response.stream(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise too_large
        if time.monotonic() > deadline:
            raise InputError(f"{url}: was not complete in time.")
    return b"".join(chunks)
