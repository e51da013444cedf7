"""Event source mappings: a queue's messages in batches to its function, and back what failed."""

from __future__ import annotations

from typing import Any

from infra.local.cloud import REGION, Cloud, Mapping
from infra.local.lambdas import FunctionFailed
from shared.aws import client


def poll(cloud: Cloud, mapping: Mapping) -> int:
    """Hand one batch over; return how many messages were taken. What fails comes again after its visibility time."""
    queue, sqs = cloud.queues[mapping.queue], client("sqs")
    # Looking into moto: asking its API costs as much as receiving nothing.
    if not queue.approximate_number_of_messages:
        return 0
    messages = sqs.receive_message(
        QueueUrl=queue.physical_resource_id, MaxNumberOfMessages=min(10, mapping.batch_size), AttributeNames=["All"]
    ).get("Messages", [])
    if not messages:
        return 0
    try:
        answer = cloud.invoke(
            cloud.functions[mapping.function], {"Records": [record(queue.queue_arn, one) for one in messages]}
        )
    except FunctionFailed:
        return len(messages)
    failed = failures(answer, {one["MessageId"] for one in messages}) if mapping.reports_failures else set()
    done = [one for one in messages if one["MessageId"] not in failed]
    if done:
        entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in done]
        sqs.delete_message_batch(QueueUrl=queue.physical_resource_id, Entries=entries)
    return len(messages)


def failures(answer: Any, ids: set[str]) -> set[str]:
    """Read a partial failure as the service does: an unknown or empty id fails the whole batch."""
    named = {one.get("itemIdentifier") for one in (answer or {}).get("batchItemFailures", [])}
    return named if named.issubset(ids) else ids


def record(queue_arn: str, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def depths(cloud: Cloud) -> dict[str, int]:
    """Count the messages of each queue, those in work included."""
    return {
        name: queue.approximate_number_of_messages + queue.approximate_number_of_messages_not_visible
        for name, queue in cloud.queues.items()
    }
