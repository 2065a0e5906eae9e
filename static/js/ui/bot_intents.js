/** How a person comes to the bots they manage. */

/** `Base` with the intents of bots. */
export const BotIntents = (Base) =>
  class extends Base {
    bot_wanted; // the bot that the section shows when it opens

    /** Shows all bots, or one of them. */
    openBots(user_id) {
      this.bot_wanted = user_id;
      this.openSettings("bots");
    }
  };
