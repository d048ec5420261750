"""What people write in site.toml, table by table.

The reference and the JSON Schema are made from these models, so a description here is documentation: it
says in one or two sentences what the key does. `values` and `link_rules` say what a value must be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from replisite.config import link_rules, values
from replisite.model.target import HostKind
from replisite.system.processor_time import PAGE_SECONDS, PLUGIN_SECONDS

__all__ = ["Document", "Table"]


def _checked(rule: Callable[[str], str]) -> AfterValidator:
    """Make a rule of `values` a pydantic validator that keeps what is wrong and what to do apart."""
    return AfterValidator(lambda value: _kept_apart(lambda: rule(value)))


def _kept_apart(rule: Callable[[], str]) -> str:
    """Translate the error of a rule: pydantic keeps what is wrong and what to do apart."""
    try:
        return rule()
    except ValueError as error:
        what, todo = error.args
        raise PydanticCustomError("rule", "{what}", {"what": what, "next": todo}) from error


Text = Annotated[str, _checked(values.text)]
Url = Annotated[str, _checked(values.url)]
Language = Annotated[str, _checked(values.language)]
Currency = Annotated[str, _checked(values.currency)]
InsidePath = Annotated[str, _checked(values.inside_path)]
MarketCode = Annotated[
    str, _checked(values.market_code), Field(title="code", json_schema_extra={"pattern": "^[A-Z]{2}$"})
]
RankCode = Annotated[
    str,
    _checked(values.rank_code),
    Field(title="code", json_schema_extra={"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"}),
]
ColumnName = Annotated[str, _checked(values.column_name)]
LinkName = Annotated[
    str,
    _checked(link_rules.link_name),
    Field(title="name", json_schema_extra={"pattern": "^[a-z][a-z0-9_]*$"}),
]
OwnerlessLink = Annotated[str, _checked(link_rules.ownerless_link)]
PelicanSetting = Annotated[str, _checked(values.pelican_setting)]
Seconds = Annotated[float, Field(ge=0.01, le=1_000_000)]
TargetName = Annotated[
    str, _checked(values.target_name), Field(title="name", json_schema_extra={"pattern": "^[a-z][a-z0-9-]*$"})
]

HeaderName = Annotated[
    str,
    _checked(values.header_name),
    Field(title="name", json_schema_extra={"pattern": "^[A-Za-z][A-Za-z0-9-]*$"}),
]
HeaderValue = Annotated[str, _checked(values.header_value)]


class Table(BaseModel):
    """A table whose keys are all known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LinkTable(Table):
    """One link: a template alone, or a table of these keys."""

    written_short: ClassVar[str] = "a text"
    """What may be written instead of the table: `shop = "…"` is short for `shop = { template = "…" }`."""

    fragment: bool = Field(
        default=False,
        description="Whether the shop routes in the browser, by the part after the `#`. Then the owner's id may be there, where "
        "no server sees it.",
    )
    template: str = Field(
        description="The URI template.",
        examples=["https://shop.tea.example/{market}/{sku}{?id}"],
        json_schema_extra={"format": "uri-template"},
    )

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        return {"template": _kept_apart(lambda: link_rules.link_template(written))}

    @field_validator("template")
    @classmethod
    def _carries_the_owner(cls, written: str, info: ValidationInfo) -> str:
        reads_fragment = info.data.get("fragment", True)  # a faulty value is reported separately
        return _kept_apart(lambda: link_rules.link_template(written, reads_fragment=reads_fragment))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Accept a text instead of the table."""
        table = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "string", "format": "uri-template"}, table]}


class SiteTable(Table):
    """The company's site as a whole."""

    name: Text = Field(description="The name of the site.", examples=["Tarn & Thistle"])
    url: Url = Field(
        description="The address of the corporate site, without query. "
        "Canonical links, feeds and the sitemap use it.",
        examples=["https://www.tea.example"],
        json_schema_extra={"format": "uri", "pattern": "^https?://[^?#]+$"},
    )
    tagline: str = Field(
        default="", description="A few words below the name.", examples=["Hill-grown tea, plainly told"]
    )
    language: Language = Field(
        default="en",
        description="The default language, as a BCP 47 tag. At least one market must speak it.",
        examples=["en", "pt-BR"],
    )
    timezone: Annotated[str, _checked(values.timezone)] = Field(
        default="UTC",
        description="The time zone of dates that name none, by its IANA name.",
        examples=["Europe/London"],
    )
    theme: Text = Field(
        default="storefront",
        description="The name of a folder in `themes/`, or of a theme that comes with replisite.",
    )
    content: Text = Field(
        default="content",
        description="The folder of the Markdown files, relative to site.toml.",
        examples=["content"],
    )
    output: Text = Field(
        default="output",
        description="The folder that the finished sites are written to, relative to site.toml. "
        "It must hold nothing else: it can be neither the site's own folder nor one of its sources.",
        examples=["output", "../public"],
    )
    distributor_title: Text = Field(
        default="Independent Distributor",
        description="The title shown beside an owner's name, so that visitors do not take the owner for the company.",
    )
    corporate_only: list[InsidePath] = Field(
        default=["404.html"],
        description="Pages that only the corporate site has, by their path in the output.",
        examples=[["404.html", "press/index.html"]],
    )
    ownerless_links: list[OwnerlessLink] = Field(
        default=[],
        description="Addresses on the hosts of `[links]` that need no owner, such as the shop's terms; a `*` at the end "
        "stands for anything. `replisite check --links` counts them apart.",
        examples=[["https://shop.tea.example/terms/*"]],
    )


class ContentTable(Table):
    """Files that are public in addition to the pages.

    A picture or a download is published because a page, the theme or front matter asks for it. Rosters, stories, backups,
    editor files and the originals of distributors' photos stay private in any folder.
    """

    public: list[InsidePath] = Field(
        default=["extra/"],
        description="Files and folders below the content folder that are published as they are, whether a page asks for "
        "them or not. Files in `extra/` go to the root of the site, such as `extra/robots.txt`.",
        examples=[["extra/", "brochures/"]],
    )
    follow_links: list[InsidePath] = Field(
        default=[],
        description="Symbolic links, or folders of such links, that may lead out of the site: paths below the content "
        "folder, or below the site. Any other link that leads out of the site is a fault.",
        examples=[["pages/terms.md", "images/shared/"]],
    )


class BuildTable(Table):
    """Time limits of a build, so that an endless loop becomes a fault at its line.

    Seconds are processor time: neither waiting nor the work of other programs counts.
    """

    page_seconds: Seconds = Field(
        default=PAGE_SECONDS,
        description="The limit for one page or one content file; each usually takes milliseconds. The environment variable "
        "`REPLISITE_PAGE_SECONDS` overrides it.",
        examples=[60],
    )
    plugin_seconds: Seconds = Field(
        default=PLUGIN_SECONDS,
        description="The limit for one call of a plugin, such as a receiver of the signal `finalized`. The environment variable "
        "`REPLISITE_PLUGIN_SECONDS` overrides it.",
        examples=[1800],
    )


class CompanyTable(Table):
    """The house account: the owner of the corporate site, and a contact for every visitor."""

    id: Annotated[str, _checked(values.referral_id)] = Field(
        default="HOUSE", description="The referral id of orders without a distributor."
    )
    name: str = Field(default="", description="The company's legal name. The site's name if empty.")
    email: Annotated[str, _checked(values.email)] = Field(
        default="", description="The desk's e-mail address.", examples=["desk@tea.example"]
    )
    phone: str = Field(default="", description="The desk's telephone.", examples=["+44 1632 960100"])
    address: str = Field(default="", description="The postal address, as it is printed.")
    city: str = Field(default="", description="The city.")
    region: str = Field(default="", description="The county, state or province.")
    country: str = Field(default="", description="The country.", examples=["GB"])
    greeting: str = Field(
        default="",
        description="The welcome on the corporate site; a distributor's site shows the distributor's own.",
    )
    photo: Annotated[str, _checked(values.picture)] = Field(
        default="",
        description="A picture of the desk: a path below the content folder, or an https address.",
        examples=["images/desk.jpg"],
    )


class AddressesTable(Table):
    """How a distributor's site and its pages are addressed."""

    style: Literal["path", "subdomain", "domain"] = Field(
        default="path",
        description="Where jane's site is: below the corporate site (`/jane/`), on a host below yours "
        "(`jane.<host>`), or on jane's own domain.",
    )
    page_urls: Literal["folder", "file"] = Field(
        default="folder",
        description="Whether a page is `oolong/index.html`, read as `oolong/`, or `oolong.html`.",
    )
    host: Annotated[str, _checked(values.host)] = Field(
        default="",
        description="The host above the owners' hosts, for the styles subdomain and domain. "
        "In the style domain it serves owners without a domain of their own.",
        examples=["tea.example"],
    )
    domain_field: str = Field(
        default="",
        description="The column of the roster that holds an owner's own host name, for the style domain. "
        'It is declared in `[[roster.fields]]` with the type "text".',
        examples=["domain"],
    )
    reserved: list[Text] = Field(
        default=[], description="Aliases that no distributor may have, in addition to those that replisite reserves.",
        examples=[["tea", "support"]],
    )  # fmt: skip
    lapsed: Literal["upline", "company", "gone"] = Field(
        default="upline",
        description="Where visitors of a lapsed or terminated distributor's site are sent: to the site of the nearest "
        "active *upline*, or of the company if there is none; to the *company*; or nowhere (*gone*). "
        "The alias is never given to another person.",
    )


class FieldTable(Table):
    """A roster column of the company's own. Templates read it as `distributor.fields.<name>`."""

    name: ColumnName = Field(
        description="The column's name: a-z, 0-9 and _.",
        examples=["whatsapp"],
        json_schema_extra={"pattern": "^[a-z][a-z0-9_]*$"},
    )
    label: str = Field(
        default="", description="What visitors read. Made from the name if empty.", examples=["WhatsApp"]
    )
    type: Literal["text", "url", "phone", "email", "number", "date", "boolean"] = Field(
        default="text", description="What the column holds. Each row is checked for it."
    )
    is_channel: bool = Field(
        default=False,
        description="Whether a published value is a way to contact the owner. "
        "For the types url, phone and email.",
    )
    by: Literal["company", "distributor"] | None = Field(
        default=None,
        description="Who may set it. The roster always may; with *distributor*, a person's own story may, too. By "
        "default a channel is the distributor's, and any other column is the company's. The column that `[addresses] "
        "domain_field` names is always the company's.",
    )


class RosterTable(Table):
    """Where the distributors are listed."""

    source: Text = Field(
        default="content/roster.csv",
        description="The roster: a CSV or JSON Lines file, relative to site.toml.",
        examples=["content/roster.csv", "exports/people.jsonl"],
    )
    fields: list[FieldTable] = Field(default=[], description="Columns of your own, one table each.")
    stories_publish: Literal["any", "narrower"] = Field(
        default="any",
        description="What `publish` in a person's own story may list. With *any* it replaces the row's list: a person "
        "who writes it there consents. With *narrower* it may only leave fields out: for a company that keeps each "
        "consent itself, or whose stories are not written by the persons.",
    )


class MarketTable(Table):
    """A country that the company serves. Each market in each of its languages is an edition of the site."""

    name: str = Field(
        default="", description="The name that visitors read. The country's English name if empty."
    )
    currency: Currency = Field(
        description="The ISO 4217 code of the prices' currency.",
        examples=["GBP"],
        json_schema_extra={"pattern": "^[A-Z]{3}$"},
    )
    languages: list[Language] = Field(
        min_length=1,
        description="The languages of the market as BCP 47 tags, the main one first.",
        examples=[["en"], ["fr-CA", "en-CA"]],
    )
    status: Literal["open", "nfr", "closed"] = Field(
        default="open",
        description="*open* sells and enrols; *nfr* (not for resale) sells for personal use, without "
        "opportunity; *closed* has no distributors' sites.",
    )


class MembersTable(Table):
    """The pages that are for members."""

    access: Literal["locked", "open"] = Field(
        default="locked",
        description="*locked* leaves the members' pages out of the public output; *open* publishes them, "
        "hidden from search engines only.",
    )


class PelicanTable(BaseModel):
    """Settings of [Pelican](https://docs.getpelican.com/en/latest/settings.html), passed on unchanged.

    Any setting in capitals may be set here, except those that replisite sets itself: PATH, OUTPUT_PATH,
    DELETE_OUTPUT_DIRECTORY, CACHE_CONTENT, LOAD_CONTENT_CACHE and PELICAN_CLASS.
    """

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        frozen=True,
        json_schema_extra={
            "additionalProperties": False,
            "patternProperties": {"^[A-Z][A-Z0-9_]*$": {}},
        },
    )
    __pydantic_extra__: dict[PelicanSetting, Any] = Field(init=False)

    defaults: Literal["replisite", "pelican"] = Field(
        default="replisite",
        description="The defaults of settings that you leave out: *replisite* makes a site for distributors, "
        "*pelican* builds what the `pelican` command would.",
    )


class HeadersTable(BaseModel):
    """Headers that are sent with every response, if the host supports them.

    Headers that protect visitors are sent by default. Set a key to change its header, to an empty text to drop it, and add
    any other header by its name. `replisite deploy` writes them in the form that the host takes: see [Deploying](../deploy.md).
    """

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        frozen=True,
        json_schema_extra={
            "additionalProperties": False,
            "patternProperties": {"^[A-Za-z][A-Za-z0-9-]*$": {"type": "string"}},
        },
    )
    __pydantic_extra__: dict[HeaderName, HeaderValue] = Field(init=False)

    csp: HeaderValue | None = Field(
        default=None,
        description="`Content-Security-Policy`. By default it allows the sites' own files, pictures from "
        "any https host, and forms that lead to the hosts of `[links]`; no script and no style within a page.",
        examples=["default-src 'self'; img-src 'self' https:"],
    )
    content_type_options: HeaderValue | None = Field(
        default=None, description="`X-Content-Type-Options`. By default `nosniff`."
    )
    referrer_policy: HeaderValue | None = Field(
        default=None,
        description="`Referrer-Policy`. By default `strict-origin-when-cross-origin`: other sites see only the host. "
        "The referral is in the link, and does not depend on it.",
    )
    permissions_policy: HeaderValue | None = Field(
        default=None,
        description="`Permissions-Policy`. By default no camera, microphone, position, payment or USB.",
    )
    frame_options: HeaderValue | None = Field(
        default=None,
        description="`X-Frame-Options`, for browsers that do not know the policy's `frame-ancestors`. By default "
        "`SAMEORIGIN`.",
    )
    hsts: HeaderValue | None = Field(
        default=None,
        description="`Strict-Transport-Security`. By default a year, if the site's `url` is https.",
        examples=["max-age=63072000; includeSubDomains"],
    )


class TargetTable(Table):
    """A target that `replisite deploy` publishes to. Its keys depend on its host.

    Passwords and keys are not in this file: each host finds them where its own tools do (environment, profiles,
    ssh-agent).
    """

    host: HostKind = Field(
        description="The kind of host: *folder* (a folder on this machine that a web server serves), *ssh* (one on "
        "another machine), *s3* (Amazon S3 and compatible services: R2, B2, MinIO …), *gcs* (Google Cloud "
        "Storage), *azure* (Azure Blob Storage), *netlify*, *cloudflare* (Workers or Pages) or *git* (a branch).",
        examples=["folder"],
    )
    url: Annotated[str, _checked(values.url)] | None = Field(
        default=None,
        description="The address at which a deploy checks the live pages; the site's own address if left out. A staging "
        "target has another address.",
        examples=["https://staging.tea.example"],
    )
    page_seconds: Annotated[int, Field(ge=0)] = Field(
        default=0, description="For how long a browser may show a page without asking whether it has changed."
    )
    shared_seconds: Annotated[int, Field(ge=0)] = Field(
        default=3_600,
        description="The same for styles, pictures and other files without a fingerprint in their names. Files with one "
        "(`app.3f2a91bc.css`) never change, and browsers cache them for a year.",
    )
    max_deletes: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="How many files a deploy may delete without `--allow-deletes`. If left out: a tenth of the live files, or 100 if "
        "that is more.",
    )
    path: Text | None = Field(
        default=None,
        description="*folder*, *ssh*: where the releases are. The web server serves `current` in it.",
        examples=["/srv/www/tea"],
    )
    keep: Annotated[int, Field(ge=1)] = Field(
        default=3, description="*folder*, *ssh*: how many releases are kept, the live one among them."
    )
    configure: Literal["", "nginx", "caddy", "firebase"] = Field(
        default="",
        description="*folder*, *ssh*: for which web server headers and redirects are written into `path`, to be included "
        "in its configuration; or *firebase*, for a `firebase.json` with which `firebase deploy` goes on from there.",
    )
    server: Text | None = Field(
        default=None, description="*ssh*: the machine's name.", examples=["www.tea.example"]
    )
    user: str = Field(
        default="", description="*ssh*: the user there. By default as in ssh's own configuration."
    )
    port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(
        default=None, description="*ssh*: the port. By default as in ssh's own configuration."
    )
    identity: str = Field(
        default="",
        description="*ssh*: the private key's file, in addition to the keys of the agent.",
        examples=["~/.ssh/tea"],
    )
    known_hosts: str = Field(
        default="",
        description="*ssh*: the file of host keys, which are always checked. `~/.ssh/known_hosts` if left out.",
    )
    bucket: Text | None = Field(default=None, description="*s3*, *gcs*: the bucket.", examples=["tea-sites"])
    prefix: str = Field(
        default="",
        description="*s3*, *gcs*, *azure*: a folder within the bucket or container.",
        examples=["www"],
    )
    region: str = Field(default="", description="*s3*: the region.", examples=["eu-west-2"])
    endpoint: str = Field(
        default="",
        description="*s3*, *gcs*, *azure*, *netlify*: the address of a service that is not the vendor's own.",
        examples=["https://s3.eu-central-003.backblazeb2.com"],
    )
    cloudfront: str = Field(
        default="",
        description="*s3*: the CloudFront distribution whose changed files are invalidated.",
        examples=["E2QWRUHAPOMQZL"],
    )
    gzip: bool = Field(
        default=True, description="*s3*, *gcs*, *azure*: whether text files are stored and served compressed."
    )
    account: Text | None = Field(
        default=None, description="*azure*: the storage account.", examples=["teasites"]
    )
    container: Text | None = Field(default=None, description="*azure*: the container.", examples=["$web"])
    site: Text | None = Field(
        default=None,
        description="*netlify*: the site's id or name.",
        examples=["tarn-and-thistle.netlify.app"],
    )
    project: Text | None = Field(
        default=None,
        description="*cloudflare*: the name of the Worker or of the Pages project.",
        examples=["tea"],
    )
    kind: Literal["workers", "pages"] = Field(
        default="workers", description="*cloudflare*: Workers with static assets, or Pages."
    )
    plan: Literal["free", "paid"] = Field(
        default="free",
        description="*cloudflare*: the account's plan: 20,000 files on the free plan, 100,000 on a paid plan.",
    )
    remote: Text | None = Field(
        default=None, description="*git*: the repository.", examples=["git@git.tea.example:sites.git"]
    )
    branch: str = Field(
        default="",
        description="*git*: the branch, `gh-pages` if left out; *cloudflare* (Pages): the branch of a preview.",
    )
    domain: str = Field(
        default="", description="*git*: the domain, written into `CNAME`.", examples=["www.tea.example"]
    )
    history: bool = Field(
        default=True, description="*git*: whether earlier releases stay in the branch's history."
    )


class Document(Table):
    """The file `site.toml` in the root of a site: all settings that are not content."""

    site: SiteTable = Field(description="The company's site as a whole.")
    company: CompanyTable = Field(default_factory=CompanyTable, description="The house account.")
    content: ContentTable = Field(
        default_factory=ContentTable, description="Files that are public in addition to the pages."
    )
    build: BuildTable = Field(default_factory=BuildTable, description="Time limits of a build.")
    addresses: AddressesTable = Field(default_factory=AddressesTable, description="How sites are addressed.")
    roster: RosterTable = Field(default_factory=RosterTable, description="The distributors.")
    links: dict[LinkName, LinkTable] = Field(
        default={},
        description="Where buy and enrol buttons lead, as [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570) "
        "URI templates. `shop` becomes `shop_link()` in templates, and so on for any name. "
        f"Known variables are {', '.join(f'`{name}`' for name in link_rules.LINK_VARIABLES)}; the owner's "
        "`id` must be among them, because a link without the owner loses the referral. The id must arrive where a server reads it: "
        "as the whole value of one parameter (`{?id}`, or `{&id}` behind another) or as a segment of the path (`/{id}`), also "
        "where `sku`, `slug` or `alias` have no value. If a template loses it, the fault suggests a template that does not.",
        examples=[
            {"shop": "https://shop.tea.example/{market}/{sku}{?id}"},
            {"shop": {"template": "https://shop.tea.example/#/{market}/{sku}{?id}", "fragment": True}},
        ],
        json_schema_extra={"additionalProperties": False},
    )
    markets: dict[MarketCode, MarketTable] = Field(
        min_length=1,
        description="At least one, by its two-letter ISO 3166 code. The corporate site is the first "
        "market in its first language.",
        examples=[{"GB": {"currency": "GBP", "languages": ["en"]}}],
        json_schema_extra={"additionalProperties": False},
    )
    ranks: dict[RankCode, Text] = Field(
        default={},
        description="The career ladder from the first step to the last: the code that rosters use, and the "
        "title that visitors read.",
        examples=[{"member": "Member", "leader": "Leader"}],
        json_schema_extra={"additionalProperties": False},
    )
    members: MembersTable = Field(default_factory=MembersTable, description="The member area.")
    pelican: PelicanTable = Field(
        default_factory=PelicanTable,
        description="Settings for Pelican.",
        examples=[{"DEFAULT_PAGINATION": 10}],
    )
    headers: HeadersTable = Field(
        default_factory=HeadersTable,
        description="Headers of every response.",
        examples=[{"frame_options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}],
    )
    targets: dict[TargetName, TargetTable] = Field(
        default={},
        description="Targets that `replisite deploy` publishes to.",
        examples=[{"live": {"host": "folder", "path": "/srv/www/tea"}}],
    )
