"""What a client may read of an error: our own words, never a value that was sent, never our faults.

Values are what secrets travel in (a PIN, a token), and both GraphQL and databases like to quote
them. So nothing that quotes is passed on or logged: messages about values are put together anew
from names and types, and of what we did not foresee only a reference is shown. The log has the
same reference with the place in our code.
"""

import logging
import re
import traceback
from secrets import token_hex

from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
    ObjectFieldNode,
    ValueNode,
    VariableDefinitionNode,
)
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from models.errors import ErrorCode, LivionKeyError

logger = logging.getLogger(__name__)

INTERNAL = "INTERNAL"
INVALID_INPUT = ErrorCode.INVALID_INPUT.name
NOT_A_FAULT_OF_OURS = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)

CUT_OFF = "57014"
"""The SQLSTATE of a statement that took longer than a statement may."""

# Beginnings of messages about values, up to where the value would follow.
PLACE = re.compile(
    r"(Variable '\$\w+'|Argument '\w+')(?: has invalid (?:default )?value( at [\w.\[\]]+)?: )?"
)
SAFE_PARTS = re.compile(
    r"of required type '[^']+' was not provided"
    r"|Within OneOf Input Object type '\w+', exactly one field must be specified,"
    r" and the value for that field must be non-null"
    r"|OneOf Input Object '\w+' must specify exactly one key"
    r"|Variable '\w+' must be non-nullable to be used for OneOf Input Object '\w+'"
    r"|Field '[\w.]+' must be non-null"
    r"|Expected (?:a )?value of non-null type '[^']+' (?:not to be None|to be provided)"
    r"|Expected value of type '[^']+'"
    r"(?: to be an object| to include required field '\w+'| not to include unknown field '\w+')?"
)
SCALAR = re.compile(r"(Int|Float|String|Boolean|ID) cannot represent")
ENUM = re.compile(r"(?:does not exist in|Enum) '(\w+)'")


def shown(error: GraphQLError) -> GraphQLError:
    """Turn any error into one that a client may read; it always has a code in its extensions."""
    cause = root_cause(error)
    if isinstance(cause, LivionKeyError):
        return coded(error, with_place(error, cause.message), cause.code.name)
    if error.extensions and "code" in error.extensions:
        return error
    if getattr(getattr(cause, "orig", None), "sqlstate", None) == CUT_OFF:
        return coded(error, "It took the database too long and was given up.", "TIMEOUT")
    if (message := what_was_wrong(error, cause)) is not None:
        return coded(error, message, INVALID_INPUT)
    return masked(error)


def what_was_wrong(error: GraphQLError, cause: BaseException | None) -> str | None:
    """Say what was wrong with a request; None when the fault is ours."""
    if isinstance(error, GraphQLSyntaxError):
        return without_quotations(error.message)
    if is_about_value(error):
        return with_place(error, expectation(error.message))
    is_validation = error.path is None and cause is None  # it quotes names of the schema only
    if is_validation or isinstance(cause, NOT_A_FAULT_OF_OURS):
        return error.message
    return None


def root_cause(error: GraphQLError) -> BaseException | None:
    """Find the exception that is not GraphQL's own; None when there is none."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def coded(error: GraphQLError, message: str, code: str, **more: str) -> GraphQLError:
    """Say something else in an error's place; what caused it is left behind."""
    return GraphQLError(
        message,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **more},
    )


def without_quotations(message: str) -> str:
    """Leave out what a syntax error quotes of the document, punctuation excepted."""
    return re.sub(r""" ?("[^"]*"|'[^']{2,}'|["'].*)""", "", message)


def is_about_value(error: GraphQLError) -> bool:
    """Whether the error points at a value or at a variable, rather than at a field."""
    pointed = (ValueNode, ObjectFieldNode, VariableDefinitionNode)
    return any(isinstance(node, pointed) for node in error.nodes or ())


def with_place(error: GraphQLError, message: str) -> str:
    """Say before a message which variable or argument it is about."""
    if (place := PLACE.match(error.message)) is None:
        return message
    return f"{place[1]}{place[2] or ''}: {message}"


def expectation(message: str) -> str:
    """Say what was expected in a value's place, without the value."""
    if found := SAFE_PARTS.search(message):
        return f"{found[0]}."
    if found := SCALAR.search(message) or ENUM.search(message):
        return f"Expected value of type '{found[1]}'."
    return "This value is not of the expected type."


def masked(error: GraphQLError) -> GraphQLError:
    """Hide a fault of ours behind a reference; the log has the same one and the place in the code.

    The exception's own text is not logged: databases quote whole rows in it.
    """
    reference = token_hex(6)
    cause = root_cause(error) or error
    logger.error(
        "code=%s path=%s reference=%s %s\n%s",
        INTERNAL,
        error.path,
        reference,
        type(cause).__name__,
        "".join(traceback.format_tb(cause.__traceback__)),
    )
    message = f"Something went wrong on our side. Reference: {reference}"
    return coded(error, message, INTERNAL, reference=reference)
