"""What a function is told by its environment. The only reader of `os.environ`."""

import os
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """What every function gets."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)
    table_name: str


AnySettings = TypeVar("AnySettings", bound=Settings)


def from_environment(kind: type[AnySettings]) -> AnySettings:
    """Fill `kind` from the variables named like its fields, in capitals; raise naming what is missing."""
    environment = os.environ  # noqa: TID251 - the one reader
    names = {name: name.upper() for name in kind.model_fields}
    return kind.model_validate({field: environment[name] for field, name in names.items() if name in environment})
