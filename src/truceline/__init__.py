"""Watch a ceasefire, prove what happened, tell against which article it counts."""

__version__ = "0.1.0"
