/** Settings: what one is told of, and how. */

import { html } from "lit";
import { t } from "../../lib/i18n.js";
import { group, line, outcome, settingChoice, settingToggle, toggle } from "./parts.js";

const MEANS = [
  ["desktop", t("Desktop")],
  ["audible", t("Sound")],
  ["push", t("Push")],
  ["email", t("E-mail")],
];
const ROWS = [
  {
    label: t("Direct messages, mentions and alert words"),
    names: {
      desktop: "enable_desktop_notifications",
      audible: "enable_sounds",
      push: "enable_offline_push_notifications",
      email: "enable_offline_email_notifications",
    },
  },
  { label: t("Topics you follow"), names: named("enable_followed_topic") },
  { label: t("Everything in your channels"), names: named("enable_stream") },
];

function named(start) {
  return Object.fromEntries(MEANS.map(([means]) => [means, `${start}_${means}_notifications`]));
}

export class NotificationSettings {
  #state = {};

  constructor(app) {
    this.app = app;
    app.notifier.learn().then(() => this.#draw());
  }

  template() {
    const { app } = this;
    return html`
      ${this.#browser()} ${group(t("What you are told of"), this.#matrix(), this.#mailNote())}
      ${group(t("Mentions of everyone"), [
        settingToggle(app, "wildcard_mentions_notify", t("In your channels"), t("When somebody writes @all or @topic.")),
        settingToggle(app, "enable_followed_topic_wildcard_mentions_notify", t("In topics you follow")),
      ])}
      ${group(t("Desktop and sound"), [
        settingToggle(app, "pm_content_in_desktop_notifications", t("Show the text of direct messages")),
        line(t("Sound"), this.#sounds()),
        settingChoice(app, "desktop_icon_count_display", t("Count in the browser's tab"), [
          [1, t("All unread messages")],
          [2, t("Direct messages, mentions and followed topics")],
          [3, t("Direct messages and mentions")],
          [4, t("None")],
        ]),
      ])}
      ${group(t("When you are away"), [
        settingToggle(app, "enable_online_push_notifications", t("Push even while you are here")),
        settingChoice(
          app,
          "email_notifications_batching_period_seconds",
          t("E-mail after"),
          this.#delays(),
          t("What you read before then is not mailed. Messages of one conversation come as one mail."),
        ),
        settingToggle(app, "message_content_in_email_notifications", t("Put the text of messages into mails")),
        settingToggle(app, "enable_login_emails", t("A mail when my account is used from a new browser")),
      ])}
    `;
  }

  #browser() {
    const { notifier } = this.app;
    const { permission } = notifier;
    const note = {
      unsupported: t("This browser cannot show notifications."),
      denied: t("You told this browser not to show any from here. Its own settings can undo that."),
      default: t("The browser will ask you once."),
      granted: t("This browser shows what you chose below."),
    }[permission];
    const impossible = permission === "unsupported" || permission === "denied";
    return group(t("This browser"), [
      line(
        t("Show notifications"),
        toggle(notifier.on, (on) => this.#switch(() => notifier.turn(on)), { disabled: impossible }),
        note,
      ),
      line(
        t("Also when Plait is not open"),
        toggle(notifier.pushes, (on) => this.#switch(() => notifier.turnPush(on)), { disabled: impossible || !notifier.canPush }),
        notifier.canPush
          ? t("The browser's maker carries them, encrypted, and cannot read them.")
          : t("This browser or this address does not allow it: it takes https."),
      ),
      outcome(this.#state),
    ]);
  }

  async #switch(act) {
    this.#state = {};
    try {
      await act();
    } catch (error) {
      this.#state = { error: error.message };
    }
    this.#draw();
  }

  #matrix() {
    const { settings } = this.app.model;
    return html`<table class="settings-matrix">
      <thead>
        <tr>
          <td></td>
          ${MEANS.map(([, label]) => html`<th scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${ROWS.map(
          ({ label, names }) => html`<tr>
            <th scope="row">${label}</th>
            ${MEANS.map(
              ([means, word]) =>
                html`<td>
                  ${toggle(settings.get(names[means]), (on) => this.app.settings.change({ [names[means]]: on }), { label: `${label}: ${word}` })}
                </td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #mailNote() {
    return this.app.notifier.delivers_mail === false
      ? t("This server has no mail server set, so mails are only written to its data folder.")
      : t("Push and e-mail reach you while you are away. A channel can be set apart in its menu.");
  }

  #sounds() {
    const { settings } = this.app.model;
    const names = settings.get("available_notification_sounds") ?? ["none"];
    return html`<span class="settings-buttons">
      <select
        class="field settings-choice"
        @change=${(event) => this.app.settings.change({ notification_sound: names[event.target.selectedIndex] })}
      >
        ${names.map((name) => html`<option ?selected=${name === settings.get("notification_sound")}>${SOUNDS[name] ?? name}</option>`)}
      </select>
      <button type="button" class="button button-small" @click=${() => this.app.notifier.play()}>${t("Listen")}</button>
    </span>`;
  }

  #delays() {
    const usual = [
      [30, t("30 seconds")],
      [120, t("2 minutes")],
      [300, t("5 minutes")],
      [900, t("15 minutes")],
      [3600, t("1 hour")],
    ];
    const set = this.app.model.settings.get("email_notifications_batching_period_seconds");
    return usual.some(([seconds]) => seconds === set)
      ? usual
      : [...usual, [set, t("{count} seconds", { count: set })]];
  }

  #draw() {
    this.app.panes.overlay.invalidate();
  }
}

const SOUNDS = { none: t("None"), ding: t("Ding"), chime: t("Chime"), knock: t("Knock") };
