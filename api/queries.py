"""What a query string says, as clean values. Each raises Problem (400) with the parameter's name."""

from api.fields import moment_in
from api.problem import Problem, invalid
from lib.typeid import decode


def limit_of(query, *, default, maximum, lowest=1, name="limit"):
    """How many rows; more than `maximum` is cut, which loses nothing where cursors go on."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < lowest:
        raise Problem(400, "invalid_limit", f"{name} must be a whole number from {lowest} on.", field=name)
    return min(int(text[:9]), maximum)


def whole_of(query, name, *, default, lowest, highest=None):
    """A whole number; one outside its bounds is refused, for whoever would lose rows where it was cut."""
    text = query.get(name)
    if text is None:
        return default
    bounds = f"from {lowest} on" if highest is None else f"from {lowest} to {highest:,}"
    if not (text.isascii() and text.isdigit() and len(text) < 10) or not lowest <= int(text) <= (highest or int(text)):
        raise invalid(name, f"must be a whole number {bounds}.")
    return int(text)


def choice_of(query, name, choices):
    """The query's value of `name`, one of `choices`; the first of them where it says nothing."""
    if name not in query:
        return choices[0]
    value = query[name]
    if not value or value not in choices:
        raise invalid(name, f"must be one of: {', '.join(filter(None, choices))}.")
    return value


def choices_of(query, name, choices):
    """All values of `name`, each one of `choices`."""
    values = query.getlist(name)
    if set(values) - set(choices):
        raise invalid(name, f"must be one of: {', '.join(choices)}.")
    return values


def flag_of(query, name):
    """True, False, or None where the query says nothing."""
    return choice_of(query, name, ["true", "false"]) == "true" if name in query else None


def text_of(query, name):
    """ "" where the query says nothing. PostgreSQL knows no U+0000, so nothing could match it."""
    value = query.get(name, "")
    if "\x00" in value:
        raise invalid(name, "holds the character U+0000.")
    return value


def texts_of(query, name):
    """All that a parameter says which may come several times."""
    values = [value for value in query.getlist(name) if value]
    if any("\x00" in value for value in values):
        raise invalid(name, "holds the character U+0000.")
    return values


def moment_of(query, name):
    moment = moment_in(query.get(name))
    if name in query and moment is None:
        raise invalid(name, "must be a time like 2026-11-20T10:15:00Z.")
    return moment


def id_of(query, name, prefix):
    """The UUID that a TypeID spells; None where the query says nothing."""
    return _id(query[name], name, prefix) if name in query else None


def ids_of(query, name, prefix, *, none):
    """The UUIDs of all values; None for the word `none`."""
    return [None if text == none else _id(text, name, prefix) for text in query.getlist(name)]


def _id(text, name, prefix):
    try:
        return decode(prefix, text)
    except ValueError:
        raise invalid(name, f"must be an id like {prefix}_….") from None
