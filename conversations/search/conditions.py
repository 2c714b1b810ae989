"""Pieces of SQL, and what they are together."""


def all_of(*conditions):
    """(SQL, parameters) of those (SQL, parameters) that are there; ("", []) of none."""
    there = [condition for condition in conditions if condition and condition[0]]
    return " AND ".join(f"({sql})" for sql, _ in there), [value for _, params in there for value in params]


def uuids(ids):
    """For %s::uuid[]. As a list each id would be looked at for quotes: 10,000 of them take as long as the search."""
    return "{" + ",".join([pk.hex for pk in ids]) + "}"
