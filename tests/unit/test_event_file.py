"""What an organiser may write into an event file, and what they read about what they may not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests.vocabulary import Vocabulary, aliases_of
from functions.organiser.__main__ import read
from functions.organiser.event_file import read_event
from shared.errors import Complaint, FieldsInvalid
from shared.models import Concept, Event, FormOfAddress, Language, Publish
from tests.people import DU, ENGLISH, berlin

NOW = berlin("2027-01-10 12:00")
SAMPLE = Path(__file__).parents[2] / "docs" / "event.toml"
SHORTEST = {
    "id": "what-next",
    "title": "What next?",
    "starts_at": "2027-06-03T09:00",
    "ends_at": "2027-06-03T17:30",
    "time_zone": "Europe/Berlin",
    "place": "The old soap works",
    "sender_name": "What next?",
    "reply_to": "hello@begegnung.example",
    "imprint": "Society for carrying on, Lindenau",
    "privacy_url": "https://begegnung.example/privacy",
}
A_BREAK = {"starts_at": "2027-06-03T10:30", "ends_at": "2027-06-03T11:00", "place": "coffee bar"}
A_CONCEPT = {
    "de": "Orgelbau",
    "en": "organ building",
    "aliases_de": ["orgelbau", "orgelpfeifen"],
    "aliases_en": ["organ building", "pipe organs"],
}


def event_of(now: datetime = NOW, **changed: Any) -> Event:
    return read_event(SHORTEST | changed, 1, ENGLISH, now)


def complaints_about(content: Any) -> list[Complaint]:
    """Return what is said in English, having seen that German says as much about the same fields."""
    said = {}
    for voice in (DU, ENGLISH):
        with pytest.raises(FieldsInvalid) as refused:
            read_event(content, 1, voice, NOW)
        said[voice] = refused.value.complaints
    assert [one.field for one in said[DU]] == [one.field for one in said[ENGLISH]]
    texts = zip(said[DU], said[ENGLISH], strict=True)
    assert all(german.text and english.text and german.text != english.text for german, english in texts)
    return list(said[ENGLISH])


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in SHORTEST.items() if name not in names}


def test_the_sample_file_is_accepted_and_means_what_it_says() -> None:
    event = read_event(read(SAMPLE), 3, DU, NOW)
    assert (event.event_id, event.version, event.title.en) == ("was-als-naechstes", 3, "What next?")
    assert (event.starts_at, event.ends_at) == (berlin("2027-06-03 09:00"), berlin("2027-06-03 17:30"))
    assert event.rounds == (berlin("2027-05-24 09:00"), berlin("2027-06-01 09:00"), berlin("2027-06-03 06:00"))
    assert [one.starts_at for one in event.breaks][::2] == [berlin("2027-06-03 10:30"), berlin("2027-06-03 15:30")]
    assert (event.publish, event.address, event.matches_per_person) == (Publish.AUTO, FormOfAddress.DU, 3)
    assert event.greeting is not None
    assert "soap works" in event.greeting.en


def test_what_is_left_out_has_a_sensible_value() -> None:
    event = event_of()
    assert (event.languages, event.matches_per_person, event.cancelled) == ((Language.DE, Language.EN), 3, False)
    assert len(event.rounds) == 3
    assert event.breaks == ()
    assert (event.accent, event.topics, event.allowed_origins, event.mail_budget) == ("", (), (), 2000)
    assert event.concepts == {}


def test_one_text_counts_for_both_languages() -> None:
    assert event_of(title="Ciao").title.de == event_of(title="Ciao").title.en == "Ciao"
    both = event_of(title={"de": "Los", "en": "Go"}).title
    assert (both.de, both.en) == ("Los", "Go")


def test_breaks_are_put_in_order() -> None:
    later = {"starts_at": "2027-06-03T15:30", "ends_at": "2027-06-03T16:00", "place": "gallery"}
    assert [one.place.en for one in event_of(breaks=[later, A_BREAK]).breaks] == ["coffee bar", "gallery"]


def test_a_round_is_so_long_before_the_start_or_at_a_local_time() -> None:
    event = event_of(rounds=["10d", "2027-06-01T18:00", "3h"])
    assert event.rounds == (berlin("2027-05-24 09:00"), berlin("2027-06-01 18:00"), berlin("2027-06-03 06:00"))


def test_days_before_the_start_keep_its_time_of_day_over_a_change_of_clocks() -> None:
    event = event_of(starts_at="2027-03-30T09:00", ends_at="2027-03-30T17:00", rounds=["10d", "72h"])
    assert event.rounds == (berlin("2027-03-20 09:00"), berlin("2027-03-27 08:00"))


def test_an_online_event_needs_a_link_instead_of_a_place() -> None:
    online = read_event(without("place") | {"link": "https://meet.example.org/next"}, 1, ENGLISH, NOW)
    assert (online.place, online.link) == (None, "https://meet.example.org/next")


@pytest.mark.parametrize("name", [name for name in SHORTEST if name != "place"])
def test_a_missing_field_is_named(name: str) -> None:
    assert complaints_about(without(name)) == [Complaint(name, "This is missing.")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": "No Capitals"}, "id"),
        ({"id": "ab"}, "id"),
        ({"id": "under_score"}, "id"),
        ({"id": "trailing\n"}, "id"),
        ({"title": 7}, "title"),
        ({"title": {"de": "Los"}}, "title.en"),
        ({"title": {"de": "Los", "en": "Go", "fr": "Allez"}}, "title.fr"),
        ({"title": ""}, "title.de"),
        ({"title": " \n"}, "title.de"),
        ({"title": {"de": "Los", "en": "\t"}}, "title.en"),
        ({"place": " "}, "place.de"),
        ({"greeting": " "}, "greeting.de"),
        ({"time_zone": "Europe/Lindenau"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
        ({"link": "http://meet.example.org"}, "link"),
        ({"privacy_url": "begegnung.example/privacy"}, "privacy_url"),
        ({"privacy_url": "javascript:alert(1)"}, "privacy_url"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "2027-06-03T09:00+02:00"}, "starts_at"),
        ({"starts_at": "2027-06-03T18:00"}, "ends_at"),
        ({"ends_at": "2027-06-03T09:00"}, "ends_at"),
        ({"starts_at": "2026-06-03T09:00", "ends_at": "2026-06-03T17:30"}, "ends_at"),
        ({"languages": []}, "languages"),
        ({"languages": ["fr"]}, "languages.0"),
        ({"languages": "de"}, "languages"),
        ({"languages": ["de", "de"]}, "languages"),
        ({"address": "ihr"}, "address"),
        ({"rounds": ["10x"]}, "rounds.0"),
        ({"rounds": ["0d"]}, "rounds.0"),
        ({"rounds": ["10d", "2027-06-01T18:00+02:00"]}, "rounds.1"),
        ({"rounds": ["2d", "10d"]}, "rounds"),
        ({"rounds": ["2d", "2d"]}, "rounds"),
        ({"rounds": ["2027-06-03T17:30"]}, "rounds"),
        ({"rounds": ["0001-01-01T00:00", "2d"]}, "rounds.0"),
        ({"rounds": []}, "rounds"),
        ({"rounds": ["10d"] * 7}, "rounds"),
        ({"matches_per_person": 6}, "matches_per_person"),
        ({"matches_per_person": 0}, "matches_per_person"),
        ({"matches_per_person": "some"}, "matches_per_person"),
        ({"matches_per_person": 2.5}, "matches_per_person"),
        ({"publish": "later"}, "publish"),
        ({"sender_name": "x" * 61}, "sender_name"),
        ({"sender_name": 5}, "sender_name"),
        ({"sender_name": " "}, "sender_name"),
        ({"reply_to": "hello"}, "reply_to"),
        ({"imprint": "me"}, "imprint"),
        ({"imprint": " " * 20}, "imprint"),
        ({"retention_days": 366}, "retention_days"),
        ({"cancelled": "perhaps"}, "cancelled"),
        ({"topics": "choir"}, "topics"),
        ({"topics": [str(number) for number in range(13)]}, "topics"),
        ({"topics": ["choir", {"de": "Chor"}]}, "topics.1.en"),
        ({"topics": [" "]}, "topics.0.de"),
        ({"topics": ["choir\nbees"]}, "topics.0"),
        ({"topics": ["choir", "choir"]}, "topics"),
        ({"concepts": "organs"}, "concepts"),
        ({"concepts": {"organs": "pipes"}}, "concepts.organs"),
        ({"concepts": {"organs": A_CONCEPT | {"fr": "orgues"}}}, "concepts.organs.fr"),
        ({"concepts": {"organs": A_CONCEPT | {"en": " "}}}, "concepts.organs.en"),
        ({"concepts": {"organs": A_CONCEPT | {"de": "x" * 61}}}, "concepts.organs.de"),
        ({"concepts": {"organs": A_CONCEPT | {"de": "Orgel\nbau"}}}, "concepts.organs.de"),
        ({"concepts": {"organs": {"de": "Orgel", "aliases_de": ["orgel"]}}}, "concepts.organs.en"),
        ({"concepts": {"organs": A_CONCEPT | {"aliases_de": "orgel"}}}, "concepts.organs.aliases_de"),
        ({"concepts": {"organs": A_CONCEPT | {"aliases_en": ["pipe organs", 8]}}}, "concepts.organs.aliases_en.1"),
        ({"concepts": {"organs": A_CONCEPT | {"aliases_en": ["o "]}}}, "concepts.organs.aliases_en.0"),
        ({"concepts": {"organs": A_CONCEPT | {"aliases_en": ["x" * 61]}}}, "concepts.organs.aliases_en.0"),
        ({"concepts": {"organs": A_CONCEPT | {"aliases_en": ["pipe\norgan"]}}}, "concepts.organs.aliases_en.0"),
        ({"allowed_origins": "https://example.org"}, "allowed_origins"),
        ({"allowed_origins": [f"https://example.org:{port}" for port in range(1, 12)]}, "allowed_origins"),
        ({"allowed_origins": ["https://example.org"] * 2}, "allowed_origins"),
        ({"mail_budget": 49}, "mail_budget"),
        ({"mail_budget": 100_001}, "mail_budget"),
        ({"mail_budget": "2000"}, "mail_budget"),
        ({"mail_budget": True}, "mail_budget"),
        ({"matches_per_persn": 3}, "matches_per_persn"),
        (
            {"breaks": [A_BREAK | {"starts_at": "2027-06-04T10:30", "ends_at": "2027-06-04T11:00"}]},
            "breaks.0.starts_at",
        ),
        ({"breaks": [A_BREAK, A_BREAK | {"ends_at": "2027-06-03T10:30"}]}, "breaks.1.ends_at"),
        ({"breaks": [A_BREAK | {"ends_at": "2027-06-03T18:00"}]}, "breaks.0.ends_at"),
        ({"breaks": [A_BREAK | {"ends_at": "9999-12-31T23:30"}]}, "breaks.0.ends_at"),
        ({"breaks": [A_BREAK | {"place": 1}]}, "breaks.0.place"),
        ({"breaks": [{}]}, "breaks.0.place"),
        ({"breaks": ["coffee"]}, "breaks.0"),
        ({"breaks": "coffee"}, "breaks"),
    ],
)
def test_a_malformed_field_is_named_in_both_languages(changed: dict[str, Any], field: str) -> None:
    assert field in [one.field for one in complaints_about(SHORTEST | changed)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = complaints_about(without("imprint") | {"id": "X", "time_zone": "Nowhere", "publish": "later"})
    assert {one.field for one in wrong} == {"imprint", "id", "time_zone", "publish"}


def test_a_complaint_does_not_repeat_what_was_written() -> None:
    secret = "Sequoyah"
    wrong = complaints_about(dict.fromkeys(SHORTEST, secret) | {secret: 1, "languages": [secret]})
    assert len(wrong) > 5
    assert not any(secret in one.text for one in wrong)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2027-06-03"),
        ("ends_at", 1812000000),
        ("cancelled", "yes"),
        ("cancelled", 1),
        ("matches_per_person", True),
        ("matches_per_person", "3"),
        ("retention_days", 30.0),
    ],
)
def test_what_is_of_another_kind_is_not_guessed_at(field: str, value: object) -> None:
    assert [one.field for one in complaints_about(SHORTEST | {field: value})] == [field]


def test_german_lists_what_is_possible_in_german() -> None:
    with pytest.raises(FieldsInvalid) as refused:
        read_event(SHORTEST | {"address": "Ihr"}, 1, DU, NOW)
    assert " or " not in refused.value.complaints[0].text


def test_without_place_and_link_nobody_could_meet() -> None:
    (complaint,) = complaints_about(without("place"))
    assert complaint.field == "place"
    assert complaint.text.startswith("Place or link")


@pytest.mark.parametrize("content", [None, [], "event", 7])
def test_what_is_no_file_with_fields_is_refused(content: Any) -> None:
    assert complaints_about(content) == [Complaint("event", "A section with fields is expected here.")]


@pytest.mark.parametrize("concepts", ["organs", ["organs"], {"organs": "pipes"}])
def test_what_is_no_table_of_concepts_is_told_that_one_is_expected(concepts: object) -> None:
    (complaint,) = complaints_about(SHORTEST | {"concepts": concepts})
    assert complaint.text == "A section with fields is expected here."


@pytest.mark.parametrize("name", ["title", "sender_name"])
def test_a_line_break_is_refused_where_mails_carry_the_text_in_a_header(name: str) -> None:
    assert [one.field.split(".")[0] for one in complaints_about(SHORTEST | {name: "What\nnext?"})][:1] == [name]


@pytest.mark.parametrize("character", "\x00\x0b\r\x1b\x7f\x85\u2028\u2029")
@pytest.mark.parametrize("field", ["title", "sender_name", "place"])
def test_whatever_breaks_a_line_or_cannot_be_printed_is_refused_like_a_line_break(field: str, character: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {field: f"What{character}next?"})
    assert complaint.field == field
    assert complaint.text.startswith("This has to fit on one line")


def test_blanks_around_a_text_do_not_count_and_a_greeting_may_have_several_lines() -> None:
    event = event_of(title=" What next?\n", sender_name="What next? ", greeting="Hello,\nwelcome!\n")
    assert (event.title.en, event.sender_name) == ("What next?", "What next?")
    assert event.greeting is not None
    assert event.greeting.en == "Hello,\nwelcome!"


@pytest.mark.parametrize(
    "address",
    [
        "grüße@begegnung.example",
        "hello@grüße.example",
        "hello,there@begegnung.example",
        "a:b@begegnung.example",
        "hello..there@begegnung.example",
        "Ada <ada@begegnung.example>",
        "hello@begegnung.example\n",
    ],
)
def test_an_address_is_refused_that_no_mail_could_name_for_answers(address: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {"reply_to": address})
    assert complaint.field == "reply_to"
    assert complaint.text.startswith("An email address without")


@pytest.mark.parametrize("address", ["hello@begegnung.example", "What.Next+2027_x@sub.Begegnung-online.example"])
def test_an_address_for_answers_that_mails_can_carry_is_kept(address: str) -> None:
    assert event_of(reply_to=address).reply_to == address


@pytest.mark.parametrize("colour", ["#0b5d57", "#FFD400", ""])
def test_a_colour_is_kept_as_it_is_written(colour: str) -> None:
    assert event_of(accent=colour).accent == colour


@pytest.mark.parametrize("colour", ["red", "#fff", "0b5d57", "#0b5d5", "#0b5d5g", "#0b5d57aa", "#0b5d57\n", "#٠١٢٣٤٥"])
def test_what_is_no_colour_is_told_how_to_write_one(colour: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {"accent": colour})
    assert complaint.field == "accent"
    assert complaint.text.endswith('"#0b5d57".')


def test_topics_are_one_text_or_one_for_each_language() -> None:
    one, other = event_of(topics=[" choir ", {"de": "x" * 40, "en": "beekeeping on the roof"}]).topics
    assert (one.de, one.en) == ("choir", "choir")
    assert (other.de, other.en) == ("x" * 40, "beekeeping on the roof")


@pytest.mark.parametrize("topic", ["x" * 41, {"de": "Chor", "en": "x" * 41}, "bees, choir", {"de": "a;b", "en": "a"}])
def test_a_topic_that_would_not_arrive_as_one_interest_is_refused(topic: object) -> None:
    (complaint,) = complaints_about(SHORTEST | {"topics": ["choir", topic]})
    assert complaint.field == "topics.1"
    assert complaint.text.startswith("A topic has at most 40 characters")


ONLY_CAPITALS: dict[str, list[str]] = {"aliases_de": ["HNO"], "aliases_en": []}


def test_concepts_of_the_events_own_are_kept_with_what_they_are_recognised_by() -> None:
    event = event_of(concepts={"organ_building": A_CONCEPT | {"de": " Orgelbau "}, "ent": A_CONCEPT | ONLY_CAPITALS})
    assert event.concepts == {
        "organ_building": Concept.model_validate(A_CONCEPT),
        "ent": Concept.model_validate(A_CONCEPT | ONLY_CAPITALS),
    }


def test_thirty_concepts_with_twelve_aliases_in_each_language_are_taken_and_no_more() -> None:
    def concept(number: int, aliases: int) -> dict[str, Any]:
        both = {f"aliases_{one}": [f"{one} {number} {alias}" for alias in range(aliases)] for one in ("de", "en")}
        return A_CONCEPT | both

    most = {f"concept_{number}": concept(number, 12) for number in range(30)}
    assert len(event_of(concepts=most).concepts) == 30
    (complaint,) = complaints_about(SHORTEST | {"concepts": most | {"one_more": concept(30, 1)}})
    assert complaint == Complaint("concepts", "That is too many: at most 30, please.")
    for complaint in complaints_about(SHORTEST | {"concepts": {"too_wide": concept(1, 13)}}):
        assert complaint.field in ("concepts.too_wide.aliases_de", "concepts.too_wide.aliases_en")
        assert complaint.text == "That is too many: at most 12, please."


@pytest.mark.parametrize("name", ["Organs", "organ-building", "örgelchen", "o", "o" * 41, "4_hands", "organs\n", ""])
def test_a_concepts_name_is_short_and_plain(name: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {"concepts": {name: A_CONCEPT}})
    assert complaint.field == f"concepts.{name}"
    assert complaint.text.startswith("A concept is called here by 2 to 40 small letters")


@pytest.mark.parametrize("alias", ["🎹🎹", "--", "B2B", "SAP HANA", "KI-", "K-", "ü-", "die orgel-", "o2-"])
def test_an_alias_that_no_text_could_be_recognised_by_is_refused(alias: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {"concepts": {"organs": A_CONCEPT | {"aliases_de": ["orgel", alias]}}})
    assert complaint.field == "concepts.organs.aliases_de.1"
    assert complaint.text.startswith("What people type is expected here")


@pytest.mark.parametrize("alias", ["KI", "orgel-", "b2b", "c++", "sap hana", "Örgelchen-Bau", "8 fuß"])
def test_an_alias_may_be_an_abbreviation_the_beginning_of_a_word_or_several_words(alias: str) -> None:
    concepts = event_of(concepts={"organs": A_CONCEPT | {"aliases_de": [alias]}}).concepts
    assert concepts["organs"].aliases_de == (alias,)


def test_a_concept_needs_an_alias_in_one_of_the_languages() -> None:
    without_any = A_CONCEPT | {"aliases_de": [], "aliases_en": []}
    (complaint,) = complaints_about(SHORTEST | {"concepts": {"organs": without_any}})
    assert complaint.field == "concepts.organs"
    assert complaint.text.endswith("at least one alias, in aliases_de or aliases_en.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orgelbau", "orgelbau"),
        ("Orgelbau", "ORGELBAU"),
        ("orgel-bau", "orgel bau"),
        ("fußorgel", "fussorgel"),
        ("Ölorgel", "oelorgel"),
        ("o\u0308lorgel", "ölorgel"),
        ("orgel-", "orgel"),
    ],
)
def test_what_would_be_recognised_as_two_concepts_is_refused_at_both_places(one: str, other: str) -> None:
    first, second = A_CONCEPT | {"aliases_de": ["tasten", one]}, A_CONCEPT | {"aliases_de": [], "aliases_en": [other]}
    wrong = complaints_about(SHORTEST | {"concepts": {"organs": first, "builders": second}})
    assert [one.field for one in wrong] == ["concepts.organs.aliases_de.1", "concepts.builders.aliases_en.0"]
    assert all(one.text.startswith("This stands in two concepts") for one in wrong)


def test_the_same_alias_may_stand_in_both_languages_of_one_concept() -> None:
    concepts = event_of(concepts={"organs": A_CONCEPT | {"aliases_de": ["orgel"], "aliases_en": ["Orgel"]}}).concepts
    assert aliases_of(concepts["organs"]) == ("orgel", "Orgel")


some_aliases = st.lists(st.text("aAbßÄ\u0308éI2²_-' +🎹", min_size=2, max_size=6), min_size=1, max_size=4)


@given(some_aliases, some_aliases)
def test_whatever_aliases_an_event_may_have_name_their_concept(german: list[str], english: list[str]) -> None:
    both = {"one": A_CONCEPT | {"aliases_de": german}, "two": A_CONCEPT | {"aliases_de": [], "aliases_en": english}}
    try:
        concepts = event_of(concepts=both).concepts
    except FieldsInvalid:
        return
    vocabulary = Vocabulary({}, concepts)
    for name, concept in concepts.items():
        assert {vocabulary.topic(alias) for alias in aliases_of(concept)} == {name}


ORIGINS = (
    "https://example.org",
    "https://www.what-next.example.org:8443",
    "https://xn--gre-6ka8i.example",
    "http://127.0.0.1:8000",
    "http://localhost:5173",
)


def test_origins_are_kept_as_a_browser_sends_them() -> None:
    assert event_of(allowed_origins=list(ORIGINS)).allowed_origins == ORIGINS


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.org/",
        "https://example.org/next",
        "https://Example.org",
        "https://grüße.example",
        "https://*.example.org",
        "https://ada@example.org",
        "https://example.org:443",
        "https://example.org:0",
        "https://example.org\n",
        "https://example",
        "http://example.org",
        "http://localhost",
        "http://localhost:80",
        "http://localhost.example.org:8000",
        "http://127.0.0.1:8000/",
        "example.org",
        "null",
        "*",
        "",
    ],
)
def test_what_no_browser_would_send_as_origin_is_refused(origin: str) -> None:
    (complaint,) = complaints_about(SHORTEST | {"allowed_origins": ["https://example.org", origin]})
    assert complaint.field == "allowed_origins.1"
    assert "https://example.org." in complaint.text


def test_the_lines_a_sample_file_only_offers_can_be_used_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "event.toml"
    file.write_text(re.sub(r"(?m)^# (\w+ = |\[concepts)", r"\1", SAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    event = read_event(read(file), 1, DU, NOW)
    assert event.accent
    assert event.link
    assert event.topics
    assert event.concepts
    assert event.allowed_origins


@pytest.mark.parametrize("changed", [{"privacy_url": "https://begegnung.example/x\n"}, {"rounds": ["10d\n"]}])
def test_a_trailing_line_break_is_refused(changed: dict[str, Any]) -> None:
    assert [one.field for one in complaints_about(SHORTEST | changed)] != []


@pytest.mark.parametrize(
    "changed",
    [
        {"starts_at": "0001-01-01T09:00"},
        {"starts_at": "0207-06-03T09:00"},
        {"ends_at": "9999-12-31T23:30", "time_zone": "America/New_York"},
    ],
)
def test_a_year_at_the_end_of_time_is_refused_like_any_other_typo(changed: dict[str, Any]) -> None:
    (complaint,) = complaints_about(SHORTEST | changed)
    assert complaint.field in changed
    assert complaint.text.startswith("The year cannot be right")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


MAY_BE_LEFT_OUT = [
    *("rounds", "breaks", "languages", "greeting", "accent", "topics", "concepts", "allowed_origins", "mail_budget")
]


@given(st.dictionaries(st.sampled_from([*SHORTEST, *MAY_BE_LEFT_OUT, "x"]), json_values))
def test_whatever_a_file_holds_it_is_an_event_or_a_list_of_complaints(changed: dict[str, Any]) -> None:
    try:
        found: Event | FieldsInvalid = event_of(**changed)
    except FieldsInvalid as refused:
        found = refused
    assert isinstance(found, Event) or found.complaints


@given(st.integers(1, 999), st.sampled_from("dh"))
def test_every_distance_to_the_start_is_a_round_before_it(number: int, unit: str) -> None:
    event = event_of(rounds=[f"{number}{unit}"])
    distance = timedelta(days=number) if unit == "d" else timedelta(hours=number)
    assert abs(event.starts_at - event.rounds[0] - distance) <= timedelta(hours=1)


# The file itself


def test_dates_in_a_file_become_text(tmp_path: Path) -> None:
    file = tmp_path / "event.toml"
    file.write_text("starts_at = 2027-06-03T09:00:00\nrounds = [2027-06-01T18:00:00, 2027-06-02]\n")
    assert read(file) == {"starts_at": "2027-06-03T09:00:00", "rounds": ["2027-06-01T18:00:00", "2027-06-02"]}


def test_a_time_without_a_day_becomes_text_too(tmp_path: Path) -> None:
    file = tmp_path / "event.toml"
    file.write_text("starts_at = 09:00:00\n")
    assert read(file) == {"starts_at": "09:00:00"}
