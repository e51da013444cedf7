"""The things Begegnung is about, as values. They know no AWS, and a wrong one prints nothing personal."""

import base64
import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MILLION = 1_000_000  # scores are stored as whole millionths
NO_ANSWER = "none"  # what an answer not yet given is called in conditions and views


class Value(BaseModel):
    """Immutable, strict about unknown fields, silent about its content when it is wrong.

    Its validator is built when first used, as each function uses only some of these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Language(StrEnum):
    """Languages the product itself speaks."""

    DE = "de"
    EN = "en"


class FormOfAddress(StrEnum):
    """How German texts speak to a person."""

    DU = "du"
    SIE = "sie"


class Bilingual(Value):
    """One text in both languages."""

    de: str = Field(min_length=1, max_length=600)
    en: str = Field(min_length=1, max_length=600)

    def in_language(self, language: Language) -> str:
        return self.de if language is Language.DE else self.en


class Break(Value):
    """A time and a place at the event where two people can meet."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Bilingual
    gone: bool = False  # called off; it keeps its number, by which meetings know the others


class Publish(StrEnum):
    """Whether a round's draft goes out at once or waits for the organiser's word."""

    AUTO = "auto"
    BY_HAND = "by hand"


class FollowUp(Value):
    """Which later letters an event sends, and when: days, None where a letter is switched off."""

    nudge: bool = True
    reminder: int | None = 2  # days before the event
    did_you_meet: int | None = 1  # business days after it
    once_more: int | None = 7  # days after that question, where nobody answered it
    not_yet: int | None = 21  # days after that answer
    stay_in_touch: int | None = 90  # days after that answer
    digest: bool = True  # to the organiser: after each round, and weekly


Label = Annotated[str, Field(min_length=1, max_length=60)]
Alias = Annotated[str, Field(min_length=2, max_length=60)]


class Concept(Value):
    """A topic people talk about: what it is called in a reason, and what people type when they mean it."""

    de: Label
    en: Label
    aliases_de: tuple[Alias, ...] = ()
    aliases_en: tuple[Alias, ...] = ()


class Event(Value):
    """One summit, meetup or online gathering; all moments in UTC."""

    event_id: str
    version: int
    title: Bilingual
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    time_zone: str
    place: Bilingual | None = None
    link: str | None = None
    languages: tuple[Language, ...]
    address: FormOfAddress
    rounds: tuple[AwareDatetime, ...]
    matches_per_person: int
    breaks: tuple[Break, ...] = ()  # each keeps its number while the event changes; not in the order of time
    publish: Publish
    greeting: Bilingual | None = None
    sender_name: str
    reply_to: str
    imprint: str
    privacy_url: str
    retention_days: int
    follow_up: FollowUp = Field(default_factory=FollowUp)  # made here, it would cost each cold start a validator
    accent: str = ""  # the organiser's own colour, "#rrggbb"; empty: ours
    topics: tuple[Bilingual, ...] = ()  # suggested as interests; empty: ours
    concepts: dict[str, Concept] = {}  # the organiser's own, beside our vocabulary's
    allowed_origins: tuple[str, ...] = ()  # websites whose forms may register people, e.g. "https://example.org"
    mail_budget: int = 2000  # mails a day to addresses that nobody has confirmed
    cancelled: bool = False


class RoundState(StrEnum):
    """How far a round has come."""

    PLANNED = "planned"
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Certificate(Value):
    """What is proven of a round's choice. Weights are sums of the pairs' scores, in millionths.

    `best_weight` is what was reached before pairs were exchanged so that more wishes are met.
    """

    weight: int
    best_weight: int
    bound: int  # no choice that covers as many people weighs more
    pairs_looked_at: int
    all_pairs: bool  # every pair the rules allow was looked at
    reachable: int  # people without an introduction for whom there was somebody
    covered: int  # of these, who got somebody
    degrees: tuple[int, ...]  # how many people got 0, 1, 2 ... matches
    wishes_met: int
    wishes_met_before: int
    wishes_meetable: int
    model_id: str = ""  # what read the texts; NO_MODEL where only vocabulary and words did

    @property
    def gap(self) -> float:
        """By which share another choice could be better, at most."""
        return max(0.0, self.bound / self.best_weight - 1) if self.best_weight else 0.0

    @property
    def given(self) -> float:
        """Which share of the weight was given so that more wishes are met."""
        return max(0.0, 1 - self.weight / self.best_weight) if self.best_weight else 0.0


class Round(Value):
    """One dated matching run of an event; `number` counts from 1."""

    event_id: str
    number: int
    due: AwareDatetime
    state: RoundState = RoundState.PLANNED
    draft_key: str | None = None
    answer_by: AwareDatetime | None = None  # since it is published
    pairs: int = 0
    unmatched: dict[str, int] = {}  # reason -> how many people
    certificate: Certificate | None = None

    @property
    def is_out(self) -> bool:
        """Attendees may see this round's matches."""
        return self.state in (RoundState.PUBLISHED, RoundState.CLOSED)


class Attendance(StrEnum):
    """Where somebody can be met."""

    ON_SITE = "on_site"
    VIRTUAL = "virtual"
    BOTH = "both"


Line = Annotated[str, Field(max_length=80)]
Interest = Annotated[str, Field(min_length=1, max_length=60)]
Sentence = Annotated[str, Field(min_length=3, max_length=280)]


class Profile(Value):
    """What a person tells about themselves. docs/api.md says who reads which."""

    first_name: str = Field(min_length=1, max_length=80)
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...] = Field(min_length=1, max_length=8)
    wishes: tuple[Sentence, ...] = Field(min_length=1, max_length=3)
    offers: tuple[Sentence, ...] = Field(default=(), max_length=3)
    interests: tuple[Interest, ...] = Field(default=(), max_length=10)
    about: Line = ""
    company: Line = ""
    attendance: Attendance = Attendance.ON_SITE
    time_zone: Line = ""  # empty: the event's
    matches: int = Field(default=3, ge=1, le=5)
    recognise: Line = ""
    contact: Line = ""
    standing_yes: bool = Field(default=False, strict=True)
    write_me_first: bool = Field(default=False, strict=True)
    first_time: bool = Field(default=False, strict=True)
    provider: bool = Field(default=False, strict=True)
    no_providers: bool = Field(default=False, strict=True)
    colleagues_welcome: bool = Field(default=False, strict=True)
    surprise_me: bool = Field(default=False, strict=True)


class Consents(Value):
    """What a person agreed to, and proof of the words they read."""

    matching: bool = False
    follow_up: bool = False
    wording: str = ""  # SHA-256 of the two declarations as shown


class Submission(Value):
    """A filled form; it becomes or changes an attendee only through the mailed link.

    Without a profile somebody asked for the link to their page only.
    """

    submission_id: str
    event_id: str
    email: str
    address_hash: str
    mailbox_hash: str  # the same for all spellings under which one mailbox may be reached
    company_hash: str
    avoid: tuple[str, ...]  # keyed hashes of addresses and companies not to be matched with
    language: Language
    profile: Profile | None = None
    consents: Consents = Field(default_factory=Consents)
    submitted_at: AwareDatetime
    expires_at: AwareDatetime


class AttendeeState(StrEnum):
    """Whether a person takes part."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Attendee(Value):
    """A person confirmed for one event. `version` grows with each change of the profile."""

    event_id: str
    person_id: str
    version: int
    state: AttendeeState = AttendeeState.CONFIRMED
    email: str
    address_hash: str
    company_hash: str
    avoid: tuple[str, ...]
    language: Language
    profile: Profile
    consents: Consents
    submission_id: str
    submitted_at: AwareDatetime
    confirmed_at: AwareDatetime
    paused_until: AwareDatetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Say whether they asked to be left alone for a while."""
        return self.paused_until is not None and now < self.paused_until

    @property
    def wants_matches(self) -> bool:
        return self.state is AttendeeState.CONFIRMED and self.consents.matching


class Erased(Value):
    """What is needed to sweep up after somebody who had themselves erased; it goes with the last of it."""

    event_id: str
    person_id: str
    address_hash: str
    erased_at: AwareDatetime


class Touched(Value):
    """A concept that a text is about, with its label, so that nobody else needs the vocabulary."""

    concept: str
    share: int  # of the text that is about it, in thousandths
    named: bool  # one of its aliases stands in the text
    de: str
    en: str


class Understood(Value):
    """What one text is about. Empty where nothing was left of the text to be read."""

    text_hash: str = ""  # SHA-256, shortened
    literal: str = ""  # the same for texts that say literally the same, or as a whole name the same concept
    vector: str = ""  # unit vector from the model, as base64 of bytes; empty without a model
    shares: str = ""  # how much it is about each of the reading's concepts, as base64 of bytes
    concepts: tuple[Touched, ...] = ()
    words: tuple[str, ...] = ()  # stems of its own long words, for where no concept is known


class Understanding(Value):
    """A person's texts as read by one model, in the order of the profile of that version."""

    event_id: str
    person_id: str
    version: int
    reading: str = ""  # by which vocabulary and recipe
    model_id: str  # NO_MODEL if there was none
    wishes: tuple[Understood, ...]
    offers: tuple[Understood, ...]
    interests: tuple[Understood, ...]

    @property
    def texts(self) -> tuple[Understood, ...]:
        return (*self.wishes, *self.offers, *self.interests)


NO_MODEL = "none"


class GainKind(StrEnum):
    """Why a pair is worth it to one of the two."""

    SERVED = "served"  # what I wish to hear about, you can tell
    SHARED_WISH = "shared_wish"  # we both wish to hear about it
    SHARED_INTEREST = "shared_interest"  # we both like it
    SURPRISE = "surprise"  # we both would meet somebody beyond our topics


class Gain(Value):
    """One reason for one member of a match, in both people's own words."""

    kind: GainKind
    mine: str
    theirs: str
    topic: Bilingual | None = None  # what both are about, where both texts are bare topics in other words


class Answer(StrEnum):
    """What one of the two says to a proposal."""

    YES = "yes"
    NOT_NOW = "not_now"


class Outcome(StrEnum):
    """What one of the two says became of an introduction. The last two stay private."""

    STAY_IN_TOUCH = "stay_in_touch"
    GOOD_CONVERSATION = "good_conversation"
    NOT_YET = "not_yet"
    LET_IT_REST = "let_it_rest"
    PITCH = "pitch"
    DID_NOT_COME = "did_not_come"


PRIVATE = (Outcome.PITCH, Outcome.DID_NOT_COME)


class SetAside(StrEnum):
    """Why somebody sets a match aside. The other never learns of it."""

    KNOWN = "known"
    BLOCKED = "blocked"


class MatchState(StrEnum):
    """How far a match has come; closed is declined or unanswered, and nobody is told which."""

    PROPOSED = "proposed"
    INTRODUCED = "introduced"
    CLOSED = "closed"


class Match(Value):
    """An unordered pair chosen in a round. Maps go from person_id; `members` are sorted."""

    event_id: str
    match_id: str
    round: int
    members: tuple[str, ...]
    score: int  # reciprocal score in millionths
    gains: dict[str, tuple[Gain, ...]]
    writes_first: str
    openers: dict[str, int] = {}  # which question each reader is given to open with
    state: MatchState = MatchState.PROPOSED
    answers: dict[str, Answer] = {}
    answer_by: AwareDatetime
    introduced_at: AwareDatetime | None = None
    meets_in: int | None = None  # which of the event's breaks both keep free for each other
    outcomes: dict[str, Outcome] = {}
    told_at: dict[str, AwareDatetime] = {}  # when each outcome was said
    set_aside: dict[str, SetAside] = {}

    def other(self, person_id: str) -> str:
        return next(member for member in self.members if member != person_id)

    def answer_of(self, person_id: str) -> str:
        return self.answers.get(person_id, NO_ANSWER)

    def is_blocked_by(self, person_id: str) -> bool:
        """Say whether one of the two wants to hear nothing of the other any more."""
        return self.set_aside.get(person_id) is SetAside.BLOCKED

    def may_show(self, partner: Attendee) -> bool:
        """Say whether one may see the other: not once they left, nor, before both agreed, without their consent."""
        agreed = self.state is MatchState.INTRODUCED or partner.consents.matching
        return partner.state is AttendeeState.CONFIRMED and agreed

    @property
    def all_agree(self) -> bool:
        return all(self.answers.get(member) is Answer.YES for member in self.members)


class Topic(StrEnum):
    """What a person must have agreed to for a letter to leave, and what a link to stop mail takes back."""

    SERVICE = "service"
    MATCHING = "matching"
    FOLLOW_UP = "follow_up"
    DIGEST = "digest"  # to the organiser


class MailKind(StrEnum):
    """The letters. `confirmation` says something else to somebody who is already confirmed."""

    CONFIRMATION = "confirmation"
    PAGE_LINK = "page_link"
    WELCOME = "welcome"
    PROPOSAL = "proposal"
    NUDGE = "nudge"
    NO_MATCH = "no_match"
    INTRODUCTION = "introduction"
    ROUND_CLOSED = "round_closed"
    REMINDER = "reminder"
    DID_YOU_MEET = "did_you_meet"
    NOT_YET = "not_yet"
    STAY_IN_TOUCH = "stay_in_touch"
    EVENT_CHANGED = "event_changed"
    EVENT_CANCELLED = "event_cancelled"
    MEETING_OFF = "meeting_off"
    YOUR_DATA = "your_data"
    GOODBYE = "goodbye"
    DIGEST = "digest"


class MailState(StrEnum):
    """How far a mail has come. `unknown`: perhaps sent, and never to be sent again; `refused`: by a full mailbox."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Owner(StrEnum):
    """To what a mail belongs: a person of an event, a submission nobody has confirmed yet, or the event's organiser."""

    PERSON = "person"
    SUBMISSION = "submission"
    ORGANISER = "organiser"


class MailRef(Value):
    """Where a mail is found: all that queue messages and SES tags carry."""

    event_id: str
    owner: Owner
    owner_id: str
    mail_id: str


class Mail(Value):
    """One planned letter of one kind; `wave` tells the first from the second of its kind, or names its match."""

    event_id: str
    owner: Owner
    owner_id: str
    kind: MailKind
    wave: str
    due: AwareDatetime | None  # None: nothing more is to happen
    not_after: AwareDatetime
    state: MailState = MailState.PLANNED
    attempt: int = 0
    variant: str = ""  # which of its words a letter takes
    unclear: int = 0  # attempts whose end nobody knows
    reason: str | None = None
    ses_id: str | None = None
    sent_at: AwareDatetime | None = None

    @property
    def mail_id(self) -> str:
        """The natural key: planning the same letter twice gives the same id."""
        return natural_id(self.event_id, self.owner, self.owner_id, self.kind, self.wave)

    @property
    def ref(self) -> MailRef:
        return MailRef(event_id=self.event_id, owner=self.owner, owner_id=self.owner_id, mail_id=self.mail_id)


class Suppression(Value):
    """Why an address gets no mail. Mailboxes come back after years, who complained does not."""

    bounced_until: AwareDatetime | None = None
    complained_at: AwareDatetime | None = None
    paused_until: AwareDatetime | None = None  # as it refused several mails, until it takes one

    def stops(self, kind: MailKind, topic: Topic, now: datetime) -> bool:
        """Say whether a letter must not go there. A new form proves that somebody reads what a full mailbox refused."""
        if self.bounced_until is not None and now < self.bounced_until:
            return True
        if self.complained_at is not None and topic is not Topic.SERVICE:
            return True
        paused = self.paused_until is not None and now < self.paused_until
        return paused and kind is not MailKind.CONFIRMATION


class Asked(Value):
    """One follow-up letter that was sent."""

    mail_id: str
    event_id: str
    at: AwareDatetime


class Cap(Value):
    """The follow-up letters to an address over all events, oldest first."""

    asked: tuple[Asked, ...] = ()
    answered_at: AwareDatetime | None = None
    revision: int = 0


class TaskKind(StrEnum):
    """Work for later that is no mail."""

    UNDERSTAND = "understand"  # subject: person_id
    ROUND = "round"  # subject: round number
    PUBLISH = "publish"  # subject: round number
    CLOSE = "close"  # subject: round number
    OCCASION = "occasion"  # subject: occasion:wave
    PLAN = "plan"  # subject: occasion:wave:partition
    FORGET = "forget"  # subject: partition
    ERASE = "erase"  # subject: person_id
    DIGEST = "digest"  # subject: "weekly"


class TaskRef(Value):
    """Where a task is found."""

    kind: TaskKind
    event_id: str
    subject: str


class Task(Value):
    """A piece of work with a due time; `cursor` tells how far a long one has come."""

    kind: TaskKind
    event_id: str
    subject: str
    due: AwareDatetime
    attempt: int = 0
    cursor: int = 0

    @property
    def ref(self) -> TaskRef:
        return TaskRef(kind=self.kind, event_id=self.event_id, subject=self.subject)


class Purpose(StrEnum):
    """What a token lets its holder do."""

    CONFIRM = "confirm"
    PAGE = "page"
    STOP = "stop"


class Token(Value):
    """The stored side of a link: what it allows, for whom, until when."""

    token_hash: str
    purpose: Purpose
    event_id: str
    subject_id: str  # the submission to confirm, the person whose page it is or whose mail it stops
    topic: Topic | None = None  # of the mail to stop
    expires_at: AwareDatetime


def natural_id(*parts: str) -> str:
    """Hash parts into an id of 26 characters; a JSON list, as joined strings would let parts run together."""
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()
    return base64.b32encode(digest).decode()[:26].lower()


def match_id_of(event_id: str, members: tuple[str, ...]) -> str:
    """Name a pair by its event and members, so that no pair can be proposed twice."""
    return natural_id(event_id, *sorted(members))
