"""A server under load: 32 callers on this machine, first one headline a request, then 32, then articles between.

`python tests/bench/serve.py --seconds 60`; prints requests and headlines a second, the share of what the runtime does
alone in the same run, p50, p95, p99, errors, and the memory of the server.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from scorer import Scorer

CALLERS = 32
WORDS = (
    ("Fury as", "Outrage after", "Council says", "You will not believe how", "Residents ask why", "Panic as"),
    ("village", "harbour board", "school choir", "bakery chain", "ferry company", "city museum"),
    ("scraps", "sells", "quietly drops", "praises", "slams", "will review"),
    (
        "the night bus after 40 years",
        "its only bridge",
        "a £3m plan for the pier",
        "all paper tickets",
        "the old bells",
    ),
)
ARTICLE = (
    "The board voted on Thursday to end the service after a season with eleven passengers a night. "
    '"This is a shameful betrayal," said Mikkel Dahl, who runs the bakery. A bus is to replace it in spring. '
)


def texts() -> list[str]:
    """Distinct headlines, of many lengths."""
    return [" ".join(parts) for parts in product(*WORDS)]


@dataclass
class Load:
    """What a load measured: seconds of each answer, and those that were not 200 or not whole."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def requests(path: str, size: int) -> Iterator[bytes]:
    """Whole requests, as they go over the wire, without end."""
    pool, place = texts(), 0
    while True:
        batch = [pool[(place + number) % len(pool)] for number in range(size)]
        place += size
        article = {"text": f"{batch[0]}\n\n{ARTICLE * 8}"}
        value = article if path.endswith("articles") else {"text": batch[0]} if size == 1 else {"texts": batch}
        body = json.dumps(value).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        )
        yield head.encode() + b"\r\n\r\n" + body


async def caller(port: int, source: Iterator[bytes], until: float, load: Load) -> None:
    """One caller with one connection: ask, wait for the whole answer, ask again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.monotonic() < until:
            begun = time.perf_counter()
            writer.write(next(source))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            load.seconds.append(time.perf_counter() - begun)
            if not head.startswith(b"HTTP/1.1 200") or body[-1:] != b"}":
                load.errors.append(head.split(b"\r\n")[0].decode())
    except (OSError, asyncio.IncompleteReadError) as error:
        load.errors.append(repr(error))
    finally:
        writer.close()


async def press(port: int, path: str, size: int, seconds: float, callers: int = CALLERS) -> Load:
    """Load the server for some seconds."""
    load, source, until = Load(), requests(path, size), time.monotonic() + seconds
    await asyncio.gather(*(caller(port, source, until, load) for _ in range(callers)))
    return load


async def mixed(port: int, seconds: float) -> tuple[Load, Load]:
    """28 callers with single headlines beside four with articles."""
    headlines = press(port, "/v1/headlines", 1, seconds, CALLERS - 4)
    return await asyncio.gather(headlines, press(port, "/v1/articles", 1, seconds, 4))


def alone(scorer: Scorer, seconds: float) -> float:
    """Headlines a second of the scorer itself, in one call over many."""
    pool = texts()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        scorer.headlines(pool)
        count += len(pool)
    return count / (time.perf_counter() - begun)


def memory(process: int) -> float:
    """Megabytes a process holds."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else float("nan")


def show(name: str, load: Load, seconds: float, size: int, whole: float, process: int) -> None:
    """One line of results."""
    rate = len(load.seconds) / seconds
    sys.stdout.write(
        f"{name:24} {rate:7.1f} requests/s {rate * size:7.0f} texts/s {100 * rate * size / whole:4.0f}% of {whole:.0f}"
        f"   p50 {load.quantile(0.5):.0f} p95 {load.quantile(0.95):.0f} p99 {load.quantile(0.99):.0f} ms"
        f"   {len(load.errors)} errors {sorted(set(load.errors))[:3]}   {memory(process):.0f} MB\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Start a server, load it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--model", help="bundle; the shipped one by default")
    parser.add_argument("--articles", action="store_true", help="articles beside headlines too")
    options = parser.parse_args()
    scorer = Scorer.load(options.model, threads=os.cpu_count())
    share = min(10, options.seconds)
    alone(scorer, 2)
    command = [shutil.which("scorer", path=str(Path(sys.executable).parent)) or "scorer", "serve", "--port", "0"]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen([*command, *(("--model", options.model) if options.model else ())], stderr=log)
        try:
            port = started(log, server)
            for name, size in (("one headline a request", 1), ("32 headlines a request", 32)):
                asyncio.run(press(port, "/v1/headlines", size, 2))
                before = alone(scorer, share)
                load = asyncio.run(press(port, "/v1/headlines", size, options.seconds))
                # the better of two, because a machine with other work on it slows either
                whole = max(before, alone(scorer, share))
                show(name, load, options.seconds, size, whole, server.pid)
            if options.articles:
                for name, load in zip(
                    ("headlines", "articles"), asyncio.run(mixed(port, options.seconds)), strict=True
                ):
                    show(f"mixed: {name}", load, options.seconds, 1, whole, server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def started(log: "tempfile._TemporaryFileWrapper[str]", server: "subprocess.Popen[bytes]") -> int:
    """The port of a server that has started."""
    for _ in range(1200):
        log.seek(0)
        if found := re.search(r"Serving on http://\S+:(\d+) ", log.read()):
            asyncio.run(_reachable(int(found[1])))
            return int(found[1])
        if server.poll() is not None:
            break
        time.sleep(0.05)
    log.seek(0)
    raise SystemExit(f"the server did not start: {log.read()}")


async def _reachable(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    main()
