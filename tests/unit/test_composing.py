"""What each letter says."""

from __future__ import annotations

import re

import pytest

from functions.mailing.composing import WRITERS
from functions.mailing.letter import Aside, Button, Facts, Letter, Paragraph, Person
from functions.mailing.subject import Meeting
from shared.models import Break, MailKind
from shared.texts import Voice
from tests.people import DU, ENGLISH, SIE, VOICES, a_match, an_attendee, an_event, berlin
from tests.unit.letters import BEN, BOTH, CONFIRM, PAGE, a_letter, a_subject, every_letter, to_stranger

SPEAKS_DU = re.compile(r"\b(du|dich|dir|dein\w*|ihr|euch|eur\w+)\b")


def words(letter: Letter) -> str:
    """Return all of a letter that its reader sees."""
    lines = [letter.subject, letter.preheader, letter.why]
    for block in letter.blocks:
        if isinstance(block, Paragraph | Aside):
            lines.append(block.text)
        elif isinstance(block, Person):
            lines += [
                block.name,
                block.about,
                *block.reasons,
                block.opener,
                *(part for line in block.facts for part in line),
            ]
            lines += [choice.label for choice in block.choices]
        elif isinstance(block, Facts):
            lines += [part for line in block.lines for part in line]
        else:
            lines += [block.label, block.url]
    return "\n".join(lines)


def buttons(letter: Letter) -> list[str]:
    return [block.url for block in letter.blocks if isinstance(block, Button)]


def test_there_is_a_letter_of_every_kind() -> None:
    assert set(WRITERS) == set(MailKind)


@pytest.mark.parametrize("voice", VOICES)
def test_every_letter_greets_says_goodbye_says_why_it_came_and_what_to_do(voice: Voice) -> None:
    for kind, (letter, event) in every_letter(voice).items():
        first, last = letter.blocks[0], letter.blocks[-1]
        assert isinstance(first, Paragraph)
        assert first.text.endswith(",")
        assert isinstance(last, Paragraph)
        assert event.sender_name in last.text
        assert event.title.in_language(voice.language) in letter.why
        assert buttons(letter) or kind.startswith((MailKind.GOODBYE, MailKind.DIGEST))
        assert all(url in (PAGE, CONFIRM, f"{PAGE}/profile") for url in buttons(letter))


@pytest.mark.parametrize("voice", VOICES)
def test_no_letter_has_a_gap_or_raises_its_voice(voice: Voice) -> None:
    for name, (letter, _) in every_letter(voice).items():
        said = words(letter)
        assert not re.search(r"[{}!]|\bNone\b", said), name
        assert "  " not in said


def test_no_formal_letter_slips_into_du() -> None:
    # What people wrote themselves, and what the event is called, may say du.
    for letter, event in every_letter(SIE).values():
        said = re.sub("‹[^›]*›", "", words(letter)).replace(event.title.de, "")
        assert SPEAKS_DU.findall(said) == []


@pytest.mark.parametrize("voice", VOICES)
def test_subjects_fit_into_a_line(voice: Voice) -> None:
    assert {name: one.subject for name, (one, _) in every_letter(voice).items() if len(one.subject) > 78} == {}


@pytest.mark.parametrize("voice", VOICES)
def test_news_that_weigh_come_without_a_joke(voice: Voice) -> None:
    serious = (
        MailKind.CONFIRMATION,
        MailKind.PAGE_LINK,
        MailKind.NO_MATCH,
        MailKind.EVENT_CANCELLED,
        MailKind.EVENT_CHANGED,
        MailKind.YOUR_DATA,
        MailKind.MEETING_OFF,
    )
    for name, (letter, _) in every_letter(voice).items():
        asides = sum(isinstance(block, Aside) for block in letter.blocks)
        assert asides == (0 if name.startswith(serious) else 1), name


# Confirmation


@pytest.mark.parametrize("voice", VOICES)
def test_a_confirmation_carries_nothing_that_was_typed_into_the_form(voice: Voice) -> None:
    about = to_stranger(voice, recipient="typed@example.org")
    said = words(a_letter(MailKind.CONFIRMATION, about))
    assert "typed" not in said
    assert "Ada" not in said
    assert buttons(a_letter(MailKind.CONFIRMATION, about)) == [CONFIRM]


def test_somebody_who_is_confirmed_gets_their_page_and_the_choice_to_take_the_new_answers_over() -> None:
    about = to_stranger(attendee=an_attendee("ada"), page_url=PAGE)
    letter = a_letter(MailKind.CONFIRMATION, about)
    assert buttons(letter) == [PAGE, CONFIRM]
    assert "schon angemeldet" in words(letter)


def test_a_confirmation_says_until_when_its_link_is_valid() -> None:
    assert "Samstag, 8. Mai 2027, 12:00 Uhr" in words(a_letter(MailKind.CONFIRMATION, to_stranger()))


# Welcome


def test_a_welcome_names_the_next_round_or_that_there_is_none() -> None:
    assert "Dienstag, 1. Juni 2027, 09:00 Uhr" in words(a_letter(MailKind.WELCOME, a_subject()))
    assert "Die Runden sind schon gelaufen" in words(a_letter(MailKind.WELCOME, a_subject(next_round=None)))


def test_who_may_not_be_introduced_is_told_so_instead_of_a_date() -> None:
    said = words(a_letter(MailKind.WELCOME, a_subject(attendee=an_attendee("ada", consents={}))))
    assert "niemanden" in said
    assert "1. Juni" not in said


# Proposal


def test_a_proposal_names_everybody_once_with_reasons_and_nothing_to_reach_them_by() -> None:
    letter = a_letter(MailKind.PROPOSAL, a_subject())
    assert [block.name for block in letter.blocks if isinstance(block, Person)] == ["Ben", "Cem"]
    assert all(block.reasons and block.opener for block in letter.blocks if isinstance(block, Person))
    said = words(letter)
    assert not any(
        secret in said for secret in (BEN.email, BEN.profile.contact, BEN.profile.recognise, "cem@", "address of")
    )
    assert letter.reply_to is None


def test_a_proposal_counts_its_people_and_names_the_earliest_end() -> None:
    earlier = Meeting(a_match("ada", "cem", answer_by=berlin("2027-05-28 18:00")), BOTH[1].partner)
    letter = a_letter(MailKind.PROPOSAL, a_subject(meetings=(BOTH[0], earlier)))
    assert letter.subject.startswith("2 Menschen, 2 Gründe")
    assert "Freitag, 28. Mai 2027, 18:00 Uhr" in words(letter)
    assert a_letter(MailKind.PROPOSAL, a_subject(meetings=BOTH[:1])).subject.startswith("Ein Mensch")


def choices(letter: Letter) -> dict[str, list[tuple[str, str]]]:
    people = [block for block in letter.blocks if isinstance(block, Person)]
    return {one.name: [(choice.label, choice.url) for choice in one.choices] for one in people}


@pytest.mark.parametrize("kind", [MailKind.PROPOSAL, MailKind.NUDGE])
def test_each_person_can_be_answered_by_a_link_that_opens_the_page_at_them(kind: MailKind) -> None:
    offered = choices(a_letter(kind, a_subject()))
    ben = BOTH[0].match.match_id
    assert offered["Ben"] == [
        ("Ja, gern", f"{PAGE}?match={ben}&say=yes#{ben}"),
        ("Nicht jetzt", f"{PAGE}?match={ben}&say=not_now#{ben}"),
    ]
    assert [label for label, _ in offered["Cem"]] == ["Ja, gern", "Nicht jetzt"]


def test_the_question_afterwards_offers_what_may_be_said_aloud_for_each_person() -> None:
    offered = choices(a_letter(MailKind.DID_YOU_MEET, a_subject(ENGLISH)))
    assert list(offered) == ["Ben", "Cem"]
    said = ["We stay in touch", "A good conversation, and that was it", "Not yet", "Let it rest"]
    assert all([label for label, _ in each] == said for each in offered.values())
    ben = BOTH[0].match.match_id
    assert offered["Ben"][2][1] == f"{PAGE}?match={ben}&say=not_yet#outcomes-{ben}"


# Introduction


def test_an_introduction_brings_both_names_contact_place_and_who_writes_first() -> None:
    letter = a_letter(MailKind.INTRODUCTION, a_subject(meetings=BOTH[:1]))
    assert letter.subject == "Ada und Ben: Was als Nächstes?"
    said = words(letter)
    assert all(
        part in said
        for part in ("+49 171 1234567", "Kaffeebar", "ein roter Hut", "Du schreibst zuerst", "3. Juni 2027")
    )


def test_answering_an_introduction_reaches_the_other_one() -> None:
    assert a_letter(MailKind.INTRODUCTION, a_subject(meetings=BOTH[:1])).reply_to == "ben@example.org"
    assert all(
        (one.reply_to is None) == (not name.startswith(MailKind.INTRODUCTION))
        for name, (one, _) in every_letter(DU).items()
    )


def test_who_gave_no_contact_is_introduced_with_their_address_and_nothing_empty() -> None:
    letter = a_letter(MailKind.INTRODUCTION, a_subject(meetings=BOTH[1:]))
    (cem,) = (block for block in letter.blocks if isinstance(block, Person))
    assert ("Kontakt", "cem@example.org") in cem.facts
    assert all(label and value for label, value in cem.facts)
    assert "Cem schreibt zuerst" in words(letter)


def test_without_breaks_no_place_is_suggested() -> None:
    nowhere = BOTH[0]._replace(match=a_match("ada", "ben"))
    letter = a_letter(MailKind.INTRODUCTION, a_subject(meetings=(nowhere,)))
    assert "Möglicher Treffpunkt" not in words(letter)
    assert letter.entries == ()


# What comes later


def test_closing_words_name_nobody_and_are_the_same_for_whoever_the_match_was() -> None:
    with_matches = a_letter(MailKind.ROUND_CLOSED, a_subject())
    assert with_matches == a_letter(MailKind.ROUND_CLOSED, a_subject(meetings=()))
    assert "Ben" not in words(with_matches)


def test_after_the_last_round_the_breaks_are_named_once_each() -> None:
    said = words(a_letter(MailKind.ROUND_CLOSED, a_subject(ENGLISH, next_round=None)))
    assert said.count("coffee bar") == 1


def test_after_the_last_round_who_comes_online_is_told_of_the_link() -> None:
    hybrid = an_event(link="https://meet.example.org/next")
    online = an_attendee("ada", profile={"attendance": "virtual"})
    said = [
        words(a_letter(MailKind.NO_MATCH, a_subject(next_round=None, event=event, attendee=reader)))
        for event, reader in ((an_event(place=None, link=hybrid.link), an_attendee("ada")), (hybrid, online))
    ]
    assert all("Videoraum" in one and "https://meet.example.org/next" in one for one in said)
    assert "Videoraum" not in words(a_letter(MailKind.NO_MATCH, a_subject(next_round=None, event=hybrid)))


def test_a_changed_event_says_where_meetings_are_now_and_which_break_is_gone() -> None:
    said = words(a_letter(MailKind.EVENT_CHANGED, a_subject(event=an_event(breaks=with_the_last_one_gone()))))
    assert "10:30 Uhr, Kaffeebar" in said
    assert "bitte neu verabreden" in said


def with_the_last_one_gone() -> tuple[Break, ...]:
    *breaks, last = an_event().breaks
    return (*breaks, last.model_copy(update={"gone": True}))


def test_a_break_that_is_called_off_is_struck_out_of_the_calendar() -> None:
    letter = a_letter(MailKind.EVENT_CHANGED, a_subject(event=an_event(breaks=with_the_last_one_gone())))
    assert [one.cancelled for one in letter.entries] == [False, False, True]
    assert letter.entries[2].sequence > letter.entries[1].sequence
    assert "Cem" not in str(letter.entries[2])


def test_who_left_is_not_named_to_whom_they_would_have_met() -> None:
    letter = a_letter(MailKind.MEETING_OFF, a_subject(meetings=BOTH[:1]))
    said = words(letter) + str(letter.entries)
    assert "10:30 Uhr, Kaffeebar" in said
    assert "Ben" not in said
    assert [one.cancelled for one in letter.entries] == [True]


def test_each_reads_where_the_event_is_for_them() -> None:
    hybrid = an_event(link="https://meet.example.org/next")
    for attendance, where in (
        ("on_site", "Alte Seifenfabrik"),
        ("virtual", "https://meet.example.org/next"),
        ("both", "Alte Seifenfabrik / https://meet.example.org/next"),
    ):
        reader = an_attendee("ada", profile={"attendance": attendance})
        letter = a_letter(MailKind.WELCOME, a_subject(event=hybrid, attendee=reader))
        assert letter.entries[0].where == where
        assert ("Wo", where) in [line for block in letter.blocks if isinstance(block, Facts) for line in block.lines]


def test_the_question_afterwards_names_everybody_it_is_about() -> None:
    letter = a_letter(MailKind.DID_YOU_MEET, a_subject())
    assert "Ben und Cem" in words(letter)
    assert "Nachfragen zugestimmt" in letter.why


def test_an_online_event_names_its_link_as_the_place() -> None:
    event = an_event(place=None, link="https://meet.example.org/next")
    assert "https://meet.example.org/next" in words(a_letter(MailKind.REMINDER, a_subject(event=event)))


def test_braces_in_what_people_write_stay_as_they_are() -> None:
    odd = an_attendee("ben", profile={"first_name": "{title}", "about": "{0} {name!r}"})
    about = a_subject(meetings=(BOTH[0]._replace(partner=odd),))
    for kind in (MailKind.PROPOSAL, MailKind.INTRODUCTION, MailKind.REMINDER, MailKind.DID_YOU_MEET):
        assert "{title}" in words(a_letter(kind, about))


def test_who_has_nobody_is_told_why_in_words_that_are_true_and_kind() -> None:
    def why(variant: str) -> str:
        return words(a_letter(MailKind.NO_MATCH, a_subject(variant=variant)))

    assert "mehr Menschen, als Plätze frei waren" in why("all_taken")
    assert "Was helfen kann: noch ein Satz" in why("little_said")
    assert "Was helfen kann" not in why("all_taken") + why("not_understood")
    assert "nicht mehr rechtzeitig lesen" in why("not_understood")
    # What would tell of others, or of rules somebody set, stays general.
    assert why("nobody_allowed") == why("no_language") == why("")
