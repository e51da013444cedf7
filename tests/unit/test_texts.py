"""What the product says: complete in both languages, in the right form of address, and nothing said without a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel, Field, ValidationError

from functions.organiser.event_file import EventFile
from functions.registration.form import Form
from functions.registration.form_page import LANGUAGES_OFFERED, answers_of, form_page
from functions.registration.my_page import Appointment, Coming, Stage, Standing, cards
from functions.registration.pages import STATUS, page, templates
from shared import chain, complaints
from shared.errors import Complaint, Refused
from shared.models import FormOfAddress, Language, MailKind, MatchState, Outcome, RoundState, SetAside
from shared.texts import FOLDER, Voice, catalogue, voice_for
from tests.people import DU, ENGLISH, SIE, VOICES, a_match, an_attendee, an_event, berlin, rounds_of

SUBJECTS = sorted(file.stem for file in FOLDER.glob("*.toml"))
ENTRIES = [(key, entry) for subject in SUBJECTS for key, entry in catalogue(subject).items()]
KEYS = [key for key, _ in ENTRIES]
CODE = Path(__file__).parents[2]
SPEAKS_TO_SOMEBODY = re.compile(r"\b(du|dich|dir|dein\w*|ihr|euch|euer|eure\w*)\b", re.IGNORECASE)
SPEAKS_DU = re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE)
# An example of what somebody may write to others, not what we say to them.
QUOTED: set[str] = set()


def refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for one in kind.__subclasses__():
        yield one
        yield from refusals(one)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def says(voice: Voice, key: str) -> str:
    return voice(key, **dict.fromkeys(placeholders(voice.phrase(key)), "x"))


def test_there_is_something_to_say_about_every_subject() -> None:
    assert set(SUBJECTS) >= {"complaints", "letters", "pages", "phrases", "refusals"}
    assert len(KEYS) == len(set(KEYS))


def test_every_text_is_there_in_german_and_english() -> None:
    wrong = [key for key, entry in ENTRIES if not entry.get("de", "").strip() or not entry.get("en", "").strip()]
    assert wrong == []
    assert [key for key, entry in ENTRIES if set(entry) - {"de", "sie", "en"}] == []


def test_where_german_speaks_to_somebody_it_can_do_so_formally() -> None:
    assert {
        key for key, entry in ENTRIES if SPEAKS_TO_SOMEBODY.search(entry["de"]) and "sie" not in entry
    } - QUOTED == set()


def test_no_formal_text_says_du_and_none_repeats_the_other_for_nothing() -> None:
    assert {key for key, entry in ENTRIES if SPEAKS_DU.search(entry.get("sie", ""))} == set()
    assert {key for key, entry in ENTRIES if entry.get("sie") == entry["de"]} == set()


def test_all_forms_of_a_text_have_the_same_blanks_to_fill() -> None:
    wrong = [key for key, entry in ENTRIES if len({frozenset(placeholders(text)) for text in entry.values()}) != 1]
    assert wrong == []


def test_no_letter_phrase_or_page_raises_its_voice() -> None:
    assert [key for key, entry in ENTRIES if any("!" in text for text in entry.values())] == []


def test_texts_are_spelt_in_one_way() -> None:
    odd = re.compile(r"^\s|\s$|  |\.\.\.|[^.]\.\.$| - ")
    assert [key for key, entry in ENTRIES if any(odd.search(text) for text in entry.values())] == []


@pytest.mark.parametrize("voice", VOICES)
def test_every_text_can_be_said(voice: Voice) -> None:
    assert all(says(voice, key).strip() for key in KEYS)


def test_a_voice_speaks_its_language_and_form_of_address() -> None:
    key = "letters.your_page.subject"
    assert [voice(key, title="X") for voice in (DU, SIE, ENGLISH)] == [
        "Deine Seite: X",
        "Ihre Seite: X",
        "Your page: X",
    ]
    assert Voice(Language.EN, FormOfAddress.SIE)(key, title="X") == "Your page: X"


def test_where_both_forms_are_the_same_one_is_enough() -> None:
    assert SIE("letters.common.imprint") == DU("letters.common.imprint") == "Impressum"


def test_what_has_no_text_cannot_be_said() -> None:
    assert DU.has("letters.welcome.subject")
    assert not DU.has("letters.welcome.nothing")
    with pytest.raises(KeyError):
        DU("letters.welcome.nothing")


def test_an_event_speaks_to_everybody_in_a_language_it_offers() -> None:
    english_only = an_event(languages=("en",), address="sie")
    assert voice_for(english_only, Language.DE) == Voice(Language.EN, FormOfAddress.SIE)
    assert voice_for(an_event(), Language.EN) == ENGLISH


# Nothing is said that has no text


def test_every_refusal_has_its_words_and_its_status() -> None:
    names = {kind.__name__ for kind in refusals()}
    assert {f"refusals.{name}" for name in names} - set(KEYS) == set()
    assert set(STATUS) == set(refusals())
    assert {key.removeprefix("refusals.") for key in catalogue("refusals")} == names | {"Unexpected"}


def test_every_key_written_in_code_has_a_text() -> None:
    written = re.compile(r"""["'](%s)((?:\.[a-z_0-9]+)+)["']""" % "|".join(SUBJECTS))  # noqa: UP031 - braces of its own
    files = [*CODE.glob("functions/**/*.py"), *CODE.glob("functions/**/templates/*"), *CODE.glob("shared/**/*.py")]
    found = {subject + rest for file in files for subject, rest in written.findall(file.read_text(encoding="utf-8"))}
    assert len(found) > 60
    # One that ends in an underscore is the beginning of several.
    assert {key for key in found if key not in KEYS and not key.endswith("_")} == set()


def test_everything_that_is_chosen_from_a_list_has_a_name() -> None:
    wanted = {f"pages.outcomes.{outcome}" for outcome in Outcome}
    wanted |= {f"phrases.languages.{code}" for code in LANGUAGES_OFFERED}
    wanted |= {f"pages.form.attendance_{where}" for where in ("on_site", "virtual", "both")}
    wanted |= {f"letters.{kind}.preheader" for kind in MailKind}
    assert wanted - set(KEYS) == set()
    assert set(chain.KINDS) == set(MailKind)


@pytest.mark.parametrize("kind", [Form, EventFile])
def test_every_fault_we_find_ourselves_has_its_words(kind: type[BaseModel]) -> None:
    source = Path(str(__import__(kind.__module__, fromlist=["_"]).__file__)).read_text(encoding="utf-8")
    own = set(re.findall(r'PydanticCustomError\(\s*"(\w+)"', source))
    assert own
    assert {f"complaints.{name}" for name in own} - set(KEYS) == set()


@pytest.mark.parametrize("voice", VOICES)
def test_a_fault_without_words_of_its_own_is_still_told_and_once_for_each_field(voice: Voice) -> None:
    class Odd(BaseModel):
        moment: complex = Field()
        number: int = Field(ge=5)

    with pytest.raises(ValidationError) as wrong:
        Odd.model_validate({"moment": "Sequoyah", "number": 3})
    assert complaints.complaints(wrong.value, voice) == [
        Complaint("moment", voice("complaints.other")),
        Complaint("number", voice("complaints.greater_than_equal", ge=5)),
    ]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("consent", ["consent_matching", "consent_follow_up"])
def test_the_documented_form_for_other_websites_declares_what_ours_does(consent: str, language: str) -> None:
    document = (CODE / "docs" / "embedding.md").read_text(encoding="utf-8")
    assert catalogue("pages")[f"pages.form.{consent}"][language] in document


# Pages


def request() -> APIGatewayProxyEventV2:
    return APIGatewayProxyEventV2({"rawPath": "/somewhere", "headers": {}})


COMING = ("round", "round_more", "nudge", "reminder", "did_you_meet", "once_more", "not_yet", "stay_in_touch")
STOPPED = sorted({rule.stops for rule in chain.KINDS.values() if rule.stops})


def pages(voice: Voice) -> Iterator[tuple[str, str]]:
    """Render each page, with everything on it that there can be."""
    event = an_event(address=voice.address)
    rounds = [one.model_copy(update={"state": RoundState.PUBLISHED}) for one in rounds_of(event)]
    ben, gone = an_attendee("ben", profile={"contact": "here"}), an_attendee("gus", state="withdrawn")
    theirs = [
        a_match("ada", "ben"),
        a_match("ada", "cem", answers={"ada": "yes"}),
        a_match("ada", "dora", answers={"ada": "not_now"}),
        a_match("ada", "emil", state=MatchState.INTRODUCED, outcomes={"ada": Outcome.NOT_YET}),
        a_match("ada", "fay", state=MatchState.INTRODUCED, writes_first="fay"),
        a_match("ada", "gus"),
        a_match("ada", "hal", state=MatchState.CLOSED),
        a_match("ada", "ina", set_aside={"ada": SetAside.KNOWN}),
        a_match("ada", "jo", set_aside={"ada": SetAside.BLOCKED}),
    ]
    partners = {name: an_attendee(name) for name in ("cem", "dora", "emil", "fay", "hal", "ina", "jo")} | {
        "ben": ben,
        "gus": gone,
    }
    me, now = an_attendee("ada"), berlin("2027-05-25 12:00")
    shown = cards(event, rounds, me, theirs, partners, voice, now)
    assert {one.standing for one in shown} == set(Standing)
    outcomes = [(str(one), voice(f"pages.outcomes.{one}")) for one in Outcome]
    mine: dict[str, Any] = {
        "me": me,
        "now": now,
        "left": False,
        "stage": Stage.AHEAD,
        "paused": "",
        "tomorrow": "2027-05-26",
        "today": [],
        "told": "",
        "met": True,
        "answer_by": "",
        "cards": shown,
        "coming": [Coming(kind, "X") for kind in COMING],
        "base": "/me/t",
        "next_round": "X",
        "outcomes": outcomes,
    }
    views: list[tuple[str, dict[str, Any]]] = [
        ("registered.html", {"next_round": "X", "link_only": False}),
        ("registered.html", {"next_round": "", "link_only": False}),
        ("registered.html", {"next_round": "", "link_only": True}),
        ("link.html", {"email": "", "wrong": "", "stamp": ""}),
        ("link.html", {"email": "<b>W</b>", "wrong": "W", "stamp": ""}),
        ("confirm.html", {"given": an_attendee("ada", profile={"contact": "<b>W</b>", "standing_yes": True}).profile}),
        ("confirmed.html", mine | {"is_new": True}),
        ("confirmed.html", mine | {"is_new": False}),
        ("confirmed.html", mine | {"is_new": True, "me": an_attendee("ada", consents={}, profile={"offers": ()})}),
        ("me.html", mine),
        ("me.html", mine | {"cards": [], "coming": []}),
        ("me.html", mine | {"cards": [], "next_round": ""}),
        ("me.html", mine | {"left": True}),
        ("me.html", mine | {"paused": "X", "told": "data"}),
        *(("me.html", mine | {"stage": stage}) for stage in Stage),
        ("me.html", mine | {"today": [Appointment(shown[3], "X"), Appointment(shown[3], "")]}),
        ("me.html", mine | {"me": an_attendee("ada", consents={})}),
        ("leave.html", {"base": "/me/t"}),
        ("erase.html", {"base": "/me/t", "erased": False}),
        ("erase.html", {"base": "", "erased": True}),
        *(("stop.html", {"topic": topic, "stopped": stopped}) for topic in STOPPED for stopped in (False, True)),
        (
            "refused.html",
            {"words": "W", "complaints": [SimpleNamespace(field="f", text="t")], "home": "/me/t", "lost_link": ""},
        ),
    ]
    wrong = [Complaint("wishes.0", "W"), Complaint("email", "E"), Complaint("form", "F")]
    with_both = event.model_copy(update={"link": "https://meet.example.org"})
    for answered in (
        form_page(request(), event, voice, {}),
        form_page(request(), with_both, voice, {"wishes": ["<b>W</b>"], "avoid": ["a", "b"]}, wrong),
        form_page(request(), event, voice, answers_of(me.profile), me=an_attendee("ada", avoid=("a",))),
    ):
        yield "form.html", str(answered.body)
    for name, values in views:
        body = page(request(), voice, name, event=event, **values).body
        assert body is not None
        yield name, body


@pytest.mark.parametrize("voice", VOICES)
def test_every_page_can_be_shown_in_every_voice(voice: Voice) -> None:
    shown = list(pages(voice))
    assert {name for name, _ in shown} | {"base.html"} == set(templates().list_templates())
    for name, body in shown:
        assert f'lang="{voice.language}"' in body, name
        assert "{" not in re.sub("<style.*?</style>", "", body), name
        assert "<b>W</b>" not in body


def test_no_formal_page_says_du() -> None:
    for name, body in pages(SIE):
        # What people wrote themselves, and the example of it, may.
        own = re.sub("‹[^›]*›", "", re.sub("<[^>]*>", " ", body))
        assert SPEAKS_DU.findall(own) == [], name
