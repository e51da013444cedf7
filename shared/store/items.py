"""The shape of items: a model's fields beside its key; what is due carries two attributes more, for the due index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.clock import utc_text
from shared.models import Mail, Task
from shared.store.keys import MAILS_DUE, TASKS_DUE, Key, due_shard, mail_key, task_key
from shared.store.table import ABSENT, Operation, table

AnyModel = TypeVar("AnyModel", bound=BaseModel)


def item_of(key: Key, model: BaseModel, expires_at: datetime | None = None) -> dict[str, Any]:
    """Shape a model as an item; `ttl` lets DynamoDB delete it some day after `expires_at`.

    Nothing is written of a field without a value. Inside a field it is: there, no value may mean "none of that".
    """
    fields = model.model_dump(mode="json")
    item = key | {name: value for name, value in fields.items() if value is not None}
    return item if expires_at is None else item | {"ttl": int(expires_at.timestamp())}


def read(kind: type[AnyModel], item: Mapping[str, Any]) -> AnyModel:
    """Read a model from an item, leaving out what only the table needs."""
    return kind.model_validate({name: item[name] for name in kind.model_fields if name in item})


def mail_of(item: Mapping[str, Any]) -> Mail:
    return read(Mail, {**item, "due": item.get("due_at")})


def task_from(item: Mapping[str, Any]) -> Task:
    return read(Task, {**item, "due": item["due_at"]})


def plan_mail(mail: Mail) -> Operation:
    """Write a planned mail if there is none yet; inside a transaction an existing one cancels all of it."""
    key = mail_key(mail)
    item = item_of(key, mail) | due_attributes(MAILS_DUE, mail.mail_id, mail.due)
    del item["due"]
    return table().put(item, ABSENT)


def plan_task(task: Task) -> Operation:
    """Write a task, or give the one that is there its new due time and a fresh start.

    The count of attempts goes on, so that whoever works on the old one cannot finish the new one.
    """
    key = task_key(task.ref)
    item = item_of({}, task) | due_attributes(TASKS_DUE, key["pk"], task.due)
    del item["due"], item["attempt"]
    changes = ", ".join(f"#{name} = :{name}" for name in item)
    return table().update(
        key,
        f"SET {changes} ADD attempt :one",
        one=1,
        **{f"name_{name}": name for name in item},
        **item,
    )


def drop_task(task: Task) -> Operation:
    """Take a claimed task away; fails if somebody claimed it again since."""
    return table().delete(task_key(task.ref), "attribute_not_exists(pk) OR attempt = :mine", mine=task.attempt)


def due_attributes(shards: Sequence[str], natural_key: str, due: datetime | None) -> dict[str, str]:
    """Put an item into the due index; nothing where nothing is due."""
    return {} if due is None else {"due_shard": due_shard(shards, natural_key), "due_at": utc_text(due)}
