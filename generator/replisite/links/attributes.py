"""Say which attributes hold addresses, in what form, and whether they mean the visitor's page or the company's.

The attributes are those of the HTML standard's index (https://html.spec.whatwg.org/multipage/indices.html#attributes-3),
of SVG, those that older pages still use, and the ``data-*`` and other attributes of widely used libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

__all__ = ["AttributeRule", "Form", "attribute_rule", "is_picture", "may_be_empty"]


class Form(Enum):
    """How a text holds addresses."""

    ADDRESS = auto()
    ADDRESS_LIST = auto()
    """Addresses separated by blanks, as in ``ping``."""
    SOURCE_SET = auto()
    """Addresses with widths or densities, separated by commas, as in ``srcset``."""
    STYLE = auto()
    """CSS with ``url()``, ``image-set()`` and ``@import``."""
    REFRESH = auto()
    """``0; url=…``."""
    PAGE = auto()
    """HTML, as in ``srcdoc``."""
    JSON = auto()
    """JSON whose strings are addresses where they begin as paths do, as in an import map."""
    SCRIPT = auto()
    """Code: it is read by the link check, and never changed."""
    LINKED_DATA = auto()
    """JSON-LD, structured data for search engines: it is read by the link check, and never changed."""


class AttributeRule(NamedTuple):
    """What an attribute holds.

    ``is_company``: the address names the company's own page (a canonical address), also on an owner's site.
    ``is_certain`` is false for the attributes of libraries, which may hold a word that is no address.
    """

    form: Form
    is_company: bool = False
    is_certain: bool = True


_ANY_ELEMENT = {
    "href": Form.ADDRESS,
    "xlink:href": Form.ADDRESS,
    "src": Form.ADDRESS,
    "srcset": Form.SOURCE_SET,
    "imagesrcset": Form.SOURCE_SET,
    "poster": Form.ADDRESS,
    "formaction": Form.ADDRESS,
    "longdesc": Form.ADDRESS,
    "lowsrc": Form.ADDRESS,
    "dynsrc": Form.ADDRESS,
    "ping": Form.ADDRESS_LIST,
    "style": Form.STYLE,
    "action-xhr": Form.ADDRESS,
    "ios-src": Form.ADDRESS,
    "w3-include-html": Form.ADDRESS,
}
_ONE_ELEMENT = {
    ("form", "action"): Form.ADDRESS,
    ("object", "data"): Form.ADDRESS,
    ("object", "codebase"): Form.ADDRESS,
    ("object", "archive"): Form.ADDRESS_LIST,
    ("html", "manifest"): Form.ADDRESS,
    ("head", "profile"): Form.ADDRESS_LIST,
    ("iframe", "srcdoc"): Form.PAGE,
    ("menuitem", "icon"): Form.ADDRESS,
    **{(tag, "cite"): Form.ADDRESS for tag in ("blockquote", "q", "ins", "del")},
    **{
        (tag, "background"): Form.ADDRESS
        for tag in ("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th")
    },
}
_SVG_STYLES = frozenset(
    {
        "clip-path",
        "cursor",
        "fill",
        "filter",
        "marker",
        "marker-end",
        "marker-mid",
        "marker-start",
        "mask",
        "stroke",
    }
)
_LIBRARIES: Mapping[str, Form] = {
    **{
        f"data-{name}": Form.ADDRESS
        for name in (  # noqa: SIM905 - names
            "action ajax-url at2x audio background background-iframe background-image background-video bg bg-hidpi "
            "bg-image bg-src download-url echo endpoint fancybox-href feed file flickity-bg-lazyload "
            "flickity-lazyload flickity-lazyload-src full full-image full-src fullsize fullsrc geojson hi-res hires "
            "href iframe iframe-src image image-src img img-src include json large large-image large-src "
            "large_image layzr lazy lazy-background lazy-bg lazy-src lazyload lazysrc link load main mfp-src mp4 "
            "original original-src page-url path pdf permalink poster preview pswp-src redirect remote retina rjs "
            "source splide-lazy src src-retina svg svg-src thumb thumb-src thumbnail uri url video video-src webm "
            "zoom zoom-image zoom-src"
        ).split()
    },
    **{
        f"data-{name}": Form.SOURCE_SET
        for name in (  # noqa: SIM905 - names
            "bgset flickity-lazyload-srcset img-srcset lazy-srcset original-set pswp-srcset splide-lazy-srcset src-set srcset"
        ).split()
    },
    **{
        f"{prefix}hx-{name}": Form.ADDRESS
        for prefix in ("", "data-")
        for name in ("get", "post", "put", "patch", "delete", "push-url", "replace-url")
    },
    "up-href": Form.ADDRESS,
    "data-style": Form.STYLE,
}

_META_COMPANY = frozenset({"og:url", "twitter:url", "al:web:url", "url"})
_META = frozenset(
    {
        "contenturl",
        "image",
        "logo",
        "msapplication-config",
        "msapplication-square150x150logo",
        "msapplication-square310x310logo",
        "msapplication-square70x70logo",
        "msapplication-starturl",
        "msapplication-tileimage",
        "msapplication-wide310x150logo",
        "og:audio",
        "og:audio:secure_url",
        "og:audio:url",
        "og:image",
        "og:image:secure_url",
        "og:image:url",
        "og:video",
        "og:video:secure_url",
        "og:video:url",
        "thumbnail",
        "thumbnailurl",
        "twitter:image",
        "twitter:image0",
        "twitter:image1",
        "twitter:image2",
        "twitter:image3",
        "twitter:image:src",
        "twitter:player",
        "twitter:player:stream",
    }
)
_PARAMETERS = frozenset({"data", "filename", "href", "image", "movie", "src", "url"})
_COMPANY_LINKS = frozenset(
    {"amphtml", "canonical", "hub", "pingback", "self", "shortlink", "syndication", "webmention"}
)


_PICTURES = frozenset(
    [
        *(
            ("img", name)
            for name in ("src", "srcset", "lowsrc", "dynsrc", "data-src", "data-srcset", "data-original")
        ),
        *(("source", name) for name in ("src", "srcset", "data-src", "data-srcset")),
        *(("image", name) for name in ("href", "xlink:href")),
        *((tag, name) for tag, name in _ONE_ELEMENT if name == "background"),
        ("input", "src"),
        ("link", "imagesrcset"),
        ("video", "poster"),
    ]
)
_FILLED_BY_SCRIPTS = ("data-", ":", "@", "v-", "x-", "ng-")
"""How attributes begin from which a script of a widely used library takes an address later."""


def is_picture(tag: str, name: str) -> bool:
    """Say whether an attribute names a picture (for ``<source>`` also a film or a sound), and never a page.

    >>> is_picture("img", "src"), is_picture("p", "style"), is_picture("iframe", "src")
    (True, True, False)
    """
    return name == "style" or (tag, name) in _PICTURES


def may_be_empty(name: str, attributes: Mapping[str, str]) -> bool:
    """Say whether the attribute of a picture may be empty, because another one, or a script, gives the address."""
    return any(
        other != name
        and (other.startswith(_FILLED_BY_SCRIPTS) or (other in {"src", "srcset"} and value.strip()))
        for other, value in attributes.items()
    )


def attribute_rule(tag: str, name: str, attributes: Mapping[str, str]) -> AttributeRule | None:
    """Return what an attribute of an element holds; None for one without addresses.

    Names are in lower case. ``attributes`` are all those of the element, with their values as written.
    """
    form = _ANY_ELEMENT.get(name) or _ONE_ELEMENT.get((tag, name))
    if form is not None:
        return AttributeRule(form, name == "href" and _is_company_link(tag, attributes))
    if name in _LIBRARIES:
        return AttributeRule(_LIBRARIES[name], is_certain=False)
    if name.startswith("on"):
        return AttributeRule(Form.SCRIPT, is_certain=False)
    if name in _SVG_STYLES:
        return AttributeRule(Form.STYLE, is_certain=False)
    if name == "content" and tag == "meta":
        return _meta_rule(attributes)
    if name == "value" and tag == "param":
        is_reference = attributes.get("valuetype", "").lower() == "ref"
        if is_reference or attributes.get("name", "").lower() in _PARAMETERS:
            return AttributeRule(Form.ADDRESS, is_certain=is_reference)
    return None


def _meta_rule(attributes: Mapping[str, str]) -> AttributeRule | None:
    if attributes.get("http-equiv", "").strip().lower() == "refresh":
        return AttributeRule(Form.REFRESH)
    names = {attributes[key].strip().lower() for key in ("property", "name", "itemprop") if key in attributes}
    if names & _META_COMPANY:
        return AttributeRule(Form.ADDRESS, is_company=True)
    return AttributeRule(Form.ADDRESS) if names & _META else None


def _is_company_link(tag: str, attributes: Mapping[str, str]) -> bool:
    """Say whether a link names the company's own page, by what ``rel`` says (RFC 6596, RFC 8288, HTML standard)."""
    if "rel" not in attributes:
        return False
    relations = set(attributes["rel"].lower().split())
    if tag == "link":
        return bool(relations & _COMPANY_LINKS) or (
            "alternate" in relations and "stylesheet" not in relations
        )
    return "external" in relations  # the HTML standard: a document that is not part of the same site
