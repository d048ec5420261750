/*
 * The page that is shown: fetched again when the server has another, and morphed; or loaded anew, when that is the
 * only honest way.
 */
import { morph } from "./morph.js";
import { parse } from "./mirror.js";

const SCROLL = "replisite:scroll";

/** What `X-Replisite` says of a request that this script makes. */
export const OWN_REQUEST = { headers: { "X-Replisite": "refresh" } };

/** @typedef {(signal: AbortSignal) => Promise<string | null>} Reader gives a page's HTML; null: there is none to show */

/** Load the whole page again; the reader finds the place where they were. */
export function reload() {
  const { pathname } = location;
  sessionStorage.setItem(SCROLL, JSON.stringify({ pathname, left: scrollX, top: scrollY }));
  location.reload();
}

/** Scroll to where the page was before reload(); as it may still grow, once more when all is loaded. */
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

  /** Read the page as the preview shows it by itself. */
  readPlainly() {
    this.reader = readHere;
  }

  /**
   * Fetch the page and show what is new in it. A later call overtakes an earlier one.
   * @param {string | null} [announced] the digest that the server told
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
      return; // overtaken, or the server is away: the next `state` tells what was missed
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

  /** Read the true source of what is shown: the copy that client.js took holds what inline scripts did before. */
  async learnSource() {
    const html = await readHere(new AbortController().signal).catch(() => null);
    if (html === null || this.#hasRefreshed) return;
    const { tree, digest } = parse(html);
    if (digest === this.digest) this.mirror.replaceTree(tree);
  }
}

/** The source's programs as one text: to run one twice, or to leave an old one running, would both be wrong. */
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
