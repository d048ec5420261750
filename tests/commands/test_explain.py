"""Explaining how pages were staged: what is static, what is filled in, and the line to change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.little_site import LittleSite, run_replisite


def explained(site: LittleSite, *arguments: str) -> dict[str, Any]:
    done = run_replisite("explain", "--json", "--site", str(site.root), *arguments)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_page_tells_its_slots(little: LittleSite) -> None:
    """Each with its expression, template and line, and how many pages share it."""
    (page,) = explained(little, "products/soap/index.html")["pages"]
    assert (page["edition"], page["source"], page["widened"]) == ("GB-en", "content/products/soap.md", "")
    assert page["static_bytes"] > 300
    slots = {slot["told"]: slot for slot in page["slots"]}
    link = slots["{{ shop_link(product, distributor) }}"]
    assert link["where"].endswith("product.html:1")
    assert (link["times"], link["pages"], link["widened"]) == (1, 1, [])
    footer = next(slot for slot in page["slots"] if slot["where"].endswith("base.html:7"))
    assert footer["told"] == "{% if not distributor.is_company %}"
    assert footer["pages"] > 1
    content = next(slot for slot in page["slots"] if slot["where"].startswith("content"))
    assert "distributor.first_name" in content["told"]


@pytest.mark.parametrize(
    "wanted",
    ["products/soap/index.html", "products/soap", "products/soap/", "content/products/soap.md", "*soap*"],
)
def test_a_page_is_found_by_path_or_source(little: LittleSite, wanted: str) -> None:
    """As a person would name it."""
    assert [page["path"] for page in explained(little, wanted)["pages"]] == ["products/soap/index.html"]


def test_a_page_that_is_not_there_is_told(little: LittleSite) -> None:
    """With one that is."""
    done = run_replisite("explain", "products/soup/index.html", "--site", str(little.root))
    assert done.returncode == 2
    assert 'no page "products/soup/index.html"; did you mean "products/soap/index.html"?' in done.stderr


def test_all_pages_are_listed(little: LittleSite) -> None:
    """One line each, and a summary."""
    done = run_replisite("explain", "--site", str(little.root))
    lines = done.stdout.splitlines()
    assert lines[-1].endswith("0 rendered in full for every owner")
    assert any(line.startswith("GB-en  about/index.html") and "bytes static" in line for line in lines)
    assert len(lines) == len(explained(little)["pages"]) + 1


def test_a_page_in_full_says_why_and_where(little: LittleSite) -> None:
    """The build warns with the same words."""
    written = "{% set ns = namespace(x=1) %}\n{% set ns.x = distributor.name %}{{ ns.x }}"
    little.change("themes/little/templates/page.html", "{{ page.content", f"{written}{{{{ page.content")
    done = run_replisite("explain", "about", "--site", str(little.root))
    told = "page.html:2: an attribute of a namespace is set to a deferred value"
    assert told in done.stdout
    assert "1 rendered in full for every owner" in done.stdout
    assert told in little.build().stderr


@pytest.mark.parametrize(
    "name", ["rendered in full.txt", "rendered in full for every owner.txt", "notes.txt"]
)
def test_a_warning_is_selected_by_its_kind(little: LittleSite, name: str) -> None:
    """A page in full is explained with the page, and is no warning; other warnings stay, whatever their words."""
    written = "{% set ns = namespace(x=1) %}{% set ns.x = distributor.name %}{{ ns.x }}"
    little.change("themes/little/templates/page.html", "{{ page.content", f"{written}{{{{ page.content")
    little.write(f"content/products/{name}", "Tea.")
    explanation = explained(little)
    assert any(page["widened"] for page in explanation["pages"])
    (warning,) = explanation["warnings"]
    assert name in warning


def test_a_larger_slot_says_which_piece_made_it_so(little: LittleSite) -> None:
    """A break leaves its loop, so the loop is the slot."""
    written = "{% for n in [1, 2] %}\n{% if distributor.phone %}{% break %}{% endif %}{% endfor %}"
    little.change(
        "site.toml",
        "[company]",
        '[pelican.JINJA_ENVIRONMENT]\nextensions = ["jinja2.ext.loopcontrols"]\n\n[company]',
    )
    little.change("themes/little/templates/page.html", "{{ page.content", f"{written}{{{{ page.content")
    (page,) = explained(little, "about")["pages"]
    (loop,) = (slot for slot in page["slots"] if slot["told"] == "{% for n in [1, 2] %}")
    assert loop["where"].endswith("page.html:1")
    (reason,) = loop["widened"]
    assert reason.endswith("page.html:2: break or continue leaves this piece")


def test_faults_of_the_content_are_told(little: LittleSite) -> None:
    """There is nothing to explain."""
    little.write("content/pages/bad.md", "---\ntitle: Bad\n---\n{{ distributor.fone }}\n")
    done = run_replisite("explain", "--site", str(little.root))
    assert done.returncode == 1
    assert 'no field "fone"' in done.stderr
