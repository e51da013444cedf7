"""What the organiser function is told by its environment."""

from shared.settings import Settings, from_environment


class OrganiserSettings(Settings):
    round_queue_url: str
    imprint: str
    privacy_url: str
    public_url: str
    sender_address: str
    sender_identity: str
    mails_per_second: int
    alarm_topic_arn: str


def settings() -> OrganiserSettings:
    return from_environment(OrganiserSettings)
