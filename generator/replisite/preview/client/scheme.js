/*
 * The color scheme: show the page as a browser with the other preference shows it.
 *
 * No script can change the browser's preference, so the media conditions are rewritten: in the style sheets that may be
 * read, and in the sources of a <picture>. The results of matchMedia() are unchanged.
 */

const KEY = "replisite:scheme";
const CONDITION = /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi;
const [ALWAYS, NEVER] = ["(min-width: 0px)", "(max-width: 0px)"];

/** @typedef {"auto" | "light" | "dark"} Scheme */

export class SchemeSwitch {
  /** @type {Map<MediaList, string>} the original texts of rewritten lists */
  #lists = new Map();
  /** @type {Map<Element, string>} */
  #sources = new Map();
  #inline = document.documentElement.style.colorScheme;

  /** @type {Scheme} */
  current = /** @type {Scheme} */ (sessionStorage.getItem(KEY) ?? "auto");

  /** @param {Scheme} scheme */
  choose(scheme) {
    this.current = scheme;
    sessionStorage.setItem(KEY, scheme);
    this.#restore();
    this.apply();
  }

  /** Rewrite the conditions that have come since; with "auto" there are none to rewrite. */
  apply = () => {
    if (this.current === "auto") return;
    document.documentElement.style.colorScheme = this.current;
    for (const sheet of [...document.styleSheets, ...document.adoptedStyleSheets]) this.#rewriteSheet(sheet);
    for (const source of document.querySelectorAll("source[media]")) {
      const media = this.#rewritten(source.media);
      if (media === source.media) continue;
      this.#sources.set(source, source.media);
      source.media = media;
    }
  };

  #restore() {
    for (const [list, text] of this.#lists) list.mediaText = text;
    for (const [source, text] of this.#sources) source.media = text;
    this.#lists.clear();
    this.#sources.clear();
    const root = document.documentElement;
    root.style.colorScheme = this.#inline;
    if (!root.getAttribute("style")) root.removeAttribute("style");
  }

  #rewriteSheet(sheet) {
    const rewriteRules = (rules) => {
      for (const rule of rules ?? []) {
        if (rule.media) this.#rewriteList(rule.media);
        if (rule.cssRules) rewriteRules(rule.cssRules);
        if (rule.styleSheet) this.#rewriteSheet(rule.styleSheet);
      }
    };
    this.#rewriteList(sheet.media);
    try {
      rewriteRules(sheet.cssRules);
    } catch {
      // a stylesheet of another origin is closed to us
    }
  }

  #rewriteList(list) {
    const text = this.#rewritten(list.mediaText);
    if (text === list.mediaText) return;
    this.#lists.set(list, list.mediaText);
    list.mediaText = text;
  }

  #rewritten(media) {
    return media.replace(CONDITION, (_all, scheme) => (scheme.toLowerCase() === this.current ? ALWAYS : NEVER));
  }
}
