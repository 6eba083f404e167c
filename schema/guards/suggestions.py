"""Validation's guesses at what was meant, which tell the names of the schema one by one."""

import re

from graphql import GraphQLError

SUGGESTION = re.compile(r" Did you mean .*$", re.DOTALL)


def without_suggestions(error: GraphQLError) -> GraphQLError:
    """Leave the guesses out, for those who may not ask what there is."""
    return GraphQLError(
        SUGGESTION.sub("", error.message),
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=error.extensions,
    )
