"""The organiser's commands: create and change events, look ahead, publish a round, ask how it stands."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field, ValidationError

from functions.organiser.account import facts
from functions.organiser.change import change, numbered
from functions.organiser.event_file import read_event
from functions.organiser.preflight import links, preflight
from functions.organiser.settings import settings
from functions.organiser.status import status
from shared import chain, clock
from shared.complaints import complaints
from shared.errors import CommandUnknown, EventUnknown, FieldsInvalid, Refused, RegistrationClosed, RoundNotReady
from shared.logs import logger
from shared.models import Language, MailKind, RoundState, Task, TaskKind, Value
from shared.queues import wake
from shared.store import events, pauses, tasks
from shared.texts import Voice


class Command(Value):
    """One command: `event` with the file's content, `publish`, `status` or `preflight` with an event's id.

    `people` is how many a preflight is to reckon with.
    `pause` and `resume` stop mail and let it go on: all of it, an event's, a kind's, or a kind's of an event.
    """

    command: str
    language: Language = Language.EN
    event: Any = None
    event_id: str = ""
    kind: MailKind | None = None
    people: int = Field(default=0, ge=0, le=1_000_000)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    """Carry a command out; a refusal comes back as `refused` with its reasons, never as a trace."""
    voice = Voice(Language.EN)
    try:
        try:
            command = Command.model_validate(event)
        except ValidationError as error:
            raise FieldsInvalid(complaints(error, voice)) from None
        voice = Voice(command.language)
        if command.command not in COMMANDS:
            raise CommandUnknown
        return COMMANDS[command.command](command, voice)
    except Refused as refusal:
        logger.info("refused", reason=type(refusal).__name__)
        found = refusal.complaints if isinstance(refusal, FieldsInvalid) else ()
        words = voice(f"refusals.{type(refusal).__name__}")
        return {"refused": words, "complaints": [complaint._asdict() for complaint in found]}


def put_event(command: Command, voice: Voice) -> dict[str, Any]:
    """Create the event, or bring the one with this id to the file's new content."""
    now = clock.now()
    event_id = command.event.get("id") if isinstance(command.event, dict) else None
    try:
        old, rounds = events.event_with_rounds(event_id) if isinstance(event_id, str) else (None, [])
    except EventUnknown:
        old, rounds = None, []
    new = read_event(with_defaults(command.event), version=old.version + 1 if old else 1, voice=voice, now=now)
    new = numbered(new, old) if old else new
    planned = change(new, old, rounds, now)
    if old is None or planned.changed_fields:
        events.save(
            new,
            planned.rounds,
            planned.obsolete_rounds,
            planned.tasks,
            planned.obsolete_tasks,
            planned.ending_sooner,
        )
        logger.info("event saved", event_id=new.event_id, version=new.version)
    return {
        "event_id": new.event_id,
        "created": old is None,
        "changed": planned.changed_fields,
        "rounds": [clock.utc_text(one.due) for one in planned.rounds],
        "letters": [str(kind) for kind in planned.letters],
    }


def with_defaults(content: Any) -> Any:
    """Give an event file that leaves them out the imprint and the link to the privacy notice of the deployment."""
    ours = {"imprint": settings().imprint, "privacy_url": settings().privacy_url}
    return {name: value for name, value in ours.items() if value} | content if isinstance(content, dict) else content


def publish(command: Command, _: Voice) -> dict[str, Any]:
    """Publish the draft of the latest round that ran: an older one knows nothing of it, and its people are in it."""
    now = clock.now()
    event, rounds = events.event_with_rounds(command.event_id)
    latest = chain.latest_run(rounds)
    if latest is None or latest.state is not RoundState.DRAFT or event.cancelled or event.ends_at <= now:
        raise RoundNotReady
    task = Task(kind=TaskKind.PUBLISH, event_id=event.event_id, subject=str(latest.number), due=now)
    tasks.add(task)
    wake(settings().round_queue_url, [task.ref])
    return {"event_id": event.event_id, "round": latest.number, "pairs": latest.pairs}


def tell_status(command: Command, _: Voice) -> dict[str, Any]:
    return status(command.event_id)


def tell_preflight(command: Command, voice: Voice) -> dict[str, Any]:
    """Say whether this deployment can carry an event; raise RegistrationClosed where it is over or cancelled.

    `links` are pages whose answer only somebody outside can see.
    """
    now = clock.now()
    event, rounds = events.event_with_rounds(command.event_id)
    if event.cancelled or event.ends_at <= now:
        raise RegistrationClosed
    lines = preflight(facts(event, rounds, command.people, now), voice, now)
    return {
        "event_id": event.event_id,
        "checks": [line._asdict() for line in lines],
        "links": links(event, settings().public_url),
    }


def pause(command: Command, _: Voice) -> dict[str, Any]:
    """Let mail wait until it is resumed; what is too old by then is skipped."""
    scope = scope_of(command)
    pauses.pause(scope, "by hand", clock.now())
    return {"paused": scope}


def resume(command: Command, _: Voice) -> dict[str, Any]:
    """Let mail leave again, within an hour, also what was paused because it bounced."""
    scope = scope_of(command)
    for one in (scope, pauses.LETTERS) if scope == pauses.EVERYTHING else (scope,):
        pauses.resume(one, clock.now())
    return {"resumed": scope}


def scope_of(command: Command) -> str:
    if command.event_id:
        events.event(command.event_id)
    return pauses.scope(command.event_id, command.kind or "")


COMMANDS = {
    "event": put_event,
    "preflight": tell_preflight,
    "publish": publish,
    "status": tell_status,
    "pause": pause,
    "resume": resume,
}
