/** What a person can do with the bots they manage. Each throws what the server says; what changed comes as an event. */

export class BotCommands {
  constructor({ api }) {
    this.api = api;
  }

  /** Makes a bot; its id. */
  async create(wish) {
    return (await this.api.post("/bots", wish)).user_id;
  }

  change(bot, change) {
    return this.api.request("PATCH", `/bots/${bot.user_id}`, change);
  }

  close(bot) {
    return this.api.delete(`/bots/${bot.user_id}`);
  }

  reopen(bot) {
    return this.api.post(`/users/${bot.user_id}/reactivate`);
  }

  replaceKey(bot) {
    return this.api.post(`/bots/${bot.user_id}/api_key/regenerate`);
  }

  /** What the file zuliprc holds. */
  async zuliprc(bot) {
    return (await this.api.get(`/bots/${bot.user_id}/zuliprc`)).content;
  }
}
