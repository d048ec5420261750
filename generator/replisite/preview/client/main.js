/* The preview's part in the browser, put together: the page, the live line to the server, and what is drawn above the page. */
import { Assets } from "./assets.js";
import { listen } from "./live.js";
import { Mirror } from "./mirror.js";
import { Overlay } from "./overlay.js";
import { Page, reload, restoreScroll } from "./page.js";
import { Personal } from "./personal.js";
import { SchemeSwitch } from "./scheme.js";
import { Toolbar } from "./toolbar.js";
import { make } from "./dom.js";

const STYLES = ["surface.css", "toolbar.css", "overlay.css", "personal.css"];

/** Milliseconds after which a browser counts as idle: on a busy machine, Chromium may not find a moment for a long time. */
const AT_LATEST = 200;

const whenIdle = (run) =>
  window.requestIdleCallback ? requestIdleCallback(run, { timeout: AT_LATEST }) : setTimeout(run, 50);

/** Begin. @param {{source: Element, pairs: [Node, Node][], digest: string}} loaded */
export function start({ source, pairs, digest }) {
  restoreScroll();
  const mirror = new Mirror(source, pairs);
  const scheme = new SchemeSwitch();
  const assets = new Assets(mirror, scheme.apply);
  const page = new Page(mirror, digest, assets.exchangeStylesheet);
  const face = window === window.top ? createFace(page, scheme) : null; // a page in a frame is kept fresh, and no more
  page.addEventListener("refreshed", () => {
    assets.restamp();
    scheme.apply();
  });
  scheme.apply();

  let isReady = false;
  const catchUp = async ({ digest: newest, faults, roster }) => {
    face?.overlay.show(faults);
    face?.toolbar.showRoster(roster);
    if (newest && newest !== page.digest) await page.refresh(newest);
    whenIdle(() => face?.toolbar.update());
    if (isReady) return;
    isReady = true;
    dispatchEvent(new CustomEvent("replisite:ready"));
    whenIdle(async () => {
      await page.learnSource();
      if (face?.personal.wasOn) face.personal.toggle(true);
    });
  };

  listen(
    () => page.digest,
    {
      state: catchUp,
      page: ({ digest: newest }) => newest !== page.digest && page.refresh(newest),
      asset: ({ paths }) => assets.exchange(paths),
      faults: (faults) => face?.overlay.show(faults),
      roster: (roster) => {
        face?.toolbar.showRoster(roster);
        if (roster.state === "ready") face?.toolbar.update();
      },
      reload,
    },
    (isThere) => face?.toolbar.showPresence(isThere),
  );
}

/** What is drawn above the page, in a shadow root of its own, outside <body>. */
function createFace(page, scheme) {
  const host = make("replisite-toolbar", { lang: "en" });
  const root = host.attachShadow({ mode: "open" });
  const surface = make("div", { class: "surface" });
  root.append(surface);
  const personal = new Personal(surface, page, () => toolbar.showChoices());
  const toolbar = new Toolbar(surface, scheme, personal);
  const overlay = new Overlay(surface);
  page.addEventListener("refreshed", () => whenIdle(() => toolbar.update()));
  loadStyles().then((sheets) => {
    root.adoptedStyleSheets = sheets;
    document.documentElement.append(host);
  });
  return { overlay, personal, toolbar };
}

/** Styles come first, so that nothing is ever seen without them. */
function loadStyles() {
  return Promise.all(
    STYLES.map(async (name) => {
      const sheet = new CSSStyleSheet();
      await sheet.replace(await (await fetch(new URL(name, import.meta.url))).text());
      return sheet;
    }),
  );
}
