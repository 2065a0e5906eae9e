"""Parameters: one wording for all refusals, one declaration for text, JSON and native values."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta
from twisted.trial.unittest import SynchronousTestCase

from chat.errors import JsonableError, ParameterConfusing, ParameterInvalid, ParameterMissing
from chat.params import Declaration, Param, Params, Upload, text_values


class Example(Params, frozen=True):
    number: Annotated[int, Meta(ge=0, le=10)]
    topic: Annotated[Annotated[str, Meta(max_length=5)] | None, Param(alias="subject")] = None
    kind: Literal["a", "b"] = "a"
    names: Annotated[list[Annotated[str, Meta(max_length=3)]], Meta(max_length=2)] = []
    flag: bool = False
    quoted: Annotated[str, Param(json=True)] = ""


EXAMPLE = Declaration(Example)


class ParamsTests(SynchronousTestCase):
    def test_text(self) -> None:
        """Strings as they are, the rest as JSON text."""
        got = EXAMPLE.read({"number": "4", "topic": '"x"', "names": '["a"]', "flag": "true", "quoted": '"q"'})
        self.assertEqual(got, Example(number=4, topic='"x"', names=["a"], flag=True, quoted="q"))

    def test_native_values_are_the_same(self) -> None:
        """A JSON body or frame reads like the form; null is absence."""
        native = {"number": 4, "topic": "x", "names": ["a"], "flag": True, "kind": None}
        self.assertEqual(EXAMPLE.read(text_values(native)),
                         EXAMPLE.read({"number": "4", "topic": "x", "names": '["a"]', "flag": "true"}))

    def test_alias(self) -> None:
        self.assertEqual(EXAMPLE.read({"number": "1", "subject": "x"}).topic, "x")
        error = self.assertRaises(ParameterConfusing, EXAMPLE.read, {"number": "1", "subject": "x", "topic": "x"})
        self.assertEqual(error.data, {"var_name1": "topic", "var_name2": "subject"})

    def test_missing(self) -> None:
        error = self.assertRaises(ParameterMissing, EXAMPLE.read, {})
        self.assertEqual(error.envelope(), {
            "result": "error", "msg": "Missing 'number' argument", "code": "REQUEST_VARIABLE_MISSING",
            "var_name": "number"})

    def test_refusals(self) -> None:
        """Every bound holds, and the sentence names the parameter."""
        for name, text in (
                ("number", "eleven"), ("number", "11"), ("number", "-1"), ("number", "4.5"), ("number", '"4"'),
                ("number", ""), ("topic", "longer"), ("topic", "a\x00"), ("kind", "c"), ("names", '["long one"]'),
                ("names", '["a","b","c"]'), ("names", "a"), ("names", '["\\u0000"]'), ("names", "[" * 100_000),
                ("flag", "True"), ("flag", "1"), ("flag", "yes")):
            error = self.assertRaises(ParameterInvalid, EXAMPLE.read, {"number": "1", name: text})
            self.assertIn(f'"{name}"', error.msg)
            self.assertEqual(error.envelope()["code"], "BAD_REQUEST")

    def test_files(self) -> None:
        self.assertRaises(ParameterInvalid, EXAMPLE.read, {"number": Upload("n.txt", "text/plain", b"4")})

    def test_ignored(self) -> None:
        self.assertEqual(EXAMPLE.ignored({"zebra": "", "number": "", "ape": "", "subject": ""}), ["ape", "zebra"])

    def test_schema(self) -> None:
        """The declaration describes itself."""
        schemas = {entry["name"]: entry for entry in EXAMPLE.schemas()}
        self.assertEqual(schemas["number"]["schema"], {"type": "integer", "minimum": 0, "maximum": 10})
        self.assertTrue(schemas["number"]["required"])
        self.assertFalse(schemas["topic"]["json"])
        self.assertEqual(schemas["names"]["schema"]["maxItems"], 2)


@given(st.dictionaries(st.sampled_from(["number", "topic", "subject", "kind", "names", "flag", "quoted", "x"]),
                       st.text() | st.sampled_from(["1", "true", "null", "[]", '["a"]', "{}", '"x"', "1e400", "NaN"])))
def test_whatever_comes(raw: dict[str, Any]) -> None:
    """Any text is read or refused; nothing else happens."""
    try:
        got = EXAMPLE.read(raw)
    except JsonableError as error:
        assert error.msg
    else:
        assert 0 <= got.number <= 10
        assert got.topic is None or len(got.topic) <= 5
        assert len(got.names) <= 2
