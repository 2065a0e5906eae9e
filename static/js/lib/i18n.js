/** What the client says, in the reader's language. The English text is the key, as in the catalogues of the server.
 *
 *  `t("Leave #{name}?", { name })` and, with a number, `n("{count} reply", "{count} replies", count)`. The texts are
 *  written out in the call, where `make messages` finds them. `speak` comes before the first of them: see language.js.
 */

const LATIN = { numberingSystem: "latn" };
const FORMS = ["zero", "one", "two", "few", "many", "other"];

let spoken = { tag: "en", messages: Object.create(null) };
let rules = new Intl.PluralRules("en");
let forms = ["one", "other"];
let numbers = new Intl.NumberFormat(locale(), LATIN);

/** From now on in the language of `tag`, with the catalogue `messages`: English to theirs, a list for plurals. */
export function speak({ tag = "en", messages = {} } = {}) {
  spoken = { tag, messages: Object.assign(Object.create(null), messages) };
  rules = new Intl.PluralRules(tag);
  numbers = new Intl.NumberFormat(locale(), LATIN);
  const known = rules.resolvedOptions().pluralCategories;
  forms = FORMS.filter((form) => known.includes(form));
}

/** The language spoken, as Intl and HTML call it. */
export function languageTag() {
  return spoken.tag;
}

/** The language spoken, in the variety that the browser prefers: it decides how times and numbers look. */
export function locale() {
  const [base] = spoken.tag.split("-");
  const wanted = globalThis.navigator?.languages ?? [];
  return wanted.find((tag) => tag.split("-")[0] === base) ?? spoken.tag;
}

/** A text, with the `{names}` in it filled from `values`. */
export function t(text, values) {
  return fill(spoken.messages[text] ?? text, values);
}

/** A text that depends on a number, which is `{count}` in it. */
export function n(one, many, count, values) {
  const translated = spoken.messages[one];
  const english = count === 1 ? one : many;
  const text = Array.isArray(translated) ? translated[forms.indexOf(rules.select(count))] : english;
  return fill(text ?? english, { count: numbers.format(count), ...values });
}

/** A text whose values are more than text (links, strong words): a list of strings and values, for a template. */
export function parts(text, values) {
  return split(spoken.messages[text] ?? text, values);
}

/** A number as it is written here. */
export function number(value) {
  return numbers.format(value);
}

function fill(text, values) {
  return values ? split(text, values).join("") : text;
}

function split(text, values) {
  return text.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? (values[part] ?? `{${part}}`) : part));
}
