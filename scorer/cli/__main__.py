"""`python -m scorer.cli`, the same as `scorer`."""

from scorer.cli import main

main()
