/** The list of keys. */
import { html } from "lit";
import { iconButton } from "./icon.js";

const KEYS = [
  [
    "Getting about",
    [
      [["Ctrl K", "/"], "Go to a channel, topic or person"],
      [["j", "k"], "Next, previous message"],
      [["↓", "↑"], "The same"],
      [["Home", "End"], "Oldest, newest message here"],
      [["n"], "Next unread conversation"],
      [["i"], "Inbox"],
      [["t"], "Recent conversations"],
      [["a"], "All messages"],
      [["Esc"], "Back, close, stop writing"],
    ],
  ],
  [
    "Writing",
    [
      [["c"], "New message to a channel"],
      [["x"], "New direct message"],
      [["r", "Enter"], "Reply to the message"],
      [[">"], "Quote it and reply"],
      [["Enter"], "Send"],
      [["Shift Enter"], "New line"],
      [["@", "#", ":"], "Mention, channel, emoji"],
    ],
  ],
  [
    "Messages",
    [
      [["+"], "Add a reaction"],
      [["="], "React with 👍"],
      [["s"], "Star"],
      [["p"], "Show or hide people"],
      [["?"], "This list"],
    ],
  ],
];

export function help(close) {
  return html`<div class="help">
    <div class="dialog-head"><h2>Keyboard shortcuts</h2>${iconButton("x", "Close", close)}</div>
    <div class="help-groups">
      ${KEYS.map(
        ([title, rows]) => html`<section>
          <h3>${title}</h3>
          <dl>
            ${rows.map(
              ([keys, words]) =>
                html`<div><dt>${words}</dt><dd>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dd></div>`,
            )}
          </dl>
        </section>`,
      )}
    </div>
  </div>`;
}
