"""Counts that are dear to make and cheap to keep: always keyed by the number that the saving transaction raises."""

from flask_caching import Cache

cache = Cache()
