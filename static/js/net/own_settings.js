/** Changing one's own settings: at once here, then on the server; taken back where that refuses. */

import { t } from "../lib/i18n.js";

const LOUD = [
  ["desktop_notifications", "enable_stream_desktop_notifications"],
  ["audible_notifications", "enable_stream_audible_notifications"],
  ["push_notifications", "enable_stream_push_notifications"],
  ["email_notifications", "enable_stream_email_notifications"],
];

export class OwnSettings {
  constructor({ model, api, complain }) {
    Object.assign(this, { model, api, complain });
  }

  /** Sets some settings by name; answers whether the server took them. */
  async change(values) {
    const { settings } = this.model;
    const before = Object.entries(values).map(([name, value]) => [name, settings.set(name, value)]);
    try {
      await this.api.patch("/settings", values);
      return true;
    } catch (error) {
      for (const [name, value] of before) settings.set(name, value);
      this.complain(t("That was not saved. {reason}", { reason: error.message }));
      return false;
    }
  }

  /** Whether to be told of every message of a channel, by every means; what the general settings say is not repeated. */
  async setLoud({ stream_id }, on) {
    const { channels, settings } = this.model;
    const wanted = LOUD.map(([property, general]) => [property, settings.get(general) === on ? null : on]);
    const channel = channels.get(stream_id);
    const before = wanted.map(([property]) => [property, channel?.[property] ?? null]);
    for (const [property, value] of wanted) channels.update(stream_id, property, value);
    try {
      const subscription_data = wanted.map(([property, value]) => ({ stream_id, property, value }));
      await this.api.post("/users/me/subscriptions/properties", { subscription_data });
    } catch (error) {
      for (const [property, value] of before) channels.update(stream_id, property, value);
      this.complain(t("That was not saved. {reason}", { reason: error.message }));
    }
  }

  /** Name, time zone, passwords: what the server has to agree to first. Throws what it says. */
  save(values) {
    return this.api.patch("/settings", values);
  }

  async setAvatar(file) {
    await this.api.upload("/users/me/avatar", file);
  }

  async removeAvatar() {
    await this.api.delete("/users/me/avatar");
  }
}
