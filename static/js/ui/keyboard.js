/** Keys, when nobody is typing: each one a word of the app. */
import { simple } from "../data/narrow.js";
import { confine } from "./focus.js";
import { COMMON } from "../data/emoji.js";

const TYPING = "input, textarea, select, [contenteditable]";

export function listenToKeys(app, target) {
  target.addEventListener("keydown", (event) => {
    if (!app.ready || event.defaultPrevented || event.isComposing) return;
    const frame = document.querySelector("#overlay .menu, #overlay .dialog");
    if (frame && confine(event, frame)) return;
    if (event.key === "Escape") {
      app.escape();
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      app.openSwitcher();
      return;
    }
    if (command || event.altKey || app.view.dialog || app.view.menu || event.target.closest?.(TYPING)) return;
    // A focused button or link does its own with Enter and Space.
    if (event.key === "Enter" && event.target.closest?.("button, a, [role=button], summary")) return;
    const act = KEYS[event.key];
    if (!act || act(app) === false) return;
    event.preventDefault();
  });
}

function onMessage(act) {
  return (app) => {
    const message = app.feed.chosen;
    if (!message || message.status !== "sent") return false;
    return act(app, message);
  };
}

const KEYS = {
  j: (app) => app.step(1),
  k: (app) => app.step(-1),
  ArrowDown: (app) => app.step(1),
  ArrowUp: (app) => app.step(-1),
  Home: (app) => app.feed.list && app.feed.toOldest(),
  End: (app) => app.feed.list && app.feed.toNewest(),
  PageUp: (app) => app.feed.list && app.feed.page(-1),
  PageDown: (app) => app.feed.list && app.feed.page(1),
  " ": (app) => app.feed.list && app.feed.page(1),
  c: (app) => app.newMessage(),
  x: (app) => app.newMessage({ direct: true }),
  r: (app) => app.replyToChosen(),
  Enter: (app) => app.replyToChosen(),
  ">": onMessage((app, message) => app.quote(message)),
  s: onMessage((app, message) => app.commands.toggleStar(message)),
  e: onMessage((app, message) => app.edit(message)),
  m: onMessage((app, message) => app.openMove(message)),
  Delete: onMessage((app, message) => app.confirmDelete(message)),
  "+": onMessage((app, message) => app.openReactionPicker(message, app.rowOf(message))),
  "=": onMessage((app, message) => app.commands.toggleReaction(message, COMMON[0])),
  n: (app) => app.nextUnread(),
  i: (app) => app.go(simple("inbox")),
  t: (app) => app.go(simple("recent")),
  a: (app) => app.go(simple("all")),
  p: (app) => app.togglePeople(),
  "/": (app) => app.openSearch(),
  ",": (app) => app.openSettings(),
  "?": (app) => app.openHelp(),
};
