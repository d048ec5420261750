"""A server that speaks Netlify's API, as its OpenAPI document has it, and takes nothing that the document does not say.

It keeps what it is given in memory, serves the published deploy to visitors, and notes every request. What the document
leaves open follows Netlify's own clients: an asynchronous deploy is compared after a while, names hold no ``#``, bytes that
arrived once are never asked for again, and of several files with the same bytes one is enough.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["NetlifyFake"]

TOKEN = "nfp_a-token-that-must-not-be-told"
NAME = "tarn-and-thistle"

DEPLOY_KEYS = {"async", "branch", "draft", "environment", "files", "framework", "framework_version", "functions",
               "function_schedules", "functions_config"}  # fmt: skip


class Refused(Exception):
    """A request that is not as the document has it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Deploy:
    """A deploy, and how many looks at it are left until it goes on."""

    id: str
    title: str
    files: dict[str, str]
    draft: bool
    state: str = "preparing"
    looks: int = 1
    error_message: str = ""

    def as_json(self, required: list[str], *, locked: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "state": self.state,
            "draft": self.draft,
            "locked": locked,
        }
        if self.state != "preparing":
            told["required"] = required
        return told | ({"error_message": self.error_message} if self.error_message else {})


@dataclass
class NetlifyFake:
    """One site. ``answers`` are given instead of what would be right, the first to the next request that fits."""

    site_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    blobs: dict[str, bytes] = field(default_factory=dict)
    deploys: dict[str, Deploy] = field(default_factory=dict)
    published: str = ""
    locked: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    answers: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    _one: Lock = field(default_factory=Lock)

    def __enter__(self) -> Self:
        fake = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, told = fake.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 - the names of http.server

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/v1"

    @property
    def uploads(self) -> list[str]:
        return [path for method, path in self.requests if method == "PUT"]

    def answer(
        self, method: str, target: str, headers: Any, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one request."""
        with self._one:
            self.requests.append((method, target))
            for planned in self.answers:
                pattern, status, more = planned
                if re.search(pattern, f"{method} {target}"):
                    self.answers.remove(planned)
                    return (
                        status,
                        {"Content-Type": "application/json", **more},
                        b'{"code": 0, "message": "as planned"}',
                    )
            try:
                status, told = self._route(method, target, headers, body)
            except Refused as error:
                self.wrong.append(f"{method} {target}: {error}")
                status, told = error.status, {"code": error.status, "message": str(error)}
        return status, {"Content-Type": "application/json"}, json.dumps(told).encode()

    def _route(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, Any]:
        split = urlsplit(target)
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "Access Denied")
        if not headers.get("User-Agent"):
            raise Refused(400, "no User-Agent")
        site, one = r"/sites/(?P<site>[^/]+)", r"(?P<deploy>[^/]+)"
        operations: list[tuple[str, str, set[str], Callable[..., tuple[int, Any]]]] = [
            ("GET", site, set(), self._get_site),
            (
                "GET",
                rf"{site}/deploys",
                {"state", "page", "per_page", "production", "branch"},
                self._list_deploys,
            ),
            ("POST", rf"{site}/deploys", {"title"}, self._create_deploy),
            ("GET", rf"{site}/deploys/{one}", set(), self._get_deploy),
            ("POST", rf"{site}/deploys/{one}/restore", set(), self._restore),
            ("POST", rf"/deploys/{one}/cancel", set(), self._cancel),
            ("PUT", rf"/deploys/{one}/files/(?P<path>.+)", {"size"}, self._upload),
        ]
        for verb, pattern, known, act in operations:
            found = re.fullmatch(f"/api/v1{pattern}", split.path)
            if found is None or verb != method:
                continue
            query = dict(parse_qsl(split.query, keep_blank_values=True))
            if unknown := query.keys() - known:
                raise Refused(400, f"unknown parameters {sorted(unknown)}")
            named = {name: unquote(value) for name, value in found.groupdict().items()}
            if named.pop("site", self.site_id) not in {self.site_id, f"{NAME}.netlify.app"}:
                raise Refused(404, "Not Found")
            if "deploy" in named and named["deploy"] not in self.deploys:
                raise Refused(404, "Not Found")
            return act(query=query, headers=headers, body=body, **named)
        raise Refused(404, "no such operation")

    def _get_site(self, **_: Any) -> tuple[int, Any]:
        told = {"id": self.site_id, "name": NAME, "state": "current"}
        if self.published:
            told["published_deploy"] = self._told(self.deploys[self.published])  # type: ignore[assignment]
        return 200, told

    def _list_deploys(self, query: Mapping[str, str], **_: Any) -> tuple[int, Any]:
        wanted = query.get("state")
        found = [self._told(deploy) for deploy in self.deploys.values() if wanted in {None, deploy.state}]
        return 200, found[::-1][: int(query.get("per_page", "30"))]

    def _create_deploy(
        self, query: Mapping[str, str], headers: Any, body: bytes, **_: Any
    ) -> tuple[int, Any]:
        if headers.get("Content-Type") != "application/json":
            raise Refused(415, "send JSON")
        sent = json.loads(body)
        if unknown := sent.keys() - DEPLOY_KEYS:
            raise Refused(422, f"unknown keys {sorted(unknown)}")
        files = sent.get("files")
        if not isinstance(files, dict) or not all(
            isinstance(sent.get(key, False), bool) for key in ("async", "draft")
        ):
            raise Refused(422, "files, async or draft have other types")
        for path, digest in files.items():
            if not re.fullmatch(r"/[^#?]+", path) or not re.fullmatch(r"[0-9a-f]{40}", str(digest)):
                raise Refused(422, f"{path}: {digest}")
        deploy = Deploy(uuid.uuid4().hex[:24], query.get("title", ""), files, sent.get("draft", False))
        self.deploys[deploy.id] = deploy
        if not sent.get("async"):
            self._compare(deploy)
        return 200, self._told(deploy)

    def _get_deploy(self, deploy: str, **_: Any) -> tuple[int, Any]:
        found = self.deploys[deploy]
        found.looks -= 1
        if found.looks < 0:
            following = {"preparing": "prepared", "uploaded": "processing", "processing": "ready"}
            if found.state == "preparing":
                self._compare(found)
            elif found.state in following:
                found.state = following[found.state]
                if found.state == "ready" and not found.draft and not self.locked:
                    self.published = found.id
        return 200, self._told(found)

    def _compare(self, deploy: Deploy) -> None:
        deploy.looks, deploy.state = 1, "prepared" if self._missing(deploy) else "uploaded"

    def _missing(self, deploy: Deploy) -> list[str]:
        return sorted(set(deploy.files.values()) - self.blobs.keys())

    def _told(self, deploy: Deploy) -> dict[str, Any]:
        return deploy.as_json(self._missing(deploy), locked=self.locked)

    def _upload(self, deploy: str, path: str, headers: Any, body: bytes, **_: Any) -> tuple[int, Any]:
        found = self.deploys[deploy]
        if headers.get("Content-Type") != "application/octet-stream":
            raise Refused(415, "send application/octet-stream")
        if "Content-Length" not in headers:
            raise Refused(411, "say how long it is")
        if found.state not in {"prepared", "uploading"}:
            raise Refused(422, f"the deploy is {found.state}")
        digest = hashlib.sha1(body).hexdigest()
        wanted = found.files.get(f"/{path}")
        if wanted is None:
            raise Refused(404, f"{path} is not in the deploy")
        if wanted != digest:
            raise Refused(422, f"{path} has the digest {digest}, not {wanted}")
        self.blobs[digest] = body
        found.state = "uploading" if self._missing(found) else "uploaded"
        return 200, {"id": f"/{path}", "path": f"/{path}", "sha": digest, "size": len(body), "mime_type": "?"}

    def _restore(self, deploy: str, **_: Any) -> tuple[int, Any]:
        if self.deploys[deploy].state != "ready":
            raise Refused(422, "the deploy is not ready")
        self.published = deploy
        return 201, self._told(self.deploys[deploy])

    def _cancel(self, deploy: str, **_: Any) -> tuple[int, Any]:
        self.deploys[deploy].state, self.deploys[deploy].error_message = "error", "Canceled"
        return 201, self._told(self.deploys[deploy])

    # -- visitors -------------------------------------------------------------------------------------------

    def live_files(self) -> dict[str, bytes]:
        """Return what is published, by path."""
        if not self.published:
            return {}
        return {path[1:]: self.blobs[digest] for path, digest in self.deploys[self.published].files.items()}

    def visit(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a visitor; the lists of headers and redirects are for nobody's eyes."""
        live = self.live_files()
        if path not in live or path in {"_headers", "_redirects"}:
            return 404, {}, live.get("404.html", b"")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith("xml")
        return 200, {"content-type": f"{kind}; charset=UTF-8" if text else kind}, live[path]
