"""The key of the address hashes: it makes them worthless to anybody else."""

from functools import cache

from shared.aws import client
from shared.settings import Settings, from_environment


class SecretSettings(Settings):
    secret_arn: str


@cache
def hash_secret() -> str:
    """Return the key; it never changes, so once per cold start is enough."""
    arn = from_environment(SecretSettings).secret_arn
    return str(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
