"""Times for the brute force, in hours: what overlaps, and when lockers are held."""

from plain_towns import Policy, Span


def overlap(first: Span, second: Span) -> bool:
    """Tell whether two spans share a moment."""
    starts_first = second[1] is None or first[0] < second[1]
    return starts_first and (first[1] is None or second[0] < first[1])


def spans_of(span: Span, policy: Policy) -> list[Span]:
    """Say when lockers are held: all the time, or for the fetch and for the return."""
    start, end = span
    if end is not None and end - start <= policy.short:
        return [span]
    fetched = start + policy.fetch
    if end is None:
        return [(start, fetched)]
    fetched = min(fetched, end)
    back = max(end - policy.back, fetched)
    return [(start, fetched), (back, end)] if back < end else [span]
