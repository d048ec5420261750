"""Plates and one record give pages."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass, field

import pytest
from jinja2 import DictLoader, Environment

from replisite.staging import Plate, Press, Record, Widening, stage, staged
from tests.slots import PlainSlot


@dataclass
class CountingSlot(PlainSlot):
    """A slot that counts how often it is evaluated."""

    key: str
    rounds: list[Record] = field(default_factory=list)

    def render(self, record: Record) -> str:
        self.rounds.append(record)
        return f"[{self.key}{record['d']}]"


def test_a_shared_slot_is_evaluated_once_per_record() -> None:
    """However many plates hold it."""
    slots = [CountingSlot("a"), CountingSlot("a"), CountingSlot("b")]
    press = Press([Plate("x", ("1", slots[0], "2", slots[2])), Plate("y", (slots[1],))])
    assert press.pages({"d": 1}) == [b"1[a1]2[b1]", b"[a1]"]
    assert [len(slot.rounds) for slot in slots] == [1, 0, 1]
    assert press.slots == (slots[0], slots[2])


def test_equal_values_make_one_slot_and_different_ones_do_not() -> None:
    """1, 1.0 and True are equal in Python and different on a page."""
    env = staged(Environment(loader=DictLoader({"p": "{{ v ~ d }}"})), {"d"})
    plates = [stage(env.get_template("p"), {"v": value}) for value in (1, 1, 1.0, True, "1", [1], (1,), [1])]
    press = Press(plates)
    assert len(press.slots) == 6
    assert press.pages({"d": "x"})[1:4] == [b"1x", b"1.0x", b"Truex"]


def test_values_with_one_name_and_two_classes_are_not_mixed_up() -> None:
    """A class of another module may look the same."""

    def a_text(mark: str) -> str:
        class Text(str):  # noqa: SLOT000
            def __str__(self) -> str:
                return mark

        return Text("same")

    env = staged(Environment(loader=DictLoader({"p": "{{ v ~ d }}"})), {"d"})
    plates = [stage(env.get_template("p"), {"v": a_text(mark)}) for mark in ("one", "two")]
    assert Press(plates).pages({"d": ""}) == [b"one", b"two"]


def test_random_slots_are_evaluated_one_by_one() -> None:
    """Two pages may draw differently, as they would in Jinja."""
    env = Environment(loader=DictLoader({"p": "{{ d | random }}{{ d | random }}"}))
    assert stage(staged(env, {"d"}).get_template("p"), {}).widening
    env = staged(env, {"d"}, trust=lambda _: True)
    assert len(Press([stage(env.get_template("p"), {})]).slots) == 2


def test_a_page_that_is_not_utf_8_raises_as_jinja_does() -> None:
    """Lone surrogates cannot be written, static or not."""
    env = Environment(loader=DictLoader({"p": "{{ s }}{{ d }}"}))
    plate = stage(staged(env, {"d"}).get_template("p"), {"s": ""})
    assert plate.text({"d": "\ud800"}) == env.get_template("p").render(s="", d="\ud800")
    with pytest.raises(UnicodeEncodeError):
        plate.press({"d": "\ud800"})
    with pytest.raises(UnicodeEncodeError):
        Press([plate]).pages({"d": "\ud800"})


def test_a_plate_tells_what_it_is() -> None:
    """Its slots, whether it is the same for everybody, and how much of it is static."""
    slot = CountingSlot("a")
    plate = Plate("x", ("é", slot, "b"), Widening("t.html", 3, "why"))
    assert (list(plate.slots), plate.is_shared, plate.static_size) == ([slot], False, 3)
    assert str(plate.widening) == "t.html:3: why"
    assert Plate("y", ("same",)).is_shared


def test_refining_joins_neighbouring_texts() -> None:
    """And drops empty ones."""
    slot = CountingSlot("a")
    plate = Plate("x", ("a-b", slot, "c"))
    refined = plate.refine(lambda text: text.split("-"), lambda kept: kept)
    assert refined.parts == ("ab", slot, "c")


def test_slots_of_pages_that_are_not_wanted_are_not_evaluated() -> None:
    """A record that needs some pages pays for those."""
    first, second, both = CountingSlot("a"), CountingSlot("b"), CountingSlot("c")
    press = Press([Plate("x", (first, both)), Plate("y", (second, both)), Plate("z", ("same",))])
    assert press.pages({"d": 1}, indexes=[1, 2]) == [b"[b1][c1]", b"same"]
    assert press.pages({"d": 2}, indexes=[1, 2]) == [b"[b2][c2]", b"same"]
    assert [len(slot.rounds) for slot in (first, second, both)] == [0, 2, 2]


def test_a_value_that_a_slot_sets_is_computed_once() -> None:
    """However many slots and pages read it; a slot that only sets is evaluated even so, as Jinja would."""
    asked: list[str] = []

    class Owner:
        @property
        def name(self) -> str:
            asked.append("name")
            return "Jane"

    source = "{% set n = d.name %}{% if t %}{{ n }}{% endif %}{% include 'i' %}"
    env = staged(Environment(loader=DictLoader({"p": source, "i": "<{{ n }}>"})), {"d"})
    press = Press([stage(env.get_template("p"), {"t": value}) for value in (True, False)])
    assert press.pages({"d": Owner()}) == [b"Jane<Jane>", b"<Jane>"]
    assert asked == ["name"]
    unused = stage(env.from_string("{% set n = d.name %}static"), {})
    assert unused.text({"d": Owner()}) == "static"
    assert asked == ["name", "name"]


def test_an_iterator_is_used_up_as_jinja_uses_it_up() -> None:
    """The second time it is empty."""
    env = Environment(loader=DictLoader({"p": "{{ d | join }};{{ d | join }}"}))
    plate = stage(staged(env, {"d"}).get_template("p"), {})
    assert (
        Press([plate]).pages({"d": iter("ab")})
        == [env.get_template("p").render(d=iter("ab")).encode()]
        == [b"ab;"]
    )
    assert pickle.loads(pickle.dumps(plate)).press({"d": iter("ab")}) == b"ab;"


def test_an_error_is_told_at_the_template_s_line() -> None:
    """As Jinja tells it."""
    env = staged(Environment(loader=DictLoader({"p": "\n\n{{ 1 // d }}"})), {"d"})
    with pytest.raises(ZeroDivisionError) as caught:
        Press([stage(env.get_template("p"), {})]).pages({"d": 0})
    *_, (_, line) = traceback.walk_tb(caught.value.__traceback__)
    assert line == 3
