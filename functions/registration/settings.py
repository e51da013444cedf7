"""What the registration function is told by its environment."""

from functools import cache

from shared.aws import client
from shared.settings import Settings, from_environment


class RegistrationSettings(Settings):
    mail_queue_url: str
    profile_queue_url: str
    secret_arn: str


def settings() -> RegistrationSettings:
    return from_environment(RegistrationSettings)


@cache
def hash_secret() -> str:
    """Return the key of the address hashes; it never changes, so once per cold start is enough."""
    return str(client("secretsmanager").get_secret_value(SecretId=settings().secret_arn)["SecretString"])
