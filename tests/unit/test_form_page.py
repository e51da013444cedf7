"""The form as a page: whatever is in it comes back as it was, and each fault leads to its field."""

from __future__ import annotations

import re
from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from hypothesis import given
from hypothesis import strategies as st

from functions.registration.form import SHORTEST_COMPANY, Form, read_fields, read_form
from functions.registration.form_page import (
    LANGUAGES_OFFERED,
    WHOLE_FORM,
    ZONES,
    anchor_of,
    answers_of,
    form_page,
    in_order,
    topics_of,
    typed,
)
from shared.errors import Complaint
from shared.models import Attendance, Event, Language, Profile
from shared.texts import Voice
from shared.tokens import normal_company
from tests.people import DU, ENGLISH, VOICES, a_profile, an_attendee, an_event
from tests.unit.filled import form_to

# An event that has every field: people may be there, or online.
EVENT = an_event(link="https://meet.example.org/next")
SWITCHES = ("first_time", "write_me_first", "standing_yes", "surprise_me", "colleagues_welcome", "provider")
# Letters that are in no address, number or list's comma; < & " ' are a page's own, { % a template's.
LETTERS = "abc äß <&\"'{%}"


def request(path: str = "/events/what-next") -> APIGatewayProxyEventV2:
    return APIGatewayProxyEventV2({"rawPath": path, "headers": {}})


def shown(
    given: dict[str, Any] | None = None,
    *complaints: Complaint,
    event: Event = EVENT,
    voice: Voice = ENGLISH,
    **more: object,
) -> Response[str]:
    return form_page(request(), event, voice, given or {}, complaints, **more)


def page(*args: Any, **more: Any) -> str:
    body = shown(*args, **more).body
    assert isinstance(body, str)
    return body


def sent_untouched(page: str, end: str = "/registrations") -> dict[str, Any]:
    """Return the fields as they are read when a browser sends the page's form as it stands."""
    fields = urlencode(form_to(page, end).fields, doseq=True)
    kind = "application/x-www-form-urlencoded"
    return read_fields(
        APIGatewayProxyEventV2(
            {"headers": {"content-type": kind}, "body": b64encode(fields.encode()).decode(), "isBase64Encoded": True}
        )
    )


def some_text(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, max_size=most).map(lambda text: " ".join(text.split())).filter(lambda t: len(t) >= least)


profiles = st.builds(
    Profile,
    first_name=some_text(1, 20),
    languages=st.lists(st.sampled_from(LANGUAGES_OFFERED), unique=True, min_size=1).map(tuple),
    wishes=st.lists(some_text(3, 30), min_size=1, max_size=3).map(tuple),
    offers=st.lists(some_text(3, 30), max_size=3).map(tuple),
    interests=st.lists(some_text(1, 20) | st.sampled_from(topics_of(EVENT, ENGLISH)), unique=True, max_size=10).map(
        tuple
    ),
    about=some_text(0, 20),
    company=some_text(0, 2).filter(lambda text: len(normal_company(text)) < SHORTEST_COMPANY),
    attendance=st.sampled_from(Attendance),
    time_zone=st.sampled_from(["", *ZONES, "Europe/Vaduz"]),
    matches=st.integers(1, 5),
    recognise=some_text(0, 20),
    contact=some_text(0, 20),
    **{switch: st.booleans() for switch in SWITCHES},
)


def as_sets(profile: Profile) -> Profile:
    """Leave out what order languages and interests were chosen in: the page has one of its own."""
    return profile.model_copy(
        update={"languages": tuple(sorted(profile.languages)), "interests": tuple(sorted(profile.interests))}
    )


@given(profiles)
def test_ones_answers_come_back_as_they_were_when_they_are_sent_untouched(profile: Profile) -> None:
    me = an_attendee("ada").model_copy(update={"profile": profile})
    changing = page(answers_of(profile), me=me, action="/me/x/profile")
    form = read_form(sent_untouched(changing, "/profile") | {"email": "ada@example.org"}, ENGLISH)
    assert as_sets(Profile(**{name: getattr(form, name) for name in Profile.model_fields})) == as_sets(profile)


@given(profiles, st.sampled_from(["nobody", 'a"b@<x>']), st.lists(some_text(1, 20), max_size=3))
def test_a_form_with_a_fault_comes_back_as_it_was_sent(profile: Profile, email: str, avoid: list[str]) -> None:
    sent = {**answers_of(profile), "email": email, "avoid": avoid, "consent_matching": True}
    back = sent_untouched(page(sent, Complaint("email", "no address"), stamp="7.abc"))
    assert (back["stamp"], back["second_line"]) == ("7.abc", "")
    assert (back["email"], back["avoid"], back["consent_matching"]) == (email, avoid, True)
    assert back["wishes"] == list(profile.wishes)
    # And once more, whatever the faults.
    assert sent_untouched(page(back, Complaint("about", "too long"), stamp="7.abc")) == back


def test_nothing_typed_becomes_markup() -> None:
    mean = '"><script>alert(1)</script>'
    fields = {name: mean for name in Form.model_fields if name not in ("languages", "wishes", "offers", "interests")}
    lists = {name: [mean, mean] for name in ("wishes", "offers", "interests", "avoid", "languages")}
    shown_again = page(fields | lists | {"how_many": mean}, Complaint("about", mean))
    assert "<script>alert" not in shown_again


# Faults


@pytest.mark.parametrize("field", [name for name in Form.model_fields if name not in (*SWITCHES, "no_providers")])
def test_each_fault_is_summed_up_with_a_way_to_its_field(field: str) -> None:
    answer = shown({}, Complaint(field, "Something is wrong here."))
    body = str(answer.body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    anchor = anchor_of(field)
    if anchor == WHOLE_FORM:
        assert "<li>Something is wrong here.</li>" in body
    else:
        assert re.search(rf'<a href="#{anchor}">[^<]*Something is wrong here\.</a>', body)
        assert body.count(f' id="{anchor}"') == 1
        assert body.count("Something is wrong here.") == 2


@pytest.mark.parametrize(
    ("field", "anchor"),
    [
        ("wishes", "wishes-0"),
        ("wishes.1", "wishes-1"),
        ("offers.2", "offers-2"),
        ("languages.0", "languages"),
        ("interests.3", "interests"),
        ("avoid.7", "avoid"),
        ("matches", "how_many"),
        ("email", "email"),
        ("form", WHOLE_FORM),
        ("nickname", WHOLE_FORM),
        ("", WHOLE_FORM),
    ],
)
def test_a_fault_of_an_entry_leads_to_its_own_field(field: str, anchor: str) -> None:
    assert anchor_of(field) == anchor


def test_faults_are_summed_up_in_the_order_of_the_page() -> None:
    mixed = [Complaint(name, name) for name in ("nickname", "avoid", "about", "wishes.1", "email", "wishes.0")]
    assert [one.field for one in in_order(mixed)] == ["wishes.0", "wishes.1", "email", "about", "avoid", "nickname"]


@pytest.mark.parametrize("field", ["wishes", "first_name", "email", "languages", "about", "avoid", WHOLE_FORM])
def test_the_first_fault_alone_takes_the_focus(field: str) -> None:
    assert page({}, Complaint(field, "Wrong."), Complaint("recognise", "Wrong, too.")).count(" autofocus") == 1


@pytest.mark.parametrize(
    ("field", "opened"), [("about", True), ("offers.0", True), ("email", False), ("wishes.0", False), ("form", False)]
)
def test_what_is_folded_away_opens_where_a_fault_is_in_it(field: str, opened: bool) -> None:  # noqa: FBT001 - a table
    assert ('<details class="fold" open>' in page({}, Complaint(field, "Wrong."))) is opened


def test_an_empty_form_is_no_fault_and_asks_for_consent() -> None:
    answer = shown(stamp="7.abc")
    assert answer.status_code == HTTPStatus.OK
    fields = form_to(str(answer.body), "/registrations").fields
    assert (fields["stamp"], fields["second_line"], fields["languages"]) == (["7.abc"], [""], ["en"])
    assert "consent_matching" not in fields  # nothing is ticked beforehand
    assert 'name="consent_matching"' in str(answer.body)
    assert 'role="alert"' not in str(answer.body)


def test_who_changes_answers_is_asked_neither_for_address_nor_consent_nor_time() -> None:
    changing = page(answers_of(a_profile()), me=an_attendee("ada"), action="/me/x/profile")
    fields = form_to(changing, "/profile").fields
    assert not {"email", "consent_matching", "consent_follow_up", "stamp", "second_line", "forget_avoided"} & set(
        fields
    )
    assert 'name="email"' not in changing
    assert 'name="consent_matching"' not in changing


def test_how_many_somebody_avoids_is_said_where_there_are_any() -> None:
    several = an_attendee("ada", avoid=("one hash", "another"))
    assert "Forget the earlier entries (2)" in page({}, me=several, action="/me/x/profile")
    assert "forget_avoided" not in page({}, me=an_attendee("ada"), action="/me/x/profile")


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (an_event(), set()),
        (an_event(link="https://meet.example.org"), {"attendance", "time_zone"}),
        (an_event(place=None, link="https://meet.example.org"), {"time_zone"}),
    ],
)
def test_where_somebody_is_is_asked_only_where_it_makes_a_difference(event: Event, asked: set[str]) -> None:
    assert set(form_to(page(event=event), "/registrations").fields) & {"attendance", "time_zone"} == asked


# Parts


def test_an_event_has_topics_of_its_own_or_ours() -> None:
    own = an_event(topics=({"de": "Imkern", "en": "Beekeeping"},))
    assert topics_of(own, ENGLISH) == ["Beekeeping"]
    assert topics_of(own, DU) == ["Imkern"]
    assert "Gardening" in topics_of(EVENT, ENGLISH)
    for voice in VOICES:
        assert len(topics_of(EVENT, voice)) == len(set(topics_of(EVENT, voice))) == 12


def test_a_topic_chosen_in_the_other_language_is_kept_as_ones_own() -> None:
    read = sent_untouched(page({"interests": ["Gardening", "Chor"]}, voice=Voice(Language.DE)))
    assert sorted(read["interests"]) == ["Chor", "Gardening"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(anything)
def test_a_list_is_read_whatever_was_sent_in_its_place(value: Any) -> None:
    found = typed({"interests": value}, "interests")
    assert all(isinstance(one, str) for one in found)
    assert typed({}, "interests") == []
