/** How a person comes to the bots they manage. */

import { t } from "../lib/i18n.js";
import { BotsPanel } from "./bots_panel.js";

/** `Base` with the intents of bots. */
export const BotIntents = (Base) =>
  class extends Base {
    /** Shows all bots, or one of them. */
    openBots(user_id) {
      const part = new BotsPanel(this);
      this.view.openDialog({ kind: "bots", label: t("Bots"), part });
      if (user_id !== undefined) part.show(user_id);
    }
  };
