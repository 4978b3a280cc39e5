"""`scorer serve`: the HTTP API and the page (extra `serve`). Nothing that is sent is stored or logged."""
