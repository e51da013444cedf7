"""From the bytes of a filled form to a submission, or to complaints beside its fields."""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from hypothesis import given
from hypothesis import strategies as st

from functions.registration.form import (
    LARGEST_BODY,
    LINK_VALID,
    Form,
    cleaned,
    is_json,
    read_fields,
    read_form,
    submission,
    wording_hash,
)
from shared.errors import BodyTooLarge, BodyUnreadable, Complaint, FieldsInvalid
from shared.models import Attendance, Language, Profile, Submission
from shared.tokens import keyed_hash
from tests.people import DU, ENGLISH, VOICES, an_event, berlin

JSON, HTML = "application/json", "application/x-www-form-urlencoded"
NOW = berlin("2027-05-01 12:00")
SECRET = "of this deployment"
ADA: dict[str, Any] = {
    "first_name": "Ada",
    "email": "ada@example.org",
    "languages": ["de", "en"],
    "wishes": ["How a canteen survives"],
}


def request(body: str | bytes, kind: str = JSON, **headers: str) -> APIGatewayProxyEventV2:
    """Shape a body as the gateway does: forms and odd bytes in Base64, JSON plain."""
    is_plain = isinstance(body, str) and kind == JSON
    raw = body.encode() if isinstance(body, str) else body
    return APIGatewayProxyEventV2(
        {
            "headers": {"content-type": kind} | headers,
            "body": body if is_plain else b64encode(raw).decode(),
            "isBase64Encoded": not is_plain,
        }
    )


def html(**fields: str | list[str]) -> dict[str, Any]:
    return read_fields(request(urlencode(fields, doseq=True), HTML))


def form(**changed: Any) -> Form:
    return read_form(ADA | changed, ENGLISH)


def complaints_about(fields: dict[str, Any]) -> list[Complaint]:
    """Return what is said in English, having seen that German says as much about the same fields."""
    said = []
    for voice in (DU, ENGLISH):
        with pytest.raises(FieldsInvalid) as refused:
            read_form(fields, voice)
        said.append(refused.value.complaints)
    german, english = said
    assert [one.field for one in german] == [one.field for one in english]
    assert all(one.text != other.text for one, other in zip(german, english, strict=True))
    return list(english)


def submitted(language: Language = Language.EN, **changed: Any) -> Submission:
    return submission(form(**changed), an_event(), language, "one", SECRET, NOW)


# The body


def test_the_same_answers_are_the_same_from_a_program_and_from_a_page() -> None:
    assert read_fields(request(json.dumps(ADA))) == html(**ADA) == ADA


def test_a_pages_fields_become_lists_switches_and_single_texts() -> None:
    fields = html(
        wishes=["One wish", "", "  "],
        interests=["Choir, cycling;bees\n", "chess"],
        avoid="ben@example.org,, Mill Ltd",
        consent_matching="on",
        consent_follow_up="off",
        standing_yes="1",
        about=["first", "last"],
    )
    assert fields == {
        "wishes": ["One wish"],
        "interests": ["Choir", "cycling", "bees", "chess"],
        "avoid": ["ben@example.org", "Mill Ltd"],
        "consent_matching": True,
        "consent_follow_up": False,
        "standing_yes": True,
        "about": "last",
    }


def test_a_box_that_is_not_ticked_is_no_consent() -> None:
    read = read_form(html(**ADA), ENGLISH)
    assert (read.consent_matching, read.consent_follow_up, read.standing_yes) == (False, False, False)


@pytest.mark.parametrize("kind", ["Application/JSON; charset=utf-8", "application/json ;x=y"])
def test_a_content_type_may_carry_parameters_and_capitals(kind: str) -> None:
    assert read_fields(request(json.dumps(ADA), kind)) == ADA


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_a_body_of_another_type_is_refused(kind: str) -> None:
    with pytest.raises(BodyUnreadable):
        read_fields(request(json.dumps(ADA), kind))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '["first_name"]',
        '"text"',
        "null",
        "7",
        b'{"first_name": "\xff"}',
        b"\xef\xbb\xbf{}",
        "[" * 20_000,
        '{"matches": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_json_object_in_utf_8_is_refused(body: str | bytes) -> None:
    with pytest.raises(BodyUnreadable):
        read_fields(request(body))


@pytest.mark.parametrize("body", [b"first_name=%ff", b"first_name=\xff", b"&".join([b"a=1"] * 101)])
def test_a_form_that_is_not_utf_8_or_has_too_many_fields_is_refused(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        read_fields(request(body, HTML))


def test_a_body_that_only_claims_to_be_base64_is_refused() -> None:
    with pytest.raises(BodyUnreadable):
        read_fields(APIGatewayProxyEventV2({"headers": {"content-type": JSON}, "body": "ä", "isBase64Encoded": True}))


def test_lists_within_lists_are_refused_however_deep() -> None:
    with pytest.raises((BodyUnreadable, FieldsInvalid)):
        read_form(read_fields(request('{"wishes": ' + "[" * 800 + "]" * 800 + "}")), ENGLISH)


def test_a_body_larger_than_any_honest_form_is_refused_before_it_is_read() -> None:
    with pytest.raises(BodyTooLarge):
        read_fields(request("{" + " " * LARGEST_BODY))
    assert read_fields(request("{}" + " " * (LARGEST_BODY - 2))) == {}


@pytest.mark.parametrize(
    ("sent", "wanted", "expected"),
    [(JSON, "*/*", True), (HTML, JSON, True), (HTML, "text/html", False), ("", "application/problem+json", True)],
)
def test_a_program_is_known_by_what_it_sends_or_wants(sent: str, wanted: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_json(request("", sent, accept=wanted)) is expected


# Cleaning


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \t Lovelace\r\n", "Ada Lovelace"),
        ("Ada\x00\x07Lovelace", "AdaLovelace"),
        ("Ada\u00a0\u2003\u2028Lovelace", "Ada Lovelace"),
        ("\u202eadA\u202c \u2066x\u2069", "adA x"),
        ("A\u200bd\ufeffa\u00ad", "Ada"),
        ("Jo\u0308rg", "J\u00f6rg"),
        ("👩‍🔬 می‌خواهم", "👩‍🔬 می‌خواهم"),
        ("", ""),
    ],
)
def test_a_text_keeps_what_can_be_seen(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@given(st.text(max_size=60))
def test_a_cleaned_text_is_composed_on_one_line_and_stays_as_it_is(typed: str) -> None:
    once = cleaned(typed)
    assert cleaned(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert not any(unicodedata.category(c) == "Cc" or c in "\u2028\u2029\u202e" for c in once)


def test_what_is_no_text_stays_and_lists_are_cleaned_one_by_one() -> None:
    assert cleaned([" a ", 7, None, [" b "], True]) == ["a", 7, None, ["b"], True]


@pytest.mark.parametrize("name", ["\u200d", "\u200c \u200d", "\ufe0f\u200d\ufe0f", "\u0301"])
def test_a_name_that_nobody_can_see_is_no_name(name: str) -> None:
    assert complaints_about(ADA | {"first_name": cleaned(name)})[0].field == "first_name"


# The fields


def test_a_short_form_is_enough() -> None:
    read = form()
    assert (read.matches, read.attendance, read.offers) == (3, Attendance.ON_SITE, ())


@pytest.mark.parametrize("name", ADA)
def test_a_missing_field_is_named(name: str) -> None:
    fields = {field: value for field, value in ADA.items() if field != name}
    assert complaints_about(fields) == [Complaint(name, "This is missing.")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_name": "x" * 300}, "first_name"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": ["Ada"]}, "first_name"),
        ({"languages": []}, "languages"),
        ({"languages": ["Deutsch"]}, "languages.0"),
        ({"languages": "de"}, "languages"),
        ({"wishes": []}, "wishes"),
        ({"wishes": ["no"]}, "wishes.0"),
        ({"wishes": ["A fine wish", "x" * 281]}, "wishes.1"),
        ({"wishes": ["A fine wish"] * 4}, "wishes"),
        ({"wishes": {"first": "A wish"}}, "wishes"),
        ({"interests": ["x" * 61]}, "interests.0"),
        ({"interests": ["bees"] * 11}, "interests"),
        ({"avoid": ["mill"] * 21}, "avoid"),
        ({"about": "x" * 81}, "about"),
        ({"attendance": "sometimes"}, "attendance"),
        ({"matches": 0}, "matches"),
        ({"matches": "6"}, "matches"),
        ({"matches": "many"}, "matches"),
        ({"matches": 2.5}, "matches"),
        ({"standing_yes": "perhaps"}, "standing_yes"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@localhost"}, "email"),
        ({"email": "ada@example.org, ben@example.org"}, "email"),
        ({"email": "Ada <ada@example.org>"}, "email"),
        ({"email": "grüße@example.org"}, "email"),
        ({"email": "a" * 250 + "@example.org"}, "email"),
        ({"nickname": "Countess"}, "nickname"),
        ({"person_id": "ben"}, "person_id"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_in_both_languages(changed: dict[str, Any], field: str) -> None:
    assert [one.field for one in complaints_about(ADA | changed)] == [field]


def test_a_complaint_about_length_says_the_limit_and_not_what_was_typed() -> None:
    (complaint,) = complaints_about(ADA | {"first_name": "Sequoyah" * 40})
    assert complaint.text == "This is too long: at most 80 characters, please."


@given(st.dictionaries(st.sampled_from([*ADA, "matches", "avoid", "x"]), st.text("Zz@. ", min_size=5), min_size=1))
def test_no_complaint_repeats_what_was_typed(typed: dict[str, str]) -> None:
    try:
        read_form(ADA | typed, ENGLISH)
    except FieldsInvalid as refused:
        for complaint in refused.complaints:
            assert not any(text.strip() and text in complaint.text for text in typed.values())
            assert complaint.text


@pytest.mark.parametrize("typed", ["\ud800", ["fine", "\udfff"], "J\ufffdrg"])
def test_a_lost_character_is_refused_in_words(typed: Any) -> None:
    for voice in VOICES:
        with pytest.raises(FieldsInvalid) as refused:
            read_form(ADA | {"about": typed}, voice)
        assert refused.value.complaints == (Complaint("about", voice("complaints.characters")),)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("matches", True), ("standing_yes", "yes"), ("consent_matching", 1), ("consent_follow_up", None)],
)
def test_a_program_says_numbers_and_switches_as_such(field: str, typed: object) -> None:
    assert [one.field for one in complaints_about(ADA | {field: typed})] == [field]


def test_half_a_character_in_a_fields_name_breaks_nothing() -> None:
    for complaint in complaints_about(ADA | {"\ud800": "x"}):
        assert complaint.field.encode().decode() == complaint.field


def test_an_address_is_kept_as_mail_servers_understand_it() -> None:
    assert form(email="Ada@MÜLLER.example").email == "Ada@xn--mller-kva.example"


# Contact details in texts others read


@pytest.mark.parametrize("name", ["first_name", "about", "wishes", "offers", "interests"])
@pytest.mark.parametrize(
    "contact",
    [
        "ada@example.org",
        "at ada@mail.example.org please",
        "+49 171 1234567",
        "0171/123 45 67",
        "(030) 123-4567",
        "030 1234567",
        "0171-1234567",
        "0171\u20131234567",
        "01711234567",
        "089/1234-0",
        "+49 (0)30 1234-567",
        "+49.30.2000000",
        "0049 171 1234567",
        "0800 100 000",
        "555-123-4567",
        "(555) 123-4567",
        "555.123.4567",
        "1-800-555-0100",
        "020 7946 0958",
        "+44 20 7946 0958",
        "07700 900123",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+41 44 668 18 00",
        "since 2019 030 1234567",
        "2019-2021: 030 1234567",
        "030 2019-2021",
        "https://example.org",
        "HTTP://example.org",
        "www.example.org",
    ],
)
def test_no_contact_gets_into_a_text_others_read(name: str, contact: str) -> None:
    value = contact if name in ("first_name", "about") else [contact]
    assert [one.field for one in complaints_about(ADA | {name: value})] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "2019",
        "4-day week",
        "120 people",
        "from 9 to 5, 24/7",
        "ISO 9001:2015",
        "a budget of 25 000",
        "12.5 % of 300",
        "the 1990s and 2000s",
        "@ the office",
        "3 – 4 people",
    ],
)
def test_ordinary_numbers_and_signs_pass(text: str) -> None:
    assert form(wishes=[text], offers=[text], interests=[text], about=text).wishes == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "2019-2021",
        "2019 \u2013 2021 (1999/2000)",
        "on 03.06.2027",
        "on 3/6/2027 120 people",
        "10.-12.06.2027",
        "2027-06-03",
        "03.06.2027 9.30-11.00",
        "1.000.000 euros",
        "1.500-2.500 euros",
        "10 000 000 bees",
        "2500000 people",
        "2000 2010 2020 2000000",
        "100 000 200 000 300 000 " * 11,
        "03.06.27",
        "1 - 2 - 3 - 4",
    ],
)
def test_years_dates_and_large_numbers_pass(text: str) -> None:
    assert form(wishes=[text]).wishes == (text,)


def test_contact_to_pass_on_may_be_given_where_it_is_asked_for() -> None:
    read = form(contact="+49 171 1234567", recognise="www.red-hat.example", company="mail@mill.example")
    assert read.contact == "+49 171 1234567"


@pytest.mark.parametrize("name", ["first_name", "about", "wishes", "offers", "interests"])
@pytest.mark.parametrize(
    "contact",
    [
        "@ada_99",
        "find me as @ada_99",
        "(@ada)",
        "example.org",
        "soap-works.de/team",
        "see Example.COM for more",
        "t.me/somebody",
        "linkedin.com/in/somebody",
        "blog.example.fr",
        "example.net.",
    ],
)
def test_no_handle_and_no_bare_web_address_gets_into_a_text_others_read(name: str, contact: str) -> None:
    value = contact if name in ("first_name", "about") else [contact]
    assert [one.field for one in complaints_about(ADA | {name: value})] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "z.B. wir",
        "z. B. ein Chor",
        "ASP.NET",
        "VB.NET und Node.js/React",
        "asp.net and C#",
        "und/oder",
        "Ja/Nein",
        "Das war gut.Es half",
        "Kosten: 12.50 oder 1.299,00 Euro",
        "9,99 €/Monat",
        "am 3.6. oder 17.12.2026",
        "12.-14.5.",
        "Node.js",
        "u.a. im Garten",
        "St. Pauli e.V.",
        "@ the office",
        "v2.0 und v3.1",
        "24/7",
    ],
)
def test_what_only_looks_a_little_like_an_address_passes(text: str) -> None:
    assert form(wishes=[text], offers=[text], interests=[text], about=text).wishes == (text,)


# One's own company in them


@pytest.mark.parametrize("name", ["first_name", "about", "wishes", "offers", "interests"])
@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Soap Works", "Nights at Soap Works"),
        ("Soap Works GmbH & Co. KG", "nights at the SOAP WORKS"),
        ("soap-works", "Soap Works: nights"),
        ("Soap Works", "(soap.works)?"),
        ("Soap Works", "nights at soap-works GmbH"),
        ("Soap Works Ltd.", "Soap Works"),
        ("SAP", "Was kommt nach SAP?"),
        ("SAP SE", "bei sap, nachts"),
        ("Müller AG", "bei MÜLLER nachts"),
        ("Straßenbau", "beim STRASSENBAU"),
        ("Weitermachen e. V.", "wie Weitermachen e.V. begann"),
        ("S.p.a. Rossi", "la SPA Rossi"),
    ],
)
def test_no_text_others_read_names_the_company(name: str, company: str, text: str) -> None:
    value = text if name in ("first_name", "about") else [text]
    assert complaints_about(ADA | {"company": company, name: value}) == [
        Complaint(name, ENGLISH("complaints.company_inside"))
    ]


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("SAP", "Wie man Kapsap kocht"),
        ("SAP", "Saperlot"),
        ("Soap Works", "How soap workshops run"),
        ("Soap Works", "Soap, and how it works"),
        ("DB", "Was die db weiss"),
        ("", "Soap Works"),
        (" - ", "a - b"),
    ],
)
def test_a_text_that_does_not_name_the_company_passes(company: str, text: str) -> None:
    assert form(company=company, wishes=[text], about=text).about == text


def test_every_text_that_names_the_company_is_named_at_once() -> None:
    naming = {"company": "Soap Works", "about": "nights at Soap Works", "offers": ["fine", "Soap Works at night"]}
    assert [one.field for one in complaints_about(ADA | naming)] == ["about", "offers"]


# The submission


def test_a_submission_holds_the_profile_and_expires_with_its_link() -> None:
    taken = submitted(consent_matching=True)
    assert (taken.submission_id, taken.event_id, taken.email) == ("one", "what-next", "ada@example.org")
    assert taken.profile == Profile(first_name="Ada", languages=("de", "en"), wishes=("How a canteen survives",))
    assert (taken.consents.matching, taken.consents.follow_up) == (True, False)
    assert (taken.submitted_at, taken.expires_at) == (NOW, NOW + LINK_VALID)


def test_whom_somebody_avoids_leaves_only_fingerprints() -> None:
    taken = submitted(avoid=["Ben@Example.org", "Soap Works GmbH"])
    assert taken.avoid == (
        keyed_hash(SECRET, "address", "ben@example.org"),
        keyed_hash(SECRET, "company", "soap works"),
    )
    kept = taken.model_dump_json()
    assert not any(word in kept.lower() for word in ("ben", "soap"))


def test_avoiding_somebody_meets_them_however_they_are_spelt() -> None:
    avoiding = submitted(avoid=["BEN@example.org", "Soap Works"]).avoid
    assert submitted(email="ben@Example.org").address_hash in avoiding
    assert submitted(company="SOAP-WORKS AG").company_hash in avoiding


def test_avoiding_somebody_meets_them_at_a_domain_with_umlauts() -> None:
    assert submitted(email="ben@müller.example").address_hash in submitted(avoid=["ben@müller.example"]).avoid
    assert submitted(email="ben@straße.example").address_hash in submitted(avoid=["Ben@STRAßE.example"]).avoid
    assert submitted(email="ben@müller.example").address_hash in submitted(avoid=["ben@xn--mller-kva.example"]).avoid


def test_whom_nobody_can_write_to_is_avoided_as_typed() -> None:
    assert submitted(avoid=["Ben@"]).avoid == (keyed_hash(SECRET, "address", "ben@"),)


def test_without_a_company_there_is_no_fingerprint_of_one() -> None:
    assert submitted(company="").company_hash == submitted(company=" - ").company_hash == ""


def test_the_words_agreed_to_are_proven_in_the_language_they_were_read() -> None:
    event = an_event()
    german, english = wording_hash(event, Language.DE), wording_hash(event, Language.EN)
    assert german != english
    assert re.fullmatch(r"[0-9a-f]{64}", german)
    assert submitted(Language.DE).consents.wording == german
    assert submitted(Language.EN).consents.wording == english
