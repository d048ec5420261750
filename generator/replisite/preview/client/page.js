/*
 * The page that is shown: it is fetched when the server has another version, and morphed; or reloaded, where scripts have
 * changed.
 */
import { morph } from "./morph.js";
import { parse } from "./mirror.js";

const SCROLL = "replisite:scroll";

/** The headers of a request that the preview's own script makes. */
export const OWN_REQUEST = { headers: { "X-Replisite": "refresh" } };

/** @typedef {(signal: AbortSignal) => Promise<string | null>} Reader returns a page's HTML, or null if there is none to show */

/** Load the whole page again; it scrolls back to the same position. */
export function reload() {
  const { pathname } = location;
  sessionStorage.setItem(SCROLL, JSON.stringify({ pathname, left: scrollX, top: scrollY }));
  location.reload();
}

/** Scroll to the position before reload(); do so again when everything is loaded, as the page may still grow. */
export function restoreScroll() {
  const kept = JSON.parse(sessionStorage.getItem(SCROLL) ?? "null");
  sessionStorage.removeItem(SCROLL);
  if (kept?.pathname !== location.pathname) return;
  const restore = () => scrollTo({ left: kept.left, top: kept.top, behavior: "instant" });
  restore();
  if (document.readyState !== "complete") addEventListener("load", restore, { once: true });
}

/** @type {Reader} */
export async function readHere(signal) {
  const answer = await fetch(location.href, { ...OWN_REQUEST, signal, cache: "no-store" });
  if (answer.redirected) {
    location.replace(answer.url);
    return null;
  }
  return answer.headers.get("Content-Type")?.startsWith("text/html") ? answer.text() : null;
}

export class Page extends EventTarget {
  /** @type {AbortController | null} */
  #reading = null;
  #hasRefreshed = false;

  /** @type {Reader} */
  reader = readHere;

  /**
   * @param {import("./mirror.js").Mirror} mirror
   * @param {string} digest of the source that is shown
   * @param {(link: HTMLLinkElement, href: string) => void} exchangeStylesheet
   */
  constructor(mirror, digest, exchangeStylesheet) {
    super();
    this.mirror = mirror;
    this.digest = digest;
    this.exchangeStylesheet = exchangeStylesheet;
  }

  /** Read the page without marks. */
  readUnmarked() {
    this.reader = readHere;
  }

  /**
   * Fetch the page and show what has changed in it. A later call replaces an earlier one.
   * @param {string | null} [announced] the digest that the server sent
   */
  async refresh(announced = null) {
    const begun = performance.now();
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    this.#hasRefreshed = true;
    let html;
    try {
      html = await this.reader(reading.signal);
    } catch {
      return; // a later call replaced this one, or the server is not running: the next `state` event has the digest
    }
    if (html === null || reading.signal.aborted) return;
    const fetched = performance.now();
    const { tree, digest } = parse(html);
    if (programs(this.mirror.tree) !== programs(tree)) {
      reload();
      return;
    }
    morph(this, tree);
    this.digest = digest ?? announced ?? this.digest;
    const now = performance.now();
    this.dispatchEvent(new Event("refreshed"));
    const detail = { digest: this.digest, milliseconds: now - begun, morphing: now - fetched };
    dispatchEvent(new CustomEvent("replisite:refreshed", { detail }));
  }

  /** Read the source of the page that is shown: the copy of client.js includes the changes of inline scripts. */
  async learnSource() {
    const html = await readHere(new AbortController().signal).catch(() => null);
    if (html === null || this.#hasRefreshed) return;
    const { tree, digest } = parse(html);
    if (digest === this.digest) this.mirror.replaceTree(tree);
  }
}

/** The scripts of a source as one text: if they differ, only a reload runs the new ones and ends the old ones. */
function programs(tree) {
  const isProgram = ({ type }) => /^(|module|importmap|(text|application)\/(java|ecma)script)$/i.test(type.trim());
  return [...tree.querySelectorAll("script")]
    .filter(isProgram)
    .map((script) => {
      const names = script.getAttributeNames().filter((name) => name !== "nonce" && name !== "data-replisite-slots");
      return JSON.stringify([script.text, ...names.sort().map((name) => [name, script.getAttribute(name)])]);
    })
    .join("\n");
}
