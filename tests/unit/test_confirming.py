"""What a confirmed form makes of an attendee."""

from __future__ import annotations

from datetime import timedelta

from functions.registration.confirming import next_version
from shared.models import AttendeeState, Consents
from tests.people import a_profile, a_submission, an_attendee, berlin

NOW = berlin("2027-05-02 08:00")
ADA = an_attendee("ada", submission_id="first")
LATER = ADA.submitted_at + timedelta(days=1)


def test_the_first_confirmation_makes_an_attendee_with_the_forms_id() -> None:
    form = a_submission("ada", submission_id="first")
    ada = next_version(form, None, NOW)
    assert (ada.person_id, ada.version, ada.state) == ("first", 1, AttendeeState.CONFIRMED)
    assert (ada.confirmed_at, ada.profile, ada.consents) == (NOW, form.profile, form.consents)


def test_a_newer_form_replaces_the_answers_and_keeps_the_person() -> None:
    form = a_submission(
        "ada", submission_id="second", submitted_at=LATER, profile=a_profile(about="neu"), consents=Consents()
    )
    ada = next_version(form, ADA, NOW)
    assert (ada.person_id, ada.version, ada.submission_id) == ("ada", 2, "second")
    assert (ada.profile.about, ada.consents.matching) == ("neu", False)
    assert ada.confirmed_at == ADA.confirmed_at


def test_an_older_form_never_overwrites_a_newer_one() -> None:
    form = a_submission(
        "ada",
        submission_id="older",
        submitted_at=ADA.submitted_at - timedelta(days=1),
        profile=a_profile(about="alt"),
    )
    assert next_version(form, ADA, NOW) is ADA


def test_the_same_form_confirmed_twice_leaves_the_answers_as_they_are() -> None:
    form = a_submission("ada", submission_id="first", profile=a_profile(about="other"))
    assert next_version(form, ADA, NOW) is ADA


def test_an_old_link_brings_nobody_back_who_left_but_a_new_form_does() -> None:
    gone = an_attendee("ada", submission_id="first", state=AttendeeState.WITHDRAWN)
    old, new = a_submission("ada", submission_id="first"), a_submission("ada", submitted_at=LATER)
    assert next_version(old, gone, NOW) is gone
    assert next_version(new, gone, NOW).state is AttendeeState.CONFIRMED
