"""What the registration function is told by its environment."""

from shared.settings import Settings, from_environment


class RegistrationSettings(Settings):
    mail_queue_url: str
    profile_queue_url: str


def settings() -> RegistrationSettings:
    return from_environment(RegistrationSettings)
