/** Starts the client: makes every part, hands each what it needs, and listens to the browser. */

import "./language.js";
import { Model } from "./data/model.js";
import { systemClock as clock } from "./lib/clock.js";
import { t } from "./lib/i18n.js";
import { JsonStorage } from "./lib/storage.js";
import { Api } from "./net/api.js";
import { Commands } from "./net/commands.js";
import { Connection } from "./net/connection.js";
import { Dispatch } from "./net/dispatch.js";
import { BotCommands } from "./net/bot_commands.js";
import { EditCommands } from "./net/edit_commands.js";
import { WidgetCommands } from "./net/widget_commands.js";
import { History } from "./net/history.js";
import { OwnSettings } from "./net/own_settings.js";
import { PresencePings } from "./net/presence_pings.js";
import { Push } from "./net/push.js";
import { ReadMarker } from "./net/read_marker.js";
import { Sender } from "./net/sender.js";
import { Session } from "./net/session.js";
import { Socket } from "./net/socket.js";
import { TypingNotices } from "./net/typing_notices.js";
import { App } from "./ui/app.js";
import { listenToFiles } from "./ui/files.js";
import { Notifier } from "./ui/notifier.js";
import { listenToKeys } from "./ui/keyboard.js";
import { listenToPointer } from "./ui/pointer.js";
import { showTheme } from "./ui/theme.js";
import { View } from "./ui/view.js";

const SLEPT_MS = 30_000;
const TICK_MS = 10_000;

const storage = new JsonStorage(window.localStorage, "plait/");
const view = new View(clock, storage);
showTheme(document.documentElement, view.theme);

const model = new Model({ clock, storage, tab: tabName() });
const api = new Api({
  fetch: (...args) => window.fetch(...args),
  XMLHttpRequest: window.XMLHttpRequest,
  readCookie: cookie,
  clock,
  onSignedOut: () => window.location.assign(`/login/?next=${encodeURIComponent(window.location.pathname)}`),
});
const history = new History({ model, api });
const session = new Session({ model, api, history, onLoad: () => loaded() });
const connection = new Connection({
  api,
  openSocket:
    window.WebSocket &&
    ((on) => new Socket({ WebSocket: window.WebSocket, url: socketAddress(), clock, ...on })),
  clock,
  register: () => session.register(),
  onEvent: (event) => dispatch.apply(event),
});
const sender = new Sender({ model, connection, api, clock });
const dispatch = new Dispatch({
  model,
  sender,
  session,
  onMessage: (message, flags) => app.notifier.heard(message, flags),
});
const reader = new ReadMarker({ model, connection, api, clock });
const commands = new Commands({ model, connection, api, complain: (words) => view.notify(words) });
const botting = new BotCommands({ api });
const editing = new EditCommands({ model, connection, api, complain: (words) => view.notify(words) });
const widgets = new WidgetCommands({ model, connection, complain: (words) => view.notify(words) });
const typing = new TypingNotices({ model, connection, clock });
const settings = new OwnSettings({ model, api, complain: (words) => view.notify(words) });
const app = new App({
  model,
  view,
  connection,
  api,
  sender,
  reader,
  history,
  commands,
  editing,
  typing,
  botting,
  settings,
  widgets,
});
app.notifier = new Notifier(app, { push: new Push({ api, window }), window, clock, storage });
const pings = new PresencePings({ model, connection, clock, attentive: () => app.attentive() });

function loaded() {
  if (app.ready) reader.reapply();
  else {
    app.start();
    pings.start();
  }
}

// Until the first registration there is nothing to show but that we are at it.
connection.subscribe(() => {
  const words = connection.status === "away" ? t("The server cannot be reached. Trying again.") : "";
  document.querySelector("#boot p").textContent = words;
});

listenToKeys(app, document);
listenToPointer(app, document);
listenToFiles(app, document);
window.addEventListener("online", () => connection.wake());
window.addEventListener("focus", () => {
  pings.input();
  app.feed?.look();
});
for (const type of ["keydown", "pointerdown", "pointermove", "wheel"])
  window.addEventListener(type, () => pings.input(), { passive: true, capture: true });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    app.compose?.keep();
    typing.stop();
    return;
  }
  connection.wake();
  app.feed?.look();
});
window.addEventListener("pagehide", () => {
  app.compose?.keep();
  typing.stop();
  reader.leave();
  if (connection.queue_id)
    api.delete("/events", { queue_id: connection.queue_id }, { keepalive: true }).catch(() => {});
});
window.addEventListener("pageshow", (event) => event.persisted && connection.refresh());

// A clock that jumps means the machine slept; what looked open then may be dead.
let last_ms = clock.now();
(function tick() {
  const now_ms = clock.now();
  if (now_ms - last_ms > SLEPT_MS + TICK_MS) connection.refresh();
  last_ms = now_ms;
  clock.setTimeout(tick, TICK_MS);
})();

connection.run();

function cookie(name) {
  for (const part of document.cookie.split("; ")) {
    const at = part.indexOf("=");
    if (part.slice(0, at) === name) return decodeURIComponent(part.slice(at + 1));
  }
  return "";
}

function socketAddress() {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/json/websocket`;
}

// The same name after a reload, another in another tab.
function tabName() {
  const fresh = Math.random().toString(36).slice(2);
  try {
    const kept = window.sessionStorage.getItem("plait/tab") ?? fresh;
    window.sessionStorage.setItem("plait/tab", kept);
    return kept;
  } catch {
    return fresh;
  }
}
