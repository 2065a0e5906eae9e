/** The list of keys. */
import { html } from "lit";
import { t } from "../lib/i18n.js";
import { iconButton } from "./icon.js";

const KEYS = [
  [
    t("Getting about"),
    [
      [["Ctrl K"], t("Go to a channel, topic or person")],
      [["/"], t("Search messages")],
      [["j", "k"], t("Next, previous message")],
      [["↓", "↑"], t("The same")],
      [["Home", "End"], t("Oldest, newest message here")],
      [["n"], t("Next unread conversation")],
      [["i"], t("Inbox")],
      [["t"], t("Recent conversations")],
      [["a"], t("All messages")],
      [["Esc"], t("Back, close, stop writing")],
    ],
  ],
  [
    t("Writing"),
    [
      [["c"], t("New message to a channel")],
      [["x"], t("New direct message")],
      [["r", "Enter"], t("Reply to the message")],
      [[">"], t("Quote it and reply")],
      [["Enter"], t("Send")],
      [["Shift Enter"], t("New line")],
      [["@", "#", ":"], t("Mention, channel, emoji")],
    ],
  ],
  [
    t("Messages"),
    [
      [["+"], t("Add a reaction")],
      [["="], t("React with 👍")],
      [["s"], t("Star")],
      [["e"], t("Edit my message")],
      [["↑"], t("In an empty message box: edit my last message")],
      [["m"], t("Move to another topic")],
      [["Delete"], t("Delete")],
      [["p"], t("Show or hide people")],
      [[","], t("Settings")],
      [["?"], t("This list")],
    ],
  ],
];

export function help(close) {
  return html`<div class="help">
    <div class="dialog-head"><h2>${t("Keyboard shortcuts")}</h2>${iconButton("x", t("Close"), close)}</div>
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
