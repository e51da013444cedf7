"""Where drafts are kept: in S3, under their content's hash."""

from __future__ import annotations

import hashlib

from functions.matching.draft import Draft
from functions.matching.settings import settings
from shared.aws import client


def save(draft: Draft) -> str:
    """Store a draft and return its key; the same draft again overwrites itself."""
    body = draft.model_dump_json().encode()
    key = f"drafts/{draft.event_id}/{draft.round}/{hashlib.sha256(body).hexdigest()}.json"
    client("s3").put_object(Bucket=settings().draft_bucket, Key=key, Body=body, ContentType="application/json")
    return key


def load(key: str) -> Draft:
    answer = client("s3").get_object(Bucket=settings().draft_bucket, Key=key)
    return Draft.model_validate_json(answer["Body"].read())
