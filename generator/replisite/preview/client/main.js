/* The start of the preview's client: the page, the connection to the server, and the toolbar above the page. */
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

/** Milliseconds after which work runs even if the browser is not idle: on a busy machine, Chromium may never be. */
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
  const overlays = window === window.top ? createToolbar(page, scheme) : null; // a page in a frame is refreshed, but has no toolbar
  page.addEventListener("refreshed", () => {
    assets.restamp();
    scheme.apply();
  });
  scheme.apply();

  let isReady = false;
  const catchUp = async ({ digest: newest, faults, roster }) => {
    overlays?.overlay.show(faults);
    overlays?.toolbar.showRoster(roster);
    if (newest && newest !== page.digest) await page.refresh(newest);
    whenIdle(() => overlays?.toolbar.update());
    if (isReady) return;
    isReady = true;
    dispatchEvent(new CustomEvent("replisite:ready"));
    whenIdle(async () => {
      await page.learnSource();
      if (overlays?.personal.wasOn) overlays.personal.toggle(true);
    });
  };

  listen(
    () => page.digest,
    {
      state: catchUp,
      page: ({ digest: newest }) => newest !== page.digest && page.refresh(newest),
      asset: ({ paths }) => assets.exchange(paths),
      faults: (faults) => overlays?.overlay.show(faults),
      roster: (roster) => {
        overlays?.toolbar.showRoster(roster);
        if (roster.state === "ready") overlays?.toolbar.update();
      },
      reload,
    },
    (isThere) => overlays?.toolbar.showPresence(isThere),
  );
}

/** The toolbar and the overlays, in a shadow root outside <body>. */
function createToolbar(page, scheme) {
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

/** Load the styles; nothing is shown before. */
function loadStyles() {
  return Promise.all(
    STYLES.map(async (name) => {
      const sheet = new CSSStyleSheet();
      await sheet.replace(await (await fetch(new URL(name, import.meta.url))).text());
      return sheet;
    }),
  );
}
