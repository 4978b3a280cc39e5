"""Listening: the socket, the words to whoever starts the server, and a shutdown that finishes what was taken on."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from scorer.errors import InputError
from scorer.predict import Scorer
from scorer.serve.app import create_app
from scorer.serve.service import Service
from scorer.serve.settings import Settings, as_host, is_local


def run_server(scorer: Scorer, settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it.

    :param say: told where the server is and what to know about that, a line each.
    :raises InputError: it cannot listen there, or the feedback file cannot be written.
    """
    listener = listen(settings.host, settings.port)
    with listener:
        service = Service(scorer, settings)
        service.warm_up()
        config = uvicorn.Config(
            create_app(service),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            # what was taken on before has at most that long to be answered
            timeout_graceful_shutdown=int(settings.limits.seconds) + 5,
        )
        for line in announcement(settings, *listener.getsockname()[:2]):
            say(line)
        # once it has shut down, the server raises the signal again; by then there is nothing left to end
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    say("Stopped.")


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address.

    :raises InputError: there is no such address here, or it is taken.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host {host}: no such address; 127.0.0.1 is this machine alone.") from error
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        # from here on nobody else gets the port, and early callers wait instead of being turned away
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            f"{host}:{port}: cannot listen there: {error.strerror}; choose another with --port or --host."
        ) from error
    return listener


def announcement(settings: Settings, address: str, port: int) -> list[str]:
    """What is said when the server starts; first where it is."""
    lines = [f"Serving on http://{as_host(settings.host)}:{port} (Ctrl-C stops it)."]
    if not is_local(address):
        lines.append(
            f"Warning: whoever reaches {as_host(settings.host)}:{port} over the network can use this server; it has no "
            "password and no encryption. It answers to the names "
            f"{', '.join(sorted(settings.names))}; --allow-host adds one."
        )
        if settings.allow_urls:
            lines.append("Warning: it fetches pages for whoever asks (--allow-urls).")
        if settings.feedback:
            lines.append(f"Warning: whoever asks can write to {settings.feedback} (--feedback).")
    return lines
