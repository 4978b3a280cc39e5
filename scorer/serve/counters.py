"""What is counted, for Prometheus: numbers and times, nothing of any text."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128)


class Counters:
    """The counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "scorer_requests", "Requests answered, by route and status.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "scorer_request_seconds",
            "Time from a request to its answer, by route.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batches = Histogram(
            "scorer_batch_headlines", "Headlines scored together.", buckets=_SIZES, registry=self.registry
        )
        self.headlines = Counter("scorer_headlines", "Headlines taken on.", registry=self.registry)
        self.articles = Counter("scorer_articles", "Articles taken on.", registry=self.registry)
        self.waiting = Gauge("scorer_waiting", "Headlines and articles that wait.", registry=self.registry)
