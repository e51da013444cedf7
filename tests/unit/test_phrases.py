"""Why two are worth each other's time, and where they can meet, as each of them reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import NO_MODEL, Bilingual, Certificate, Gain, GainKind
from shared.phrases import OPENERS, certificate, opener, reasons
from shared.texts import Voice
from tests.people import DU, ENGLISH, SIE, VOICES, a_match

SERVED = Gain(kind=GainKind.SERVED, mine="Ich frage", theirs="Du erzählst")
LIKED_BY_ADA = Gain(kind=GainKind.SHARED_INTEREST, mine="Bienen", theirs="Imkern")
LIKED_BY_BEN = Gain(kind=GainKind.SHARED_INTEREST, mine="Imkern", theirs="Bienen")
WISHED_BY_ADA = Gain(kind=GainKind.SHARED_WISH, mine="Wunsch A", theirs="Wunsch B")
WISHED_BY_BEN = Gain(kind=GainKind.SHARED_WISH, mine="Wunsch B", theirs="Wunsch A")
CANTEEN = Bilingual(de="Kantine", en="staff canteen")


def both_sides(ada: tuple[Gain, ...], ben: tuple[Gain, ...], voice: Voice = DU) -> tuple[list[str], list[str]]:
    """Return what Ada reads of Ben, and Ben of Ada."""
    match = a_match(gains={"ada": ada, "ben": ben})
    return list(reasons(match, "ada", "Ben", voice)), list(reasons(match, "ben", "Ada", voice))


def test_what_one_can_tell_is_said_to_both_from_their_own_side() -> None:
    ada, ben = both_sides((SERVED,), (LIKED_BY_BEN,), ENGLISH)
    assert ada == [
        "You would like to hear: ‹Ich frage› – Ben can talk about: ‹Du erzählst›",
        "You both like this. You: ‹Bienen› – Ben: ‹Imkern›",
    ]
    assert ben == [
        "You both like this. You: ‹Imkern› – Ada: ‹Bienen›",
        "Ada would like to hear: ‹Ich frage› – you can talk about: ‹Du erzählst›",
    ]


@pytest.mark.parametrize(("ada", "ben"), [(LIKED_BY_ADA, LIKED_BY_BEN), (WISHED_BY_ADA, WISHED_BY_BEN)])
@pytest.mark.parametrize("voice", VOICES)
def test_what_both_gain_alike_is_said_once_with_ones_own_words_first(ada: Gain, ben: Gain, voice: Voice) -> None:
    (to_ada,), (to_ben,) = both_sides((ada,), (ben,), voice)
    assert to_ada.index(ada.mine) < to_ada.index(ada.theirs)
    assert to_ben.index(ben.mine) < to_ben.index(ben.theirs)
    assert both_sides((ada,), (SERVED,), voice)[0][0] == to_ada


def test_what_both_wrote_in_the_same_words_is_quoted_once() -> None:
    ada = Gain(kind=GainKind.SHARED_INTEREST, mine="Imkern", theirs="imkern")
    ben = Gain(kind=GainKind.SHARED_INTEREST, mine="imkern", theirs="Imkern")
    assert both_sides((ada,), (ben,)) == (["Das mögt ihr beide: ‹Imkern›"], ["Das mögt ihr beide: ‹imkern›"])
    wish = Gain(kind=GainKind.SHARED_WISH, mine="Wunsch", theirs="Wunsch")
    assert both_sides((wish,), (wish,), ENGLISH)[0] == ["You are both looking for this: ‹Wunsch›"]


def test_what_both_wrote_into_a_wish_and_an_offer_is_told_to_both_from_their_own_side() -> None:
    alike = Gain(kind=GainKind.SERVED, mine="Imkern", theirs="Imkern")
    assert both_sides((alike,), (alike,), ENGLISH)[0] == [
        "You would like to hear: ‹Imkern› – Ben can talk about: ‹Imkern›",
        "Ben would like to hear: ‹Imkern› – you can talk about: ‹Imkern›",
    ]


def on_canteens(kind: GainKind, mine: str = "Mensa", theirs: str = "canteens") -> Gain:
    return Gain(kind=kind, mine=mine, theirs=theirs, topic=CANTEEN)


@pytest.mark.parametrize(
    ("kind", "voice", "to_ada", "to_ben"),
    [
        (
            GainKind.SERVED,
            DU,
            "Du möchtest davon hören, und Ben kann davon erzählen: Kantine",
            "Ada möchte davon hören, und du kannst davon erzählen: Kantine",
        ),
        (
            GainKind.SERVED,
            SIE,
            "Sie möchten davon hören, und Ben kann davon erzählen: Kantine",
            "Ada möchte davon hören, und Sie können davon erzählen: Kantine",
        ),
        (
            GainKind.SERVED,
            ENGLISH,
            "You would like to hear about this, and Ben can talk about it: staff canteen",
            "Ada would like to hear about this, and you can talk about it: staff canteen",
        ),
        *(
            (kind, voice, sentence, sentence)
            for kind, voice, sentence in (
                (GainKind.SHARED_WISH, DU, "Davon möchtet ihr beide hören: Kantine"),
                (GainKind.SHARED_WISH, SIE, "Davon möchten Sie beide hören: Kantine"),
                (GainKind.SHARED_WISH, ENGLISH, "You would both like to hear about this: staff canteen"),
                (GainKind.SHARED_INTEREST, DU, "Das interessiert euch beide: Kantine"),
                (GainKind.SHARED_INTEREST, SIE, "Das interessiert Sie beide: Kantine"),
                (GainKind.SHARED_INTEREST, ENGLISH, "You are both interested in this: staff canteen"),
            )
        ),
    ],
)
def test_a_topic_that_both_named_is_told_in_the_readers_language(
    kind: GainKind, voice: Voice, to_ada: str, to_ben: str
) -> None:
    assert both_sides((on_canteens(kind),), (LIKED_BY_BEN,), voice)[0][0] == to_ada
    assert both_sides((on_canteens(kind),), (LIKED_BY_BEN,), voice)[1][-1] == to_ben


def test_one_topic_is_told_once_in_however_many_words_they_wrote_of_it() -> None:
    for kind in (GainKind.SHARED_INTEREST, GainKind.SHARED_WISH):
        ada = (on_canteens(kind), on_canteens(kind, mine="Kantinen"))
        to_ada, to_ben = both_sides(ada, (on_canteens(kind, mine="cafeteria", theirs="Essen"),))
        assert len(to_ada) == len(to_ben) == 1


@given(st.lists(st.sampled_from([SERVED, LIKED_BY_ADA, WISHED_BY_ADA]), min_size=1, max_size=2, unique=True))
def test_everything_the_one_gains_stands_in_both_letters(ada: list[Gain]) -> None:
    for letter in both_sides(tuple(ada), (LIKED_BY_BEN,)):
        text = "\n".join(letter)
        assert all(f"‹{gain.mine}›" in text and f"‹{gain.theirs}›" in text for gain in ada)


@pytest.mark.parametrize("voice", VOICES)
def test_words_are_quoted_and_never_bent_whatever_they_hold(voice: Voice) -> None:
    odd = Gain(kind=GainKind.SERVED, mine="{name} 100 % {0}", theirs="<b>«»</b> {theirs}")
    for letter in both_sides((odd,), (LIKED_BY_BEN,), voice):
        assert any("‹{name} 100 % {0}›" in line and "‹<b>«»</b> {theirs}›" in line for line in letter)


def test_a_question_to_open_with_is_about_what_the_other_one_wrote() -> None:
    assert "‹Du erzählst›" in opener(a_match(gains={"ada": (WISHED_BY_ADA, SERVED), "ben": (SERVED,)}), "ada", DU)
    assert "‹Wunsch B›" in opener(a_match(gains={"ada": (WISHED_BY_ADA,), "ben": (SERVED,)}), "ada", DU)


@pytest.mark.parametrize("kind", [GainKind.SERVED, GainKind.SHARED_INTEREST, GainKind.SHARED_WISH])
def test_a_question_to_open_with_quotes_the_other_one_even_where_a_topic_stands_in_the_reason(kind: GainKind) -> None:
    question = opener(a_match(gains={"ada": (on_canteens(kind),), "ben": (SERVED,)}), "ada", ENGLISH)
    assert "‹canteens›" in question
    assert CANTEEN.en not in question


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("gain", [SERVED, WISHED_BY_ADA])
def test_each_number_is_another_question_of_at_least_twelve(gain: Gain, voice: Voice) -> None:
    asked = {
        opener(a_match(gains={"ada": (gain,), "ben": (SERVED,)}, openers={"ada": number}), "ada", voice)
        for number in range(OPENERS)
    }
    assert len(asked) == OPENERS >= 12
    assert all(question.endswith("?") and f"‹{gain.theirs}›" in question for question in asked)


@pytest.mark.parametrize("voice", VOICES)
def test_two_without_a_topic_read_that_both_wanted_it_and_what_the_other_wishes(voice: Voice) -> None:
    mine = Gain(kind=GainKind.SURPRISE, mine="Wunsch A", theirs="Wunsch B")
    theirs = Gain(kind=GainKind.SURPRISE, mine="Wunsch B", theirs="Wunsch A")
    (to_ada,), (to_ben,) = both_sides((mine,), (theirs,), voice)
    assert to_ada.index("Wunsch A") < to_ada.index("Wunsch B")
    assert to_ben.index("Wunsch B") < to_ben.index("Wunsch A")
    assert "‹Wunsch B›" in opener(a_match(gains={"ada": (mine,), "ben": (theirs,)}), "ada", voice)


# What is proven


def proven(**changed: object) -> Certificate:
    found = {
        "weight": 99_000_000,
        "best_weight": 100_000_000,
        "bound": 100_030_000,
        "pairs_looked_at": 5000,
        "all_pairs": True,
        "reachable": 60,
        "covered": 59,
        "degrees": (1, 20, 39),
        "wishes_met": 80,
        "wishes_met_before": 70,
        "wishes_meetable": 90,
    }
    return Certificate.model_validate(found | changed)


def test_the_certificate_is_read_as_sentences() -> None:
    assert certificate(proven(), ENGLISH) == (
        "No other choice could be more than 0.03 % better. "
        "Then 1.00 % of the sum of all scores was given so that 10 more wishes are met. "
        "Of 60 people for whom there was somebody, 59 have a match."
    )
    assert certificate(proven(wishes_met=70), DU) == (
        "Keine andere Auswahl könnte mehr als 0,03 % besser sein. "
        "Von 60 Menschen, für die jemand da war, haben 59 jemanden."
    )


def test_what_is_proven_is_rounded_up_and_says_among_which_pairs() -> None:
    said = certificate(proven(bound=100_030_001, all_pairs=False, wishes_met=70), ENGLISH)
    assert "0.04 %" in said
    assert "among the 5000 most promising pairs" in said
    assert certificate(proven(weight=0, best_weight=0, bound=0, wishes_met=70), ENGLISH).startswith("No other choice")


@pytest.mark.parametrize(
    ("voice", "sentence"),
    [(DU, "Texte wurden ohne Sprachmodell verglichen, "), (ENGLISH, "Texts were compared without a language model, ")],
)
def test_organisers_read_where_no_model_was_at_hand_and_only_there(voice: Voice, sentence: str) -> None:
    plain = certificate(proven(), voice)
    assert certificate(proven(model_id=NO_MODEL), voice).startswith(f"{plain} {sentence}")
    assert certificate(proven(model_id="a model"), voice) == plain


# Where to meet
