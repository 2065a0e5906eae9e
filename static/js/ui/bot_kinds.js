/** What kinds of bots there are, in words. */

import { EMBEDDED, GENERIC, INCOMING, OUTGOING } from "../data/bots.js";
import { t } from "../lib/i18n.js";

export const KINDS = {
  [GENERIC]: { label: t("Program"), words: t("A program of yours that reads and writes, as a person would.") },
  [INCOMING]: { label: t("Incoming webhook"), words: t("A service that posts here. It can do nothing else.") },
  [OUTGOING]: { label: t("Outgoing webhook"), words: t("A server of yours, asked when somebody speaks to the bot.") },
  [EMBEDDED]: { label: t("Lives in Plait"), words: t("Reminders, a notebook, whose turn it is: ready to use.") },
};

/** What a bot is, in a word or two. */
export function kindOf(bots, bot) {
  const label = KINDS[bot.bot_type]?.label ?? t("Bot");
  const name = bot.services[0]?.service_name;
  const service = bots.services.find((known) => known.name === name)?.display_name ?? name;
  return service ? `${label} · ${service}` : label;
}
