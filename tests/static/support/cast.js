// The people, channels and emoji of the markdown corpus, as a model of the client.
import { readFileSync } from "node:fs";
import { channel, modelOf, person } from "./models.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
export const CAST = read("../../fixtures/markdown_cast.json");
export const CORPUS = read("../../fixtures/markdown.json");
const EMOJI = read("../../../chat/data/emoji.json");

export function castModel() {
  const people = (active) =>
    CAST.people
      .filter((one) => (one.is_active ?? true) === active)
      .map((one) => person(one.id, one.full_name));
  const model = modelOf({
    realm_users: people(true),
    realm_non_active_users: people(false),
    subscriptions: CAST.channels.map((one) => channel(one.id, one.name)),
    never_subscribed: [],
    realm_emoji: Object.fromEntries(CAST.custom_emoji.map((one) => [one.id, { ...one, deactivated: false }])),
    realm_linkifiers: CAST.linkifiers,
  });
  const names = Object.entries(EMOJI.names).map(([code, words]) => [code, words.split(" ")]);
  model.emoji.load({ code_to_names: Object.fromEntries(names) });
  return model;
}
