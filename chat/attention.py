"""What people want to hear more or less of, in memory: topic policies and muted people.

Part of the Directory: filled once, then changed by its steps alone. It knows no SQL and does no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from chat.personal import MutedUser, Policy, TopicPolicy

_Place = tuple[int, str]
"""A channel's id, and a topic in lower case: a topic is one whatever its case."""


class TopicPolicies:
    def __init__(self) -> None:
        self._policies: dict[int, dict[_Place, TopicPolicy]] = {}
        self._followers: dict[_Place, set[int]] = {}

    def of(self, user_id: int) -> Sequence[TopicPolicy]:
        """All policies of a person, in no order that means anything."""
        return list(self._policies.get(user_id, {}).values())

    def count(self, user_id: int) -> int:
        return len(self._policies.get(user_id, ()))

    def get(self, user_id: int, channel_id: int, topic: str) -> TopicPolicy | None:
        """None where the topic is as its channel."""
        return self._policies.get(user_id, {}).get((channel_id, topic.lower()))

    def at(self, channel_id: int, topic: str) -> Sequence[TopicPolicy]:
        """Everyone's policies for one topic."""
        place = (channel_id, topic.lower())
        return [policies[place] for policies in self._policies.values() if place in policies]

    def followers(self, channel_id: int, topic: str) -> Set[int]:
        """Ids of the people who follow a topic."""
        return self._followers.get((channel_id, topic.lower()), frozenset())

    def put(self, policy: TopicPolicy) -> None:
        """Policy.NONE forgets."""
        mine, place = self._policies.setdefault(policy.user_id, {}), (policy.channel_id, policy.topic.lower())
        followers = self._followers.setdefault(place, set())
        (followers.add if policy.policy == Policy.FOLLOWED else followers.discard)(policy.user_id)
        if not followers:
            del self._followers[place]
        if policy.policy == Policy.NONE:
            mine.pop(place, None)
        else:
            mine[place] = policy


class MutedUsers:
    def __init__(self) -> None:
        self._muted: dict[int, dict[int, MutedUser]] = {}
        self._muters: dict[int, set[int]] = {}

    def of(self, user_id: int) -> Mapping[int, MutedUser]:
        """Whom a person muted, by id, the first muted first."""
        return self._muted.get(user_id, {})

    def muters_of(self, user_id: int) -> Set[int]:
        """Ids of the people who muted this one."""
        return self._muters.get(user_id, frozenset())

    def load(self, muted: Sequence[MutedUser]) -> None:
        """Fill an empty one."""
        for one in muted:
            self._muted.setdefault(one.user_id, {})[one.muted_user_id] = one
            self._muters.setdefault(one.muted_user_id, set()).add(one.user_id)

    def put(self, user_id: int, muted: Sequence[MutedUser]) -> None:
        """These are the people whom a person muted now."""
        for other in self._muted.pop(user_id, {}):
            self._muters[other].discard(user_id)
        if muted:
            self._muted[user_id] = {one.muted_user_id: one for one in muted}
            for one in muted:
                self._muters.setdefault(one.muted_user_id, set()).add(user_id)
