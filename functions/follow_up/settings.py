"""What the clock's function is told by its environment."""

from shared.settings import Settings, from_environment


class FollowUpSettings(Settings):
    mail_queue_url: str
    profile_queue_url: str
    round_queue_url: str
    mails_per_second: int


def settings() -> FollowUpSettings:
    return from_environment(FollowUpSettings)
