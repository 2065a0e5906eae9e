"""Custom profile fields, and what people tell in them."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import Meta

from chat.actions.profile_data import ProfileData
from chat.actions.profile_fields import FieldChange, ProfileFields
from chat.directory import Directory
from chat.params import Params
from chat.profile_fields import MAX_FIELDS, ProfileFieldWire, profile_field_wire
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

FieldId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
FieldText = Annotated[str, Meta(max_length=200)]


class CreateField(Params, frozen=True):
    field_type: Annotated[int, Meta(ge=1, le=8)]
    name: FieldText | None = None
    hint: FieldText | None = None
    field_data: dict[str, Any] | None = None
    required: bool = False
    display_in_profile_summary: bool = False


class UpdateField(Params, frozen=True):
    name: FieldText | None = None
    hint: FieldText | None = None
    field_data: dict[str, Any] | None = None
    required: bool | None = None
    display_in_profile_summary: bool | None = None


class Order(Params, frozen=True):
    order: Annotated[list[FieldId], Meta(max_length=MAX_FIELDS)]


class Told(msgspec.Struct, frozen=True):
    id: FieldId
    value: Annotated[str, Meta(max_length=5000)] | Annotated[list[FieldId], Meta(max_length=100)] | None = None


TellMany = Annotated[list[Told], Meta(max_length=MAX_FIELDS)]


class TellData(Params, frozen=True):
    data: TellMany


class RemoveData(Params, frozen=True):
    data: Annotated[list[FieldId], Meta(max_length=MAX_FIELDS)]


class FieldsWire(TypedDict):
    custom_fields: list[ProfileFieldWire]


class IdWire(TypedDict):
    id: int


class ProfileFieldsResource:
    routes = Routes("profile_fields", {"field_id": 4})

    def __init__(self, fields: ProfileFields, data: ProfileData, directory: Directory) -> None:
        self._fields = fields
        self._data = data
        self._directory = directory

    @routes.get("/realm/profile_fields", who=Who.USER, returns=FieldsWire, summary="Get custom profile fields")
    async def get_profile_fields(self, notes: RequestNotes, p: Params) -> FieldsWire:
        """What the organization asks its people, in order."""
        return {"custom_fields": [profile_field_wire(field, order)
                                  for order, field in enumerate(self._directory.profile_fields, 1)]}

    @routes.post("/realm/profile_fields", who=Who.ADMINISTRATOR, params=CreateField, returns=IdWire,
                 summary="Create a custom profile field",
                 example={"field_type": 1, "name": "Favourite knot", "hint": "Or braid"})
    async def create_profile_field(self, notes: RequestNotes, p: CreateField) -> IdWire:
        """A new field. Types: 1 short text, 2 long text, 3 choice, 4 date, 5 link, 6 people, 7 account elsewhere,
        8 pronouns."""
        return {"id": await self._fields.do_create(p.field_type, FieldChange(
            p.name, p.hint, p.field_data, p.required, p.display_in_profile_summary))}

    @routes.patch("/realm/profile_fields", who=Who.ADMINISTRATOR, params=Order,
                  summary="Reorder custom profile fields", example={"order": ["{field_id}"]})
    async def reorder_profile_fields(self, notes: RequestNotes, p: Order) -> None:
        """Names all fields in their new order."""
        await self._fields.do_reorder(p.order)

    @routes.patch("/realm/profile_fields/{field_id:int}", who=Who.ADMINISTRATOR, params=UpdateField,
                  summary="Update a custom profile field", example={"hint": "Any braid"})
    async def update_profile_field(self, notes: RequestNotes, p: UpdateField, field_id: int) -> None:
        """Changes a field; its type stays."""
        await self._fields.do_update(field_id, FieldChange(
            p.name, p.hint, p.field_data, p.required, p.display_in_profile_summary))

    @routes.delete("/realm/profile_fields/{field_id:int}", who=Who.ADMINISTRATOR,
                   summary="Delete a custom profile field")
    async def delete_profile_field(self, notes: RequestNotes, p: Params, field_id: int) -> None:
        """With everything that people told in it."""
        await self._fields.do_delete(field_id)

    @routes.patch("/users/me/profile_data", who=Who.HUMAN, params=TellData, summary="Update own profile data",
                  example={"data": [{"id": "{field_id}", "value": "bowline"}]})
    async def update_own_profile_data(self, notes: RequestNotes, p: TellData) -> None:
        """What one tells of oneself; empty takes it back."""
        await self._data.do_update(notes.caller, {one.id: one.value for one in p.data})

    @routes.delete("/users/me/profile_data", who=Who.HUMAN, params=RemoveData, summary="Remove own profile data",
                   example={"data": ["{field_id}"]})
    async def remove_own_profile_data(self, notes: RequestNotes, p: RemoveData) -> None:
        """Takes back what one told in these fields."""
        await self._data.do_remove(notes.caller, p.data)
