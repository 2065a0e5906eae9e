"""The one tree of errors that a client may see.

An error carries a code (clients act on it), a sentence (people read it), an HTTP status and, where the code has any,
further data. Whoever raises one need not know how it travels: `chat.resources.rest` turns it into the envelope.
Codes and statuses: the public API description (feature level 278).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar


class JsonableError(Exception):
    """A refusal that the client is told of, in the error envelope.

    `msg` is one sentence for people. Subclasses fix the code and status; `data` is merged into the envelope.
    """

    code: ClassVar[str] = "BAD_REQUEST"
    status: ClassVar[int] = 400

    def __init__(self, msg: str, **data: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.data = data

    def envelope(self) -> dict[str, Any]:
        """The error as the wire has it."""
        return {"result": "error", "msg": self.msg, "code": self.code, **self.data}

    def headers(self) -> dict[str, str]:
        """HTTP headers that go with this error."""
        return {}


class ParameterMissing(JsonableError):
    code = "REQUEST_VARIABLE_MISSING"

    def __init__(self, name: str) -> None:
        super().__init__(f"Missing '{name}' argument", var_name=name)


class ParameterConfusing(JsonableError):
    code = "REQUEST_CONFUSING_VAR"

    def __init__(self, name: str, alias: str) -> None:
        super().__init__(f"Send either '{name}' or '{alias}', not both", var_name1=name, var_name2=alias)


class ParameterInvalid(JsonableError):
    """A value of the wrong form; the sentence names the parameter."""


class BodyTooLarge(JsonableError):
    code = "REQUEST_TOO_LARGE"
    status = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The request is larger than {limit_bytes} bytes")


class Unauthorized(JsonableError):
    """Nobody is signed in, or the credentials are wrong; which of them is wrong is never told."""

    code = "UNAUTHORIZED"
    status = 401

    def __init__(self, msg: str = "Not logged in: API authentication or user session required", *,
                 scheme: str = "Basic") -> None:
        super().__init__(msg)
        self.scheme = scheme

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": f'{self.scheme} realm="zulip"'}


class AuthenticationFailed(JsonableError):
    code = "AUTHENTICATION_FAILED"
    status = 401

    def __init__(self) -> None:
        super().__init__("Your username or password is incorrect")


class UserDeactivated(JsonableError):
    code = "USER_DEACTIVATED"
    status = 401

    def __init__(self) -> None:
        super().__init__("Account is deactivated")


class CsrfFailed(JsonableError):
    code = "CSRF_FAILED"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__("CSRF error: " + reason, reason=reason)


class NotAllowed(JsonableError):
    """The caller's role does not permit this."""

    code = "UNAUTHORIZED_PRINCIPAL"


class NotFound(JsonableError):
    status = 404


class MethodNotAllowed(JsonableError):
    """405. This one has no code on the wire: it lists the verbs instead."""

    status = 405

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__("Method Not Allowed", allowed_methods=allowed)
        self.allowed = allowed

    def envelope(self) -> dict[str, Any]:
        return {"result": "error", "msg": self.msg, "allowed_methods": self.allowed}

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class ChannelWildcardNotAllowed(JsonableError):
    code = "STREAM_WILDCARD_MENTION_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("You do not have permission to use channel wildcard mentions in this channel.")


class TopicWildcardNotAllowed(JsonableError):
    code = "TOPIC_WILDCARD_MENTION_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("You do not have permission to use topic wildcard mentions in this topic.")


class BadEventQueueId(JsonableError):
    """The sentence begins as it does because old clients recognise a lost queue by it."""

    code = "BAD_EVENT_QUEUE_ID"

    def __init__(self, queue_id: str) -> None:
        super().__init__(f"Bad event queue id: {queue_id}", queue_id=queue_id)


class BadNarrow(JsonableError):
    code = "BAD_NARROW"

    def __init__(self, desc: str) -> None:
        super().__init__(f"Invalid narrow operator: {desc}", desc=desc)


class ChannelDoesNotExist(JsonableError):
    """No such channel, or none that the caller may know of; which of the two is never told."""

    code = "STREAM_DOES_NOT_EXIST"

    def __init__(self, channel: int | str) -> None:
        if isinstance(channel, int):
            super().__init__(f"Channel with ID '{channel}' does not exist", stream_id=channel)
        else:
            super().__init__(f"Channel '{channel}' does not exist", stream=channel)


class ReactionAlreadyExists(JsonableError):
    code = "REACTION_ALREADY_EXISTS"

    def __init__(self) -> None:
        super().__init__("Reaction already exists.")


class ReactionDoesNotExist(JsonableError):
    code = "REACTION_DOES_NOT_EXIST"

    def __init__(self) -> None:
        super().__init__("Reaction doesn't exist.")


class MoveTimeLimitExceeded(JsonableError):
    """Some of a topic's messages are too old to be moved by this person."""

    code = "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED"

    def __init__(self, first_allowed: int | None, total: int, allowed: int) -> None:
        super().__init__(
            f"You may move only the newest {allowed} of the {total} messages in this topic.",
            first_message_id_allowed_to_move=first_allowed, total_messages_in_topic=total,
            total_messages_allowed_to_move=allowed)


class BadImage(JsonableError):
    """A file that should be a picture and is none that can be used."""

    code = "BAD_IMAGE"


class UploadQuota(JsonableError):
    code = "REALM_UPLOAD_QUOTA"

    def __init__(self) -> None:
        super().__init__("Upload would exceed your organization's upload quota.")


class InvalidApiKey(JsonableError):
    """A wrong key on a path that takes one as a parameter."""

    code = "INVALID_API_KEY"
    status = 401

    def __init__(self) -> None:
        super().__init__("Invalid API key")


class ExpectationMismatch(JsonableError):
    """The client changes a setting from a value that it does not have."""

    code = "EXPECTATION_MISMATCH"

    def __init__(self) -> None:
        super().__init__("'old' value does not match the expected value.")


class SystemGroupRequired(JsonableError):
    code = "SYSTEM_GROUP_REQUIRED"

    def __init__(self, setting_name: str) -> None:
        super().__init__(f"'{setting_name}' must be a system user group.", setting_name=setting_name)


class CannotDeactivateLastUser(JsonableError):
    code = "CANNOT_DEACTIVATE_LAST_USER"

    def __init__(self, *, is_last_owner: bool) -> None:
        entity = "organization owner" if is_last_owner else "user"
        super().__init__(f"Cannot deactivate the only {entity}", is_last_owner=is_last_owner, entity=entity)


class RateLimitHit(JsonableError):
    """Too often; `retry-after` says how many seconds to wait."""

    code = "RATE_LIMIT_HIT"
    status = 429

    def __init__(self, retry_after_s: float, standing: Mapping[str, str] | None = None) -> None:
        super().__init__("API usage exceeded rate limit", **{"retry-after": round(retry_after_s, 3)})
        self.retry_after_s = retry_after_s
        self._standing = standing or {}

    def headers(self) -> dict[str, str]:
        return {**self._standing, "Retry-After": str(math.ceil(self.retry_after_s))}


class InvitationFailed(JsonableError):
    """Some addresses were not invited; `errors` has each with the reason and whether a closed account has it."""

    code = "INVITATION_FAILED"

    def __init__(self, msg: str, errors: list[tuple[str, str, bool]], *, sent: bool, daily_limit: bool = False) -> None:
        super().__init__(msg, errors=[list(error) for error in errors], sent_invitations=sent,
                         license_limit_reached=False, daily_limit_reached=daily_limit)


class InvalidPushDeviceToken(JsonableError):
    code = "INVALID_PUSH_DEVICE_TOKEN"

    def __init__(self) -> None:
        super().__init__("Device not recognized")


class InvalidRemotePushDeviceToken(JsonableError):
    code = "INVALID_REMOTE_PUSH_DEVICE_TOKEN"

    def __init__(self) -> None:
        super().__init__("Device not recognized by the push bouncer")


class ServiceUnavailable(JsonableError):
    """The database cannot be reached just now; nothing was done, or it is still being done."""

    code = "SERVICE_UNAVAILABLE"
    status = 503

    def __init__(self, msg: str = "The server cannot reach its database right now; try again shortly") -> None:
        super().__init__(msg)

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}
