"""A finished output of a few files, without a build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from replisite.commands.deploy import deploy
from replisite.commands.rollback import rollback
from replisite.deploy.reports import Deployed, DeployOptions, RollbackOptions, RolledBack
from replisite.hosts import Host
from replisite.model.site import Company, Market, Site
from replisite.model.target import Target
from replisite.output import Output
from replisite.reporting import Reporter, SilentReporter

__all__ = ["FIRST", "SECOND", "Built", "a_page"]


def a_page(title: str, *links: str) -> bytes:
    """Return a page that is worth packing, with links to others."""
    listed = "".join(f'<li><a href="{link}">{link}</a></li>\n' for link in links)
    text = "Tea is a leaf, and water does the rest.\n" * 40
    return f"<!doctype html>\n<title>{title}</title>\n<ul>{listed}</ul>\n<p>{text}</p>\n".encode()


FIRST: Mapping[str, bytes] = {
    "404.html": a_page("Not here"),
    "index.html": a_page("Home, first", "jane/", "old/", "theme/app.3f2a91bc.css"),
    "jane/index.html": a_page("Jane, first", "../old/"),
    "old/index.html": a_page("Old"),
    "sitemap.xml": b'<?xml version="1.0"?>\n<urlset><url><loc>https://tea.example/old/</loc></url></urlset>\n',
    "theme/app.3f2a91bc.css": b"body { color: #123 }\n" * 100,
    "theme/leaf.png": bytes(range(256)) * 8,
    "theme/tea.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "files/price list (GB) & more.txt": b"Oolong 4.50\n",
    "files/th\u00e9 #1.txt": b"Un th\xc3\xa9\n",
}
"""What is live first: among others a page that will go, and names that want encoding."""

SECOND: Mapping[str, bytes] = {
    **{
        path: body for path, body in FIRST.items() if path not in {"old/index.html", "theme/app.3f2a91bc.css"}
    },
    "index.html": a_page("Home, second", "jane/", "new/", "theme/app.77aa01ef.css"),
    "new/index.html": a_page("New", "../jane/"),
    "jane/index.html": a_page("Jane, second", "../new/"),
    "sitemap.xml": b'<?xml version="1.0"?>\n<urlset><url><loc>https://tea.example/new/</loc></url></urlset>\n',
    "theme/app.77aa01ef.css": b"body { color: #321 }\n" * 100,
}
"""What is live next: pages and a style are new, changed and gone."""


class Built:
    """A site that has been built into ``output``, and the deploys of it."""

    def __init__(self, root: Path, url: str = "https://tea.example", name: str = "live") -> None:
        self.site = Site(
            root=root,
            name="Tea",
            url=url,
            company=Company("HOUSE", "Tea"),
            markets=(Market("GB", "United Kingdom", "GBP", ("en",)),),
        )
        self.target = Target(name, "folder", {"path": "www"})

    def write(self, files: Mapping[str, bytes]) -> None:
        """Build these files."""
        with Output(self.site.root / self.site.output) as output:
            sink = output.sink()
            output.commit([], [sink.write(path, body) for path, body in files.items()])

    def deploy(
        self, host: Host | None = None, reporter: Reporter | None = None, **options: object
    ) -> Deployed:
        """Deploy what was built, and do not look at it over HTTP unless that is said."""
        options = {"verifies": False, **options}
        return deploy(self._site, DeployOptions(**options), reporter or SilentReporter(), host)  # type: ignore[arg-type]

    def rollback(self, host: Host | None = None, release: str = "") -> RolledBack:
        """Go back."""
        return rollback(self._site, RollbackOptions(release=release), SilentReporter(), host)

    @property
    def _site(self) -> Site:
        return replace(self.site, targets={self.target.name: self.target})
