"""What the mailing functions are told by their environment."""

from shared.settings import Settings, from_environment


class MailingSettings(Settings):
    public_url: str
    sender_address: str
    configuration_set: str
    mails_per_second: int


def settings() -> MailingSettings:
    return from_environment(MailingSettings)
