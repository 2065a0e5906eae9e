/** Settings: how the chat looks and behaves. */

import { html } from "lit";
import { settingsOfTheme, themeOf } from "../../data/settings.js";
import { t } from "../../lib/i18n.js";
import { choice, group, line, settingChoice, settingToggle } from "./parts.js";

const LANGUAGES = [
  ["en", "English"],
  ["ar", "العربية"],
  ["de", "Deutsch"],
  ["zh-hans", "简体中文"],
];

export class Preferences {
  constructor(app) {
    this.app = app;
  }

  template() {
    const { app } = this;
    const { settings } = app.model;
    const themes = [
      ["system", t("As the system")],
      ["light", t("Light")],
      ["dark", t("Dark")],
      ["contrast", t("High contrast")],
    ];
    return html`
      ${group(t("Looks"), [
        line(t("Theme"), choice(themeOf(settings), themes, (theme) => app.settings.change(settingsOfTheme(theme)))),
        line(t("Language"), choice(settings.get("default_language"), LANGUAGES, (code) => this.#speak(code))),
        settingChoice(app, "twenty_four_hour_time", t("Time of day"), [
          [true, "17:30"],
          [false, t("5:30 PM")],
        ]),
      ])}
      ${group(t("Writing"), [
        settingToggle(app, "enter_sends", t("Enter sends"), t("Otherwise Enter begins a new line, and Ctrl Enter sends.")),
        settingToggle(app, "translate_emoticons", t("Make emoji of emoticons"), t("What you type as :) is sent as 🙂.")),
      ])}
      ${group(t("What others see"), [
        settingToggle(app, "presence_enabled", t("Show when I am here")),
        settingToggle(app, "send_private_typing_notifications", t("Show when I write a direct message")),
        settingToggle(app, "send_stream_typing_notifications", t("Show when I write in a channel")),
        settingToggle(app, "send_read_receipts", t("Show what I have read")),
      ])}
    `;
  }

  // The words of the page are chosen when it is opened.
  async #speak(default_language) {
    if (await this.app.settings.change({ default_language })) {
      this.app.compose.keep();
      location.reload();
    }
  }
}
