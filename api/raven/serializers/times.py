from datetime import UTC


def seconds(moment):
    """2024-01-15T10:35:00Z: whole seconds, as the vendor writes them."""
    return f"{moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"
