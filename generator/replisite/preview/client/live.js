/*
 * The connection to the server's events, while the tab is visible.
 *
 * A hidden tab disconnects, since a browser opens only six connections to a host; it connects again when it is shown, and the
 * first event, `state`, has everything that it missed.
 */

const EVENTS = ["state", "page", "asset", "faults", "roster", "reload", "bye"];

/** Milliseconds before connecting again after the server refused. */
const PAUSE = 1500;

/** Milliseconds without a connection before the toolbar says that the server is not running. */
const PATIENCE = 800;

/**
 * Listen to the server.
 * @param {() => string} digest of the page that is shown now
 * @param {Record<string, (message: any) => void>} listeners by the event's name
 * @param {(isThere: boolean) => void} onPresence whether the server is running
 */
export function listen(digest, listeners, onPresence) {
  /** @type {EventSource | null} */
  let line = null;
  let absence = 0;
  let again = 0;

  const present = () => {
    clearTimeout(absence);
    absence = 0;
    onPresence(true);
  };
  const missing = () => {
    absence ||= setTimeout(() => onPresence(false), PATIENCE);
  };

  const hangUp = () => {
    clearTimeout(again);
    clearTimeout(absence);
    absence = 0;
    line?.close();
    line = null;
  };
  const call = () => {
    hangUp();
    const query = new URLSearchParams({ at: location.pathname, digest: digest() });
    const mine = (line = new EventSource(`/_replisite/events?${query}`));
    mine.addEventListener("open", present);
    mine.addEventListener("error", () => {
      missing();
      if (mine.readyState === EventSource.CLOSED && mine === line) again = setTimeout(call, PAUSE);
    });
    for (const name of EVENTS) {
      mine.addEventListener(name, (event) => {
        if (name === "bye") onPresence(false);
        listeners[name]?.(JSON.parse(event.data));
      });
    }
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : call()));
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => event.persisted && call());
  if (!document.hidden) call();
}
