"""Business errors as part of a mutation's answer."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from ctorendang.infra.errors import AppError
from ctorendang.infra.errors import InvalidInput as InvalidInputError
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


class Refusable(FieldExtension):
    """Turns what a service raises into the typed errors of the mutation's union, and takes back what it had written."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Answer with the mutation's result or with a typed error."""
        try:
            return await next_(source, info, **kwargs)
        except InvalidInputError as error:
            info.context.refuse()
            return InvalidInput.of(error.detail, error.fields)
        except AppError as error:
            info.context.refuse()
            return Refusal(code=error.code, message=error.detail)


def mutation(resolver: Resolver) -> Resolver:
    """Make a method a mutation whose refusals are part of its answer."""
    return cast(Resolver, strawberry.mutation(resolver, extensions=[Refusable()]))
