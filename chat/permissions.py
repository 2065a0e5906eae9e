"""Who may do what: every answer follows from a person's role, the organisation's settings and its groups.

Pure questions to the Directory; nothing is written, nothing waits, nothing is refused here (who asks says how).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from chat.directory import Directory
from chat.group_values import GroupValue
from chat.models import Channel, Group, PostPolicy, User

Test = Callable[["Permissions", User], bool]
MAX_FREE_WILDCARD = 15
"""Up to so many people anyone may mention all of them at once."""


class Permissions:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    # What settings are made of

    def is_full_member(self, user: User) -> bool:
        """A moderator or above, or a member who is no longer new here."""
        return user.is_moderator or (not user.is_guest and not self._directory.is_new_member(user.id))

    def has(self, user: User, value: GroupValue) -> bool:
        """Whether `user` is among those whom a group-valued setting names."""
        return self._directory.is_in(user, value)

    def common(self, user: User, policy: int) -> bool:
        """Whether one of the wire's common policies lets `user`."""
        return _COMMON[policy](self, user)

    # The organisation

    def may_invite(self, user: User) -> bool:
        return self.common(user, self._directory.realm.invite_to_realm_policy)

    def may_make_invitation_links(self, user: User) -> bool:
        return self.has(user, self._directory.realm.create_multiuse_invite_group)

    def may_edit_groups(self, user: User) -> bool:
        """Whether `user` may make groups, and change those they are in (moderators: all)."""
        return self.common(user, self._directory.realm.user_group_edit_policy)

    def may_edit_group(self, user: User, group: Group) -> bool:
        """One that people made: moderators any, others those they are in."""
        return self.may_edit_groups(user) and (user.is_moderator or user.id in group.member_ids)

    def may_mention_group(self, user: User, group: Group) -> bool:
        return self.has(user, group.can_mention_group)

    def may_add_emoji(self, user: User) -> bool:
        return self.common(user, self._directory.realm.add_custom_emoji_policy)

    def may_create_bot(self, user: User, *, generic: bool) -> bool:
        """Generic bots can read and write as people do; the policy may leave those to administrators."""
        policy = self._directory.realm.bot_creation_policy
        return user.is_administrator or (not user.is_guest and (policy == 1 or (policy == 2 and not generic)))

    def may_change_name(self, user: User) -> bool:
        return user.is_administrator or not self._directory.realm.name_changes_disabled

    def may_change_email(self, user: User) -> bool:
        return user.is_administrator or not self._directory.realm.email_changes_disabled

    def may_change_avatar(self, user: User) -> bool:
        return user.is_administrator or not self._directory.realm.avatar_changes_disabled

    # Channels

    def may_create_channel(self, user: User, *, private: bool) -> bool:
        realm = self._directory.realm
        value = realm.can_create_private_channel_group if private else realm.can_create_public_channel_group
        return not user.is_guest and self.has(user, value)

    def may_subscribe_others(self, user: User) -> bool:
        return self.common(user, self._directory.realm.invite_to_stream_policy)

    def may_remove_subscribers(self, user: User, channel: Channel) -> bool:
        """Whether `user` may put others out of a channel that they can see."""
        return user.is_administrator or (
            self._directory.can_see_channel(user, channel) and self.has(user, channel.can_remove_subscribers_group))

    def may_post(self, user: User, channel: Channel) -> bool:
        """By the channel's policy alone; a private one asks for a subscription beside it."""
        return {
            PostPolicy.EVERYONE: True,
            PostPolicy.ADMINISTRATORS: user.is_administrator,
            PostPolicy.FULL_MEMBERS: self.is_full_member(user),
            PostPolicy.MODERATORS: user.is_moderator,
        }[PostPolicy(channel.post_policy)]

    # Messages

    def may_mention_all(self, user: User, people: int) -> bool:
        """Whether `user` may mention so many people at once, by a wildcard."""
        return people <= MAX_FREE_WILDCARD or _WILDCARD[self._directory.realm.wildcard_mention_policy](self, user)

    def may_edit_content(self, user: User, sender_id: int) -> bool:
        """Own messages only, while the organisation allows it. How long: `message_content_edit_limit_seconds`."""
        return user.id == sender_id and self._directory.realm.allow_message_editing

    def may_move_topics(self, user: User) -> bool:
        """Whether `user` may change messages' topics, also of others. How long, for those below moderators:
        `move_messages_within_stream_limit_seconds`."""
        return self.common(user, self._directory.realm.edit_topic_policy)

    def may_move_between_channels(self, user: User) -> bool:
        return self.common(user, self._directory.realm.move_messages_between_streams_policy)

    def may_delete_own(self, user: User) -> bool:
        """How long, for those below administrators: `message_content_delete_limit_seconds`."""
        return user.is_administrator or self.common(user, self._directory.realm.delete_own_message_policy)

    def may_write_directly(self, sender: User, people: Collection[User]) -> bool:
        """Whether direct messages among these people are allowed: one of them has the permission; bots always may."""
        value = self._directory.realm.direct_message_permission_group
        others = [person for person in people if person.id != sender.id]
        return (sender.is_bot or not others or all(person.is_bot for person in others)
                or any(self.has(person, value) for person in people))

    def may_start_directly(self, sender: User, people: Collection[User]) -> bool:
        """Whether `sender` may begin a conversation that there is not yet."""
        others = [person for person in people if person.id != sender.id]
        return (sender.is_bot or not others or all(person.is_bot for person in others)
                or self.has(sender, self._directory.realm.direct_message_initiator_group))


_COMMON: Mapping[int, Test] = {
    1: lambda permissions, user: not user.is_guest,
    2: lambda permissions, user: user.is_administrator,
    3: Permissions.is_full_member,
    4: lambda permissions, user: user.is_moderator,
    5: lambda permissions, user: True,
    6: lambda permissions, user: False,
    7: lambda permissions, user: user.is_owner,
}
_WILDCARD: Mapping[int, Test] = {
    1: lambda permissions, user: True,
    2: lambda permissions, user: not user.is_guest,
    3: Permissions.is_full_member,
    5: lambda permissions, user: user.is_administrator,
    6: lambda permissions, user: False,
    7: lambda permissions, user: user.is_moderator,
}
