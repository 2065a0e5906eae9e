"""Groups of people: list, create, change, give up; members and subgroups."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from chat.actions.user_groups import GroupChange, UserGroupActions
from chat.directory import Directory
from chat.errors import ExpectationMismatch, JsonableError, NotAllowed
from chat.group_values import EVERYONE, GroupUpdate, GroupValue
from chat.models import Group
from chat.params import Params, UserId
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.wire import GroupWire, group_wire

UserIds = Annotated[list[UserId], Meta(max_length=10_000)]
GroupIds = Annotated[list[UserId], Meta(max_length=1000)]
GroupName = Annotated[str, Meta(max_length=200)]
GroupDescription = Annotated[str, Meta(max_length=1000)]


class CreateGroup(Params, frozen=True):
    name: GroupName
    description: GroupDescription
    members: UserIds
    can_mention_group: GroupValue = EVERYONE


class UpdateGroup(Params, frozen=True):
    name: GroupName | None = None
    description: GroupDescription | None = None
    can_mention_group: GroupUpdate | None = None


class ChangeMembers(Params, frozen=True):
    add: UserIds = []
    delete: UserIds = []


class ChangeSubgroups(Params, frozen=True):
    add: GroupIds = []
    delete: GroupIds = []


class GetMembers(Params, frozen=True):
    direct_member_only: bool = False


class GetSubgroups(Params, frozen=True):
    direct_subgroup_only: bool = False


class GroupsWire(TypedDict):
    user_groups: list[GroupWire]


class MembersWire(TypedDict):
    members: list[int]


class SubgroupsWire(TypedDict):
    subgroups: list[int]


class IsMemberWire(TypedDict):
    is_user_group_member: bool


class UserGroupsResource:
    routes = Routes("user_groups", {"user_group_id": 105, "other_group_id": 106, "group_name": "weavers"})

    def __init__(self, groups: UserGroupActions, directory: Directory) -> None:
        self._groups = groups
        self._directory = directory

    @routes.get("/user_groups", who=Who.MEMBER, returns=GroupsWire, summary="Get user groups")
    async def get_user_groups(self, notes: RequestNotes, p: Params) -> dict[str, Any]:
        """All groups, those that follow from roles too, by id."""
        return {"user_groups": [group_wire(group) for group in self._directory.groups()]}

    @routes.post("/user_groups/create", who=Who.MEMBER, params=CreateGroup, summary="Create a user group",
                 errors=(NotAllowed,),
                 example={"name": "{group_name}", "description": "Who weave", "members": ["{user_id}"]})
    async def create_user_group(self, notes: RequestNotes, p: CreateGroup) -> None:
        """A new group of these people."""
        await self._groups.do_create(notes.caller, p.name, p.description, list(dict.fromkeys(p.members)),
                                     p.can_mention_group)

    @routes.patch("/user_groups/{user_group_id:int}", who=Who.MEMBER, params=UpdateGroup,
                  summary="Update a user group", errors=(NotAllowed, ExpectationMismatch),
                  example={"description": "Who weave and braid"})
    async def update_user_group(self, notes: RequestNotes, p: UpdateGroup, user_group_id: int) -> None:
        """Changes name, description, or who may mention the group."""
        await self._groups.do_update(notes.caller, user_group_id, GroupChange(
            p.name, p.description, p.can_mention_group))

    @routes.delete("/user_groups/{user_group_id:int}", who=Who.MEMBER, summary="Delete a user group",
                   errors=(NotAllowed,))
    async def delete_user_group(self, notes: RequestNotes, p: Params, user_group_id: int) -> None:
        """Gives a group up."""
        await self._groups.do_delete(notes.caller, user_group_id)

    @routes.post("/user_groups/{user_group_id:int}/members", who=Who.MEMBER, params=ChangeMembers,
                 summary="Update user group members", errors=(NotAllowed,), example={"add": ["{user_id}"]})
    async def update_user_group_members(self, notes: RequestNotes, p: ChangeMembers, user_group_id: int) -> None:
        """Brings people in, puts others out."""
        await self._groups.do_change_members(
            notes.caller, user_group_id, list(dict.fromkeys(p.add)), list(dict.fromkeys(p.delete)))

    @routes.get("/user_groups/{user_group_id:int}/members", who=Who.MEMBER, params=GetMembers, returns=MembersWire,
                summary="Get user group members", example={"direct_member_only": True})
    async def get_user_group_members(self, notes: RequestNotes, p: GetMembers, user_group_id: int) -> MembersWire:
        """Ids of the people in a group, and in its subgroups unless only direct members are asked for."""
        group = self._group(user_group_id)
        return {"members": sorted(group.member_ids if p.direct_member_only
                                  else self._directory.members_of(group))}

    @routes.get("/user_groups/{user_group_id:int}/members/{user_id:int}", who=Who.MEMBER, params=GetMembers,
                returns=IsMemberWire, summary="Get user group membership status")
    async def get_is_user_group_member(self, notes: RequestNotes, p: GetMembers, user_group_id: int, user_id: int
                                       ) -> IsMemberWire:
        """Whether someone is in a group, or in one of its subgroups."""
        group = self._group(user_group_id)
        if self._directory.user_by_id(user_id) is None:
            raise JsonableError("No such user")
        members = group.member_ids if p.direct_member_only else self._directory.members_of(group)
        return {"is_user_group_member": user_id in members}

    @routes.post("/user_groups/{user_group_id:int}/subgroups", who=Who.MEMBER, params=ChangeSubgroups,
                 summary="Update subgroups of a user group", errors=(NotAllowed,),
                 example={"add": ["{other_group_id}"]})
    async def update_user_group_subgroups(self, notes: RequestNotes, p: ChangeSubgroups, user_group_id: int) -> None:
        """Brings groups in, puts others out."""
        await self._groups.do_change_subgroups(
            notes.caller, user_group_id, list(dict.fromkeys(p.add)), list(dict.fromkeys(p.delete)))

    @routes.get("/user_groups/{user_group_id:int}/subgroups", who=Who.MEMBER, params=GetSubgroups,
                returns=SubgroupsWire, summary="Get subgroups of a user group")
    async def get_user_group_subgroups(self, notes: RequestNotes, p: GetSubgroups, user_group_id: int
                                       ) -> SubgroupsWire:
        """Ids of the groups in a group, at whatever depth unless only direct ones are asked for."""
        group = self._group(user_group_id)
        return {"subgroups": sorted(group.subgroup_ids if p.direct_subgroup_only
                                    else self._directory.user_groups.subgroups(group.id))}

    def _group(self, group_id: int) -> Group:
        group = self._directory.group_by_id(group_id)
        if group is None:
            raise JsonableError("Invalid user group")
        return group
