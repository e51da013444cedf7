"""What the matching function is told by its environment."""

from shared.settings import Settings, from_environment


class MatchingSettings(Settings):
    draft_bucket: str
    round_queue_url: str


def settings() -> MatchingSettings:
    return from_environment(MatchingSettings)
