"""People, pairs and what is known of addresses: decided in a condition, with what follows in its transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.template import ROOT
from shared import chain
from shared.errors import AnswerTooLate, EventChangedMeanwhile, LinkUnknown
from shared.models import (
    Answer,
    Asked,
    Attendee,
    AttendeeState,
    Bilingual,
    Certificate,
    Consents,
    Gain,
    GainKind,
    MailKind,
    MailState,
    Match,
    MatchState,
    Outcome,
    Owner,
    RoundState,
    SetAside,
    Submission,
    Topic,
    Understanding,
)
from shared.store import addresses, attendees, events, limits, mails, matches, pauses, tasks
from shared.store.items import item_of
from shared.store.keys import attendee_key, submission_key, task_key, token_key
from shared.store.table import table
from shared.tokens import page_link, token_hash
from tests.contract.work import MINUTE, NOW, a_mail, a_task, a_token, confirm, understand
from tests.people import a_match, a_submission, an_attendee, an_event, rounds_of

DAY = timedelta(days=1)
ADA, BEN, CLEO = (an_attendee(name) for name in ("ada", "ben", "cleo"))


def submit(form: Submission) -> None:
    mail = a_mail(owner=Owner.SUBMISSION, owner_id=form.submission_id, kind=MailKind.CONFIRMATION)
    attendees.submit(form, mail, 1)


def published(**changed: Any) -> Match:
    match = a_match(**changed)
    assert matches.publish(match, [ADA, BEN])
    return match


def seen(match: Match) -> Match:
    found = matches.match(match.event_id, match.match_id)
    assert found is not None
    return found


def answer(match: Match, person: Attendee, said: Answer, meets_in: int | None = 0) -> Match | None:
    letters = chain.introductions(match, an_event(), NOW)
    return matches.answer(match, person.person_id, said, NOW, [ADA, BEN], letters, meets_in)


# Forms and who they become


def test_a_form_and_an_attendee_are_read_as_they_were_written() -> None:
    submit(a_submission())
    assert confirm(ADA)
    assert attendees.submission("form of ada", a_submission().submitted_at) == a_submission()
    assert attendees.attendee("what-next", "ada") == ADA
    assert attendees.attendees_by_id("what-next", {"ada", "nobody"}) == {"ada": ADA}
    assert addresses.person_at(ADA.address_hash, "what-next") == "ada"


def test_a_form_for_an_event_that_has_changed_leaves_nothing() -> None:
    events.save(an_event(version=1), rounds_of(an_event()), [], [], [], {})
    submit(a_submission())
    events.save(an_event(version=2), rounds_of(an_event()), [], [], [], {})
    with pytest.raises(EventChangedMeanwhile):
        submit(a_submission(submission_id="late"))
    assert attendees.submission("late", NOW) is None
    assert attendees.submissions("what-next") == 1


def test_an_address_becomes_one_person() -> None:
    assert confirm(ADA)
    assert not confirm(an_attendee("other", address_hash=ADA.address_hash))
    assert attendees.attendee("what-next", "other") is None
    assert [mail.kind for mail in attendees.mails_of("what-next", "other")] == []


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"version": 2},
        {"consents": Consents(matching=False, follow_up=True, wording="read")},
        {"paused_until": NOW + DAY},
        {"state": AttendeeState.WITHDRAWN},
    ],
)
def test_a_new_profile_undoes_nothing_that_happened_meanwhile(meanwhile: dict[str, Any]) -> None:
    assert confirm(ADA)
    changed = ADA.model_copy(update=meanwhile)
    table().write(table().put(item_of(attendee_key("what-next", "ada"), changed)))
    assert not confirm(ADA.model_copy(update={"version": 3}), ADA)
    assert not attendees.change_profile(ADA.model_copy(update={"version": 3}), ADA, understand(ADA))
    assert attendees.attendee("what-next", "ada") == changed
    assert attendees.change_profile(ADA.model_copy(update={"version": 3}), changed, understand(ADA))


def test_consents_and_pauses_are_given_and_taken_back_by_those_who_are_here() -> None:
    assert confirm(ADA)
    attendees.take_back(ADA, Topic.FOLLOW_UP, NOW)
    attendees.pause(ADA, NOW + DAY)
    found = attendees.attendee("what-next", "ada")
    assert found is not None
    assert (found.consents.matching, found.consents.follow_up) == (True, False)
    assert found.is_paused(NOW)
    attendees.pause(ADA, None)
    attendees.give_consent(ADA, Topic.FOLLOW_UP, "read")
    assert attendees.attendee("what-next", "ada") == found.model_copy(
        update={"paused_until": None, "consents": ADA.consents}
    )
    attendees.withdraw(ADA, [], NOW)
    with pytest.raises(LinkUnknown):
        attendees.give_consent(ADA, Topic.MATCHING, "read")
    with pytest.raises(LinkUnknown):
        attendees.pause(ADA, None)


def test_who_leaves_takes_what_is_planned_along_and_leaving_twice_is_leaving_once() -> None:
    assert confirm(ADA)
    mails.plan(a_mail())
    goodbye = chain.goodbye(ADA, an_event(), NOW)
    attendees.withdraw(ADA, [goodbye], NOW)
    attendees.withdraw(ADA, [goodbye], NOW)
    states = {mail.kind: mail.state for mail in attendees.mails_of("what-next", "ada")}
    assert states == {
        MailKind.WELCOME: MailState.CANCELLED,
        MailKind.REMINDER: MailState.CANCELLED,
        MailKind.GOODBYE: MailState.PLANNED,
    }


def test_who_has_themselves_erased_comes_back_by_a_new_form_only() -> None:
    submit(a_submission())
    assert confirm(ADA)
    assert attendees.erase(ADA, [], NOW)
    assert not attendees.erase(ADA, [], NOW)
    left = attendees.erased("what-next", "ada")
    assert left is not None
    for is_last in (False, True):
        attendees.sweep(left, NOW, is_last=is_last)
    assert attendees.erased("what-next", "ada") is None
    assert attendees.submission("form of ada", NOW) is None
    assert addresses.was_erased(a_submission())
    assert not confirm(ADA)
    assert confirm(ADA.model_copy(update={"submitted_at": NOW + MINUTE}))


# Pairs


def test_a_pair_is_published_once_and_only_with_those_who_are_as_they_were() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    match = published()
    assert not matches.publish(match, [ADA, BEN])
    assert matches.matches_of("what-next", "ada") == matches.matches_of("what-next", "ben") == [match]
    assert not matches.publish(a_match("ada", "cleo"), [ADA, CLEO])
    assert not matches.publish(a_match("ben", "ada", match_id="m"), [ADA.model_copy(update={"version": 2}), BEN])
    attendees.take_back(BEN, Topic.MATCHING, NOW)
    assert not matches.publish(a_match("ben", "ada", match_id="m"), [ADA, BEN])


def test_a_break_is_promised_once() -> None:
    for one in (ADA, BEN, CLEO):
        assert confirm(one)
    met = {"state": MatchState.INTRODUCED, "meets_in": 1}
    published(**met)
    assert not matches.publish(a_match("ada", "cleo", **met), [ADA, CLEO])
    assert matches.publish(a_match("ada", "cleo", **met | {"meets_in": None}), [ADA, CLEO])
    assert matches.booked("what-next", ["ada", "ben"]) == {1}
    assert matches.have_met(ADA.address_hash) == {BEN.address_hash, CLEO.address_hash}


def test_the_second_yes_introduces_with_all_that_follows() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    match = published()
    first = answer(match, ADA, Answer.YES)
    assert first is not None
    assert answer(match, BEN, Answer.YES) is None, "the other's answer was not seen"
    assert seen(match).state is MatchState.PROPOSED
    introduced = answer(seen(match), BEN, Answer.YES)
    assert introduced is not None
    assert seen(match) == introduced
    assert introduced.state is MatchState.INTRODUCED
    assert matches.booked("what-next", ["ben"]) == {0}
    kinds = [mail.kind for one in ("ada", "ben") for mail in attendees.mails_of("what-next", one)]
    assert kinds.count(MailKind.INTRODUCTION) == 2
    matches.close(match)
    assert seen(match).state is MatchState.INTRODUCED


def test_nobody_is_introduced_to_who_has_left() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    match = published()
    assert answer(match, ADA, Answer.YES)
    attendees.withdraw(ADA, [], NOW)
    assert answer(seen(match), BEN, Answer.YES) is None
    assert seen(match).answers == {"ada": Answer.YES}


def test_what_became_of_it_is_told_and_what_is_planned_for_it_planned_once() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    match = published(state=MatchState.INTRODUCED)
    assert matches.note_outcome(match, ADA, Outcome.NOT_YET, [a_mail()], NOW)
    assert not matches.note_outcome(match, ADA, Outcome.LET_IT_REST, [a_mail()], NOW)
    assert matches.note_outcome(match, ADA, Outcome.PITCH, [], NOW)
    assert seen(match).outcomes == {"ada": Outcome.PITCH}
    assert seen(match).told_at == {"ada": NOW}
    assert addresses.cap(ADA.address_hash).answered_at == NOW
    with pytest.raises(AnswerTooLate):
        matches.note_outcome(a_match("ada", "cleo"), ADA, Outcome.NOT_YET, [], NOW)


def test_a_match_is_set_aside_and_taken_up_again_and_forgets_who_is_gone() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    bees = Gain(kind=GainKind.SHARED_INTEREST, mine="Bienen", theirs="Imkern", topic=Bilingual(de="Imkern", en="bees"))
    match = published(gains={"ada": (bees,), "ben": (bees,)})
    matches.set_aside(match, ADA, BEN.address_hash, SetAside.BLOCKED)
    assert matches.have_met(BEN.address_hash) == {ADA.address_hash}
    assert answer(seen(match), ADA, Answer.YES) is None
    matches.set_aside(seen(match), ADA, BEN.address_hash, None)
    assert seen(match).set_aside == {}
    assert matches.have_met(BEN.address_hash) == set()
    assert answer(seen(match), ADA, Answer.YES)
    matches.take_out(seen(match), "ada")
    assert (seen(match).answers, seen(match).gains["ada"]) == ({}, ())
    assert (seen(match).gains["ben"][0].theirs, seen(match).gains["ben"][0].topic) == ("", None)
    matches.drop(match)
    assert matches.matches_of("what-next", "ben") == []
    matches.take_out(match, "ada")
    with pytest.raises(AnswerTooLate):
        matches.set_aside(match, ADA, "", SetAside.KNOWN)


# Rounds


def test_a_round_goes_its_way_once_whoever_works_on_it() -> None:
    first = rounds_of(an_event())[0]
    events.save(an_event(), [first], [], [a_task()], [], {})
    stray = tasks.claim(a_task().ref, NOW, MINUTE)
    working = tasks.claim(a_task().ref, NOW + MINUTE, MINUTE)
    assert stray is not None
    assert working is not None
    proof = Certificate(
        weight=10**15,
        best_weight=10**15 + 1,
        bound=10**15 + 2,
        pairs_looked_at=5 * 10**9,
        all_pairs=False,
        reachable=2,
        covered=2,
        degrees=(1, 2),
        wishes_met=1,
        wishes_met_before=0,
        wishes_meetable=3,
    )
    drafted = first.model_copy(
        update={"draft_key": "drafts/x", "pairs": 1, "unmatched": {"little_said": 1}, "certificate": proof}
    )
    events.save_draft(drafted, stray, [], [])
    assert events.event_with_rounds("what-next")[1] == [first]
    events.save_draft(drafted, working, [a_task("publish")], [a_mail()])
    assert events.event_with_rounds("what-next")[1] == [drafted.model_copy(update={"state": RoundState.DRAFT})]
    assert table().get(task_key(working.ref)) is None
    with pytest.raises(EventChangedMeanwhile):
        events.save(an_event(version=2), [first], [], [], [], {})
    publishing = tasks.claim(a_task("publish").ref, NOW, MINUTE)
    assert publishing is not None
    for _ in range(2):
        events.finish_publishing("what-next", 1, NOW + DAY, publishing, [a_task("close")], [])
    events.save(an_event(version=2), [], [], [], [a_task("gone").ref], {1: NOW + MINUTE})
    closing = tasks.claim(a_task("close").ref, NOW, MINUTE)
    assert closing is not None
    events.close_round("what-next", 1, closing, [a_task("last")])
    (closed,) = events.event_with_rounds("what-next")[1]
    assert (closed.state, closed.answer_by) == (RoundState.CLOSED, NOW + MINUTE)
    assert [ref.subject for ref in tasks.due_tasks(NOW, 10)] == ["last"]


def test_what_is_understood_of_a_newer_profile_stays_and_of_who_is_gone_nothing() -> None:
    def understood(version: int, person_id: str = "ada") -> Understanding:
        return Understanding(
            event_id="what-next", person_id=person_id, version=version, model_id="m", wishes=(), offers=(), interests=()
        )

    assert confirm(ADA)
    for one in (understood(2), understood(1), understood(1, "nobody")):
        attendees.save_understanding(one)
    assert attendees.understandings("what-next") == {"ada": understood(2)}


# Links


def test_a_link_is_stored_hashed_and_minted_in_its_claim() -> None:
    raw, link = page_link(an_event(), "ada")
    mails.plan(a_mail())
    assert mails.claim(a_mail(), NOW, MINUTE, [link])
    assert attendees.token(token_hash(raw), NOW) == link
    assert raw not in str(table().get(token_key(token_hash(raw))))
    assert attendees.token(raw, NOW) is None


# Gone, whether DynamoDB has deleted it or not


def test_what_has_expired_is_gone_though_it_is_still_there() -> None:
    submit(form := a_submission())
    attendees.add_link(link := a_token())
    until, hashed = form.expires_at, link.token_hash
    assert attendees.submission(form.submission_id, until - MINUTE)
    assert attendees.submission(form.submission_id, until) is None
    assert attendees.token(hashed, link.expires_at - MINUTE)
    assert attendees.token(hashed, link.expires_at) is None
    name = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]["Table"]["Properties"][
        "TimeToLiveSpecification"
    ]["AttributeName"]
    for key, end in ((submission_key(form.submission_id), until), (token_key(hashed), link.expires_at)):
        kept = table().get(key)
        assert kept is not None
        assert kept[name] == int(end.timestamp())


def test_pauses_and_suppressions_end_by_themselves() -> None:
    pauses.pause(pauses.EVERYTHING, "account", NOW, NOW + 2 * MINUTE)
    pauses.pause(pauses.EVERYTHING, "shorter", NOW, NOW + MINUTE)
    pauses.pause(pauses.scope("what-next"), "by hand", NOW)
    pauses.pause(pauses.scope("what-next"), "shorter than for ever", NOW, NOW + DAY)
    held = pauses.all_pauses(NOW)
    assert {what: one.reason for what, one in held.items()} == {"ALL": "account", "EVENT#what-next": "by hand"}
    assert list(pauses.all_pauses(NOW + 2 * MINUTE)) == ["EVENT#what-next"]
    pauses.resume(pauses.scope("what-next"), NOW)
    assert pauses.paused("what-next", MailKind.PROPOSAL, Topic.MATCHING, NOW + 2 * MINUTE) is None
    addresses.note_bounce("h", NOW)
    assert addresses.suppressed({"h", "i"}, NOW) == addresses.unreachable({"h"}, NOW) == {"h"}
    assert addresses.unreachable({"h"}, NOW + addresses.BOUNCED_FOR) == set()


# Counts


def test_a_refusal_told_twice_counts_once_and_a_delivery_ends_the_count() -> None:
    for place in (1, 1, 2, 2):
        addresses.note_refusal("h", f"ses-{place}", f"2027-05-20T07:0{place}:00Z", NOW)
    assert addresses.suppression("h").paused_until is None
    addresses.note_refusal("h", "ses-3", "2027-05-20T07:03:00Z", NOW)
    assert addresses.suppression("h").paused_until is not None
    addresses.note_delivery("h", "2027-05-20T07:02:00Z", NOW)
    addresses.note_delivery("h", "2027-05-20T07:01:00Z", NOW)
    assert addresses.suppression("h").paused_until is None


def test_of_two_who_count_the_same_letters_one_counts() -> None:
    before = addresses.cap("h")
    first, second = (
        addresses.count_asked("h", before, Asked(mail_id=name, event_id="e", at=NOW), NOW) for name in "ab"
    )
    table().transact([first])
    mails.plan(a_mail())
    assert mails.claim(a_mail(), NOW, MINUTE, [], [second]) is None
    table().transact([addresses.note_answer("h", NOW)])
    addresses.give_back("h", "a", NOW)
    found = addresses.cap("h")
    assert (found.asked, found.revision, found.answered_at) == ((), 3, NOW)


def test_no_second_has_more_mails_than_it_may() -> None:
    assert [pauses.take_turn(NOW, 2) for _ in range(3)] == [True, True, False]
    assert pauses.take_turn(NOW + timedelta(seconds=1), 2)


def test_forms_and_outcomes_are_counted() -> None:
    assert [limits.count_form("n", NOW) for _ in range(3)] == [1, 2, 3]
    assert limits.count_form("n", NOW + limits.WINDOW) == 1
    for _ in range(pauses.ENOUGH_MAILS):
        pauses.count(MailState.DELIVERED, NOW)
    assert pauses.trouble(NOW) is None
    for _ in range(2):
        pauses.count(MailState.COMPLAINED, NOW + DAY)
    assert pauses.trouble(NOW + DAY) == "complaint_rate"
    pauses.resume(pauses.EVERYTHING, NOW + DAY)
    assert pauses.trouble(NOW + DAY) is None


def test_when_their_time_is_over_people_and_pairs_go() -> None:
    assert confirm(ADA)
    assert confirm(BEN)
    published(state=MatchState.INTRODUCED)
    for one in (ADA, BEN):
        attendees.forget(one, NOW)
    assert list(attendees.attendees("what-next")) == []
    assert list(matches.all_matches("what-next")) == []
    assert table().get(attendee_key("what-next", "ada")) is None
    assert matches.have_met(ADA.address_hash) == {BEN.address_hash}
