"""What the organiser function is told by its environment."""

from shared.settings import Settings, from_environment


class OrganiserSettings(Settings):
    round_queue_url: str


def settings() -> OrganiserSettings:
    return from_environment(OrganiserSettings)
