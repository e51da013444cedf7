"""The life of an event, as its people see it."""

from __future__ import annotations

from datetime import timedelta

from infra.local import control, people
from shared import chain, clock
from shared.chain import Occasion
from shared.store import attendees, events
from shared.store.keys import attendee_key
from shared.store.table import table
from tests.system.life import ADA, BO, CY, Life, form, without_tokens


def test_two_people_meet_from_the_form_to_did_you_meet(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    assert life.cards(ADA)[0][0] == life.cards(BO)[0][0] == "open"
    assert "‹Unsere Kantine kocht jetzt selbst, und alle kommen›" in life.page(ADA)
    assert BO["email"] not in life.page(ADA)
    life.answer(ADA, "yes")
    assert life.cards(BO)[0][0] == "open"
    life.answer(BO, "yes")
    assert BO["email"] in life.page(ADA)
    life.turn_to(days=-9)
    assert life.subjects(ADA) == [
        "Bitte bestätigen",
        "Du bist dabei",
        "Ein Mensch, ein Grund",
        "Ada und Bo",
        "Bald ist es so weit",
        "Habt ihr euch getroffen?",
        "Habt ihr euch getroffen?",
    ]
    introduction = life.mails(ADA)[3]
    assert str(introduction.message["Reply-To"]) == BO["email"]
    assert "10:30 Uhr, Kaffeebar" in introduction.part("plain")


def test_who_pauses_is_in_no_round_until_the_pause_is_over(life: Life) -> None:
    life.join(ADA, BO)
    ada = next(one for one in attendees.attendees(life.event_id) if one.email == ADA["email"])
    until = clock.utc_text(life.start - timedelta(days=5))
    pause = table().update(attendee_key(life.event_id, ada.person_id), "SET paused_until = :until", until=until)
    table().write(pause)
    life.turn_to(days=9)
    assert life.cards(ADA) == life.cards(BO) == []
    life.turn_to(days=1)
    assert [standing for standing, _ in life.cards(ADA)] == ["open"]


def test_a_round_keeps_the_proof_of_its_choice_and_shows_its_draft_before_it_is_out(life: Life) -> None:
    life.organise(publish="by hand")
    cy = form("Cy", "Welche Falknerei nimmt mich auf?", "")
    life.join(ADA, BO, {name: text for name, text in cy.items() if name != "offers"})
    life.turn_to(days=9)
    query = {"event_id": life.event_id}
    drafted = control.last_round(life.stack, "", query)
    assert drafted["state"] == "draft"
    assert [pair["state"] for pair in drafted["pairs"]] == ["draft"]
    assert drafted["alone"] == [["Cy", "too little in the profile to find a reason"]]
    assert drafted["certificate"].startswith("No other choice could be more than 0.00 % better.")
    proven = events.event_with_rounds(life.event_id)[1][0].certificate
    assert proven is not None
    assert (proven.covered, proven.reachable, proven.degrees) == (2, 2, (1, 2))
    assert life.command("status")["rounds"][0]["gap"] == 0
    life.command("publish")
    published = control.last_round(life.stack, "", query)
    assert [pair["state"] for pair in published["pairs"]] == ["proposed"]
    assert published["pairs"][0]["reasons"] == drafted["pairs"][0]["reasons"]


def test_each_mail_comes_at_its_time(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=-9)
    proposal, _, reminder, did_you_meet, once_more = life.mails(ADA)[2:]
    assert (life.start.date() - proposal.at.date()).days == 10
    assert (life.start.date() - reminder.at.date()).days == 2
    assert (did_you_meet.at.date() - life.start.date()).days == 1
    assert (once_more.at - did_you_meet.at).days == 7


def test_an_answer_ends_the_questions(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=-2)
    assert life.outcome(ADA, "good_conversation").status == 303
    life.turn_to(days=-10)
    assert life.subjects(ADA).count("Habt ihr euch getroffen?") == 1
    assert life.subjects(BO).count("Habt ihr euch getroffen?") == 2


def test_a_no_and_silence_look_the_same_to_the_other_side(life: Life) -> None:
    """Ada says yes to Bo, Dee to Eli. Bo declines, Eli says nothing."""
    dee = form("Dee", "Wer kennt sich mit Mentoring aus?", "Wie wir die Imkerei auf das Dach geholt haben")
    eli = form("Eli", "Wer hat Bienen auf dem Dach, Imkerei also?", "Zehn Jahre Mentoring, und was davon blieb")
    life.join(ADA, BO, dee, eli)
    life.turn_to(days=9)
    life.answer(ADA, "yes")
    life.answer(dee, "yes")
    while_silent = without_tokens(life.page(ADA))
    life.answer(BO, "not_now")
    assert without_tokens(life.page(ADA)) == while_silent
    life.turn_to(days=4)
    assert life.cards(ADA)[0][0] == life.cards(dee)[0][0] == "closed"
    assert life.subjects(ADA) == life.subjects(dee)
    closing = [life.mails(person)[-1] for person in (ADA, dee)]
    assert closing[0].at == closing[1].at
    texts = [without_tokens(mail.part("plain")).replace("Ada", "Dee") for mail in closing]
    assert texts[0] == texts[1]


def test_somebody_who_said_not_now_hears_nothing_of_the_closing(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.answer(BO, "not_now")
    life.turn_to(days=4)
    assert "Diese Runde ist zu Ende" not in life.subjects(BO)
    assert "Diese Runde ist zu Ende" in life.subjects(ADA)


def test_a_not_now_can_be_changed_until_the_round_closes(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.answer(ADA, "not_now")
    life.answer(ADA, "yes")
    life.answer(BO, "yes")
    assert life.cards(ADA)[0][0] == "introduced"


def test_an_answer_after_closing_comes_too_late(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    page, (_, match_id) = life.link(ADA, "/me/"), life.cards(ADA)[0]
    life.turn_to(days=4)
    answered = people.press(life.stack, f"{page}/matches/{match_id}/answer", "answer=yes")
    assert answered.status == 409


def test_two_standing_yeses_are_introduced_at_once(life: Life) -> None:
    life.join(ADA | {"standing_yes": True}, BO | {"standing_yes": True})
    life.turn_to(days=9)
    assert life.subjects(ADA)[-1] == "Ada und Bo"
    assert "Ein Mensch, ein Grund" not in life.subjects(ADA)


def test_whoever_cannot_be_matched_is_told_and_when_the_next_round_is(life: Life) -> None:
    life.join(ADA, CY)
    life.turn_to(days=9)
    letter = life.mails(CY)[-1]
    assert "Kein Vorschlag in dieser Runde" in str(letter.message["Subject"])
    assert f"Die nächste Runde ist am Dienstag, {(life.start - timedelta(days=2)).day}." in letter.part("plain")


def test_colleagues_are_never_proposed_to_each_other(life: Life) -> None:
    life.join(ADA | {"company": "Müller GmbH"}, BO | {"company": "müller gmbh & co. kg"})
    life.turn_to(days=9)
    assert not life.cards(ADA)


def test_people_somebody_named_are_never_proposed(life: Life) -> None:
    life.join(ADA | {"avoid": [BO["email"].upper()]}, BO)
    life.turn_to(days=9)
    assert not life.cards(ADA)


def test_without_consent_nobody_is_matched_until_one_button_is_pressed(life: Life) -> None:
    life.join(ADA, BO | {"consent_matching": False})
    assert "fehlt dein Einverständnis" in life.page(BO)
    life.turn_to(days=9)
    assert not life.cards(ADA)
    people.press(life.stack, f"{life.link(BO, '/me/')}/consents", "topic=matching&given=yes")
    life.turn_to(days=1)
    assert life.cards(ADA)


def test_without_consent_no_mail_is_promised(life: Life) -> None:
    for person, promised in ((ADA, True), (BO | {"consent_matching": False}, False)):
        life.send(person)
        life.stack.settle()
        told = people.press(life.stack, life.link(person, "/confirm/"), "").body.decode()
        assert ("Dann bekommst du Post" in told) == promised
        assert ("fehlt dein Einverständnis" in told) != promised


def test_without_consent_to_follow_ups_nobody_is_asked(life: Life) -> None:
    life.introduce(ADA | {"consent_follow_up": False}, BO)
    life.turn_to(days=-9)
    assert "Habt ihr euch getroffen?" not in life.subjects(ADA)
    assert "Habt ihr euch getroffen?" in life.subjects(BO)


def test_whoever_leaves_gets_no_more_mail_and_shows_as_gone(life: Life) -> None:
    life.introduce(ADA, BO)
    people.press(life.stack, f"{life.link(BO, '/me/')}/leave", "")
    life.turn_to(days=-9)
    assert life.subjects(BO)[-1] == "Abgemeldet"
    assert "Bald ist es so weit" not in life.subjects(BO) + life.subjects(ADA)
    assert "Nimmt nicht mehr teil" in life.page(ADA)
    assert "Bo" not in without_tokens(life.page(ADA)).split("<main>")[1]


def test_a_late_registrant_is_matched_in_the_next_round(life: Life) -> None:
    life.join(ADA)
    life.turn_to(days=5)
    life.join(BO)
    life.turn_to(days=1)
    assert life.cards(ADA)[0][0] == "open"


def test_people_who_met_at_an_earlier_event_are_not_proposed_again(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=-9)
    second = Life(life.stack, f"{life.name} again")
    second.join(ADA, BO)
    second.turn_to(days=9)
    assert not second.cards(ADA)


def test_nobody_is_proposed_to_the_same_person_twice(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(hours=1)
    assert len(life.cards(ADA)) == 1


def test_a_page_shows_nothing_before_its_round_is_published(life: Life) -> None:
    life.organise(publish="by hand")
    life.join(ADA, BO)
    life.turn_to(days=9)
    assert not life.cards(ADA)
    assert life.command("publish")["pairs"] == 1
    life.stack.settle()
    assert life.cards(ADA)[0][0] == "open"


def test_a_bounced_address_gets_no_more_mail(life: Life) -> None:
    gone = form("Gone", "Wer hat einen Chor gegründet?", "Unsere Kantine kocht selbst")
    life.join(gone)
    life.stack.inbox.tell(life.mails(gone)[-1], "Bounce")
    life.turn_to(days=9)
    assert len(life.mails(gone)) == 2
    states = life.command("status")["mails"]
    assert states["welcome bounced"] == "<5"
    assert not any(name.startswith("no_match") for name in states)


def test_moving_the_event_tells_everybody_and_moves_what_follows(life: Life) -> None:
    life.introduce(ADA, BO)
    later = f"{life.start:%Y-%m-%d}T11:00:00"
    answer = life.organise(starts_at=later, breaks=[])
    assert answer["changed"] == ["starts_at", "rounds", "breaks"]
    assert answer["letters"] == ["event_changed"]
    assert life.subjects(ADA)[-1] == "Geändert"
    assert "11:00" in life.mails(ADA)[-1].part("plain")
    life.turn_to(days=-9)
    assert life.subjects(ADA).count("Bald ist es so weit") == 1


def test_cancelling_tells_everybody_and_ends_everything(life: Life) -> None:
    life.join(ADA, BO)
    assert life.organise(cancelled=True)["letters"] == ["event_cancelled"]
    life.turn_to(days=-9)
    assert life.subjects(ADA)[-1] == "Abgesagt"
    assert life.send(ADA).status == 409


def test_status_counts_without_telling_of_single_people(life: Life) -> None:
    life.join(ADA, BO)
    people_counted = life.command("status")["people"]
    assert people_counted["confirmed"] == "<5"
    assert people_counted["without_a_match"] == "<5"
    assert people_counted["left"] == 0


def test_nothing_is_left_in_a_dead_letter_queue(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=-9)
    assert not any(control.state(life.stack, "", {})["dead_letters"].values())


def test_news_of_a_move_reach_people_whatever_else_changes_before_they_leave(life: Life) -> None:
    life.join(ADA)
    moved = {"starts_at": f"{life.start:%Y-%m-%d}T11:00:00", "breaks": []}
    command = {"command": "event", "event": life.content(**moved)}
    life.stack.invoke("OrganiserFunction", command)  # and before anything is sent:
    life.organise(**moved, greeting="Bis bald.")
    assert life.subjects(ADA).count("Geändert") == 1


def test_an_open_proposal_holds_its_seat(life: Life) -> None:
    life.join(ADA | {"matches": 1}, BO)
    life.turn_to(days=9)
    third = form("Di", "Wie habt ihr eure Kantine umgebaut?", "Wie wir einen Chor im Betrieb gegründet haben")
    life.join(third, BO | {"email": "second-bo@example.org", "first_name": "Bob"})
    life.organise(rounds=["8d"])
    life.turn_to(days=7)
    assert [standing for standing, _ in life.cards(ADA)] == ["open"]
    assert life.cards(third)


def test_only_the_latest_draft_can_be_published_and_none_of_a_cancelled_event(life: Life) -> None:
    life.organise(publish="by hand")
    life.join(ADA | {"matches": 1}, BO | {"matches": 1})
    life.turn_to(days=1)
    assert life.command("publish")["round"] == 2
    assert "refused" in life.command("publish")
    life.turn_to(hours=2)
    life.organise(publish="by hand", cancelled=True)
    assert "refused" in life.command("publish")


def test_a_change_in_its_very_minute_loses_no_reminder(life: Life) -> None:
    life.introduce(ADA, BO)
    (due,) = [one.due for one in chain.occasions(events.event(life.event_id)) if one.occasion is Occasion.REMINDER]
    life.stack.set_clock(due)
    life.organise(greeting="Bis morgen.")
    life.turn_to(hours=1)
    assert "Bald ist es so weit" in life.subjects(ADA)


def test_a_break_that_is_over_is_nobodys_meeting_point(life: Life) -> None:
    day = f"{life.start:%Y-%m-%d}"
    late = {"starts_at": f"{day}T15:00:00", "ends_at": f"{day}T15:30:00", "place": "Galerie"}
    early = life.content()["breaks"][0]
    life.organise(rounds=[f"{day}T13:00:00"], breaks=[*[early] * 9, late])
    life.join(ADA | {"standing_yes": True}, BO | {"standing_yes": True})
    life.turn_to(hours=-5)
    assert "Galerie" in life.page(ADA)


def test_whoever_comes_after_the_draft_is_not_told_that_there_is_nobody(life: Life) -> None:
    life.organise(publish="by hand")
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.join(CY)
    life.command("publish")
    assert "Ein Mensch, ein Grund" in life.subjects(ADA)
    assert life.subjects(CY)[-1] == "Du bist dabei"
