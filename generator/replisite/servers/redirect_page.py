"""A page instead of a site that has moved, for hosts that take no redirects.

It names no person: a distributor who has left does not want to be found there. WCAG allows a refresh without delay
(technique H76), and search engines follow it as a redirect.
"""

from __future__ import annotations

from html import escape

from replisite.model.redirects import Redirect

__all__ = ["page_for_redirect"]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>This site is elsewhere now</title>
<link rel="canonical" href="{address}">
<meta http-equiv="refresh" content="0; url={link}">
</head>
<body>
<main>
<h1>This site is elsewhere now</h1>
<p><a href="{link}">Go on to where it is</a></p>
</main>
</body>
</html>
"""


def page_for_redirect(redirect: Redirect, url: str) -> bytes:
    """Return the page; ``url`` is the company's address, without a slash at its end."""
    if "://" in redirect.target:
        link = address = redirect.target
    else:
        link, address = f"..{redirect.target}", f"{url}{redirect.target}"
    return _PAGE.format(link=escape(link), address=escape(address)).encode()
