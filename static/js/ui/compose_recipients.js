/** The line of the compose box that says to whom: channel and topic, or people. */
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { t } from "../lib/i18n.js";
import { iconButton, icon } from "./icon.js";
import { avatar } from "./avatar.js";
import { suggestPeople, suggestTopics } from "./suggestions.js";
import { suggestionList } from "./suggestion_list.js";

/** `box` is the Compose; what is typed for topic or people suggests as it goes. */
export function recipients(app, box) {
  const { type } = box.to;
  return html`<div class="compose-to">
    <div class="compose-kinds" role="group" aria-label=${t("Kind of message")}>
      ${kind(box, "channel", "hash", t("Channel"))} ${kind(box, "direct", "users", t("Direct"))}
    </div>
    ${type === "channel" ? channelAndTopic(app, box) : people(app, box)}
    ${iconButton("x", t("Close"), () => box.close(), { className: "compose-close", shortcut: "Esc" })}
  </div>`;
}

function kind(box, type, name, label) {
  return html`<button
    type="button"
    class="compose-kind"
    aria-pressed=${box.to.type === type}
    @click=${() => {
      box.setTo({ type });
      box.focus();
    }}
  >${icon(name)}<span>${label}</span></button>`;
}

function channelAndTopic(app, box) {
  const { channel_id, topic } = box.to;
  const channels = app.model.channels.subscribed();
  const chosen = app.model.channels.get(channel_id);
  const options = chosen && !chosen.subscribed ? [chosen, ...channels] : channels;
  const topics =
    box.topicFocus && channel_id !== undefined ? suggestTopics(app.model, channel_id, topic) : [];
  return html`
    <label class="compose-channel hue hue-${chosen?.hue ?? 0}">
      <span class="unseen">${t("Channel")}</span>
      <select
        class="compose-field"
        ?data-first=${channel_id === undefined}
        @change=${(event) => {
          const id = Number(event.target.value) || undefined;
          box.setTo({ channel_id: id });
          if (id !== undefined) {
            app.commands.fetchTopics(id).then(() => box.invalidate());
            box.element.querySelector("[data-topic]")?.focus();
          }
        }}
      >
        <option value="" ?selected=${channel_id === undefined}>${t("Channel")}</option>
        ${options.map((channel) => html`<option value=${channel.stream_id} ?selected=${channel.stream_id === channel_id}>${channel.name}</option>`)}
      </select>
    </label>
    <span class="bar-arrow" aria-hidden="true">›</span>
    <span class="compose-topic">
      <input
        class="compose-field"
        type="text"
        dir="auto"
        data-topic
        ?data-first=${channel_id !== undefined}
        placeholder=${t("Topic")}
        aria-label=${t("Topic")}
        autocomplete="off"
        maxlength=${app.model.realm.limits.topic}
        .value=${live(topic)}
        @focus=${() => {
          box.topicFocus = true;
          box.topicIndex = -1;
          if (channel_id !== undefined) app.commands.fetchTopics(channel_id).then(() => box.invalidate());
          box.invalidate();
        }}
        @blur=${() =>
          app.model.clock.setTimeout(() => {
            box.topicFocus = false;
            box.invalidate();
          }, 150)}
        @input=${(event) => {
          box.topicIndex = -1;
          box.setTo({ topic: event.target.value });
        }}
        @keydown=${(event) => topicKeys(event, box, topics)}
      />
      ${
        topics.length > 0
          ? suggestionList(
              app,
              {
                items: topics.map((name) => ({ label: name, icon: "messages-square" })),
                index: box.topicIndex ?? -1,
              },
              (item) => takeTopic(box, item.label),
            )
          : nothing
      }
    </span>
  `;
}

function topicKeys(event, box, topics) {
  if (event.isComposing) return;
  const at = box.topicIndex ?? -1;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && topics.length > 0) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    box.topicIndex = (at + step + topics.length + (at === -1 && step === -1 ? 1 : 0)) % topics.length;
    box.draw();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (topics[at]) takeTopic(box, topics[at]);
    else if (box.to.topic.trim() !== "") box.element.querySelector("textarea")?.focus();
  }
}

function takeTopic(box, topic) {
  box.setTo({ topic });
  box.element.querySelector("textarea")?.focus();
}

function people(app, box) {
  const { user_ids } = box.to;
  const typed = box.peopleTyped ?? "";
  const found = box.peopleFocus ? suggestPeople(app.model, typed, user_ids) : [];
  const index = Math.min(box.peopleIndex ?? 0, found.length - 1);
  return html`<span class="compose-people">
    ${user_ids.map(
      (
        id,
      ) => html`<span class="chip">${avatar(app.model.people.get(id), "avatar-tiny")}<span class="cut" dir="auto">${app.model.people.name(id)}</span>
        <button type="button" class="chip-remove" aria-label=${t("Remove {name}", { name: app.model.people.name(id) })} @click=${() => box.setTo({ user_ids: user_ids.filter((other) => other !== id) })}>${icon("x")}</button>
      </span>`,
    )}
    <input
      class="compose-field"
      type="text"
      dir="auto"
      data-first
      placeholder=${user_ids.length === 0 ? t("Names of people") : t("Add another")}
      aria-label=${t("People to write to")}
      autocomplete="off"
      maxlength="100"
      .value=${live(typed)}
      @focus=${() => {
        box.peopleFocus = true;
        box.invalidate();
      }}
      @blur=${() =>
        app.model.clock.setTimeout(() => {
          box.peopleFocus = false;
          box.invalidate();
        }, 150)}
      @input=${(event) => {
        box.peopleTyped = event.target.value;
        box.peopleIndex = 0;
        box.draw();
      }}
      @keydown=${(event) => peopleKeys(event, box, found, index)}
    />
    ${
      found.length > 0
        ? suggestionList(
            app,
            { items: found.map((person) => ({ label: person.full_name, person })), index },
            (item) => takePerson(box, item.person),
          )
        : nothing
    }
  </span>`;
}

function peopleKeys(event, box, found, index) {
  if (event.isComposing) return;
  const { user_ids } = box.to;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length > 0) {
    event.preventDefault();
    box.peopleIndex = (index + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    box.draw();
  } else if (event.key === "Enter" || (event.key === "Tab" && (box.peopleTyped ?? "") !== "")) {
    event.preventDefault();
    if ((box.peopleTyped ?? "") === "" && user_ids.length > 0) box.element.querySelector("textarea")?.focus();
    else if (found[index]) takePerson(box, found[index]);
  } else if (event.key === "Backspace" && (box.peopleTyped ?? "") === "" && user_ids.length > 0) {
    box.setTo({ user_ids: user_ids.slice(0, -1) });
  }
}

function takePerson(box, person) {
  box.peopleTyped = "";
  box.peopleIndex = 0;
  box.setTo({ user_ids: [...box.to.user_ids, person.user_id] });
}
