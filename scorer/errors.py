"""The errors the library raises; the command line prints their text and exits with their code."""


class ScorerError(Exception):
    """A failure with one sentence a person can act on; exit code 1."""

    exit_code = 1


class InputError(ScorerError):
    """Something the caller passed cannot be used; exit code 2."""

    exit_code = 2


class BundleError(InputError):
    """A bundle is missing, damaged or of another format version."""
