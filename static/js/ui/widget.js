/** How polls, todo lists and a bot's choices look. */
import { html, nothing } from "lit";
import { ref } from "lit/directives/ref.js";
import { widgetOf } from "../data/widgets.js";
import { n, t } from "../lib/i18n.js";
import { icon } from "./icon.js";

const NAMES_SHOWN = 12;
const VIEWS = { poll, todo, choices };

/** The widget of a message, or undefined where it has none. */
export function widget(app, message) {
  const state = widgetOf(message.submessages);
  return state && VIEWS[state.kind](app, message, state);
}

function poll(app, message, { question, options }) {
  const most = Math.max(1, ...options.map((option) => option.voters.length));
  return html`<div class="widget" role="group" aria-label=${t("Poll: {question}", { question })}>
    <p class="widget-title" dir="auto">${question || t("Poll")}</p>
    <ul class="widget-list">
      ${options.map((option) => pollOption(app, message, option, most))}
    </ul>
    ${adder(t("Add an option"), (text) => app.widgets.addOption(message, text))}
  </div>`;
}

function pollOption(app, message, option, most) {
  const { people } = app.model;
  const mine = option.voters.includes(people.my_id);
  const count = option.voters.length;
  const names = option.voters.slice(0, NAMES_SHOWN).map((id) => people.get(id)?.full_name ?? "");
  return html`<li class="widget-option">
    <button
      type="button"
      class="widget-vote"
      aria-pressed=${mine}
      aria-label=${t("Vote for {option}", { option: option.text })}
      title=${names.filter(Boolean).join(", ")}
      @click=${() => app.widgets.vote(message, option)}
    >${count}</button>
    <span class="widget-bar" ${ref((bar) => bar?.style.setProperty("--part", count / most))}>
      <span class="widget-text" dir="auto">${option.text}</span>
    </span>
    <span class="unseen">${n("{count} vote", "{count} votes", count)}</span>
  </li>`;
}

function todo(app, message, { title, tasks }) {
  return html`<div class="widget" role="group" aria-label=${t("Todo list: {title}", { title })}>
    <p class="widget-title" dir="auto">${title || t("Todo list")}</p>
    <ul class="widget-list">
      ${tasks.map(
        (task) => html`<li>
          <label class="widget-task ${task.done ? "widget-done" : ""}">
            <input type="checkbox" .checked=${task.done} @change=${() => app.widgets.strike(message, task)}>
            <span dir="auto">${task.task}${task.desc ? html`<span class="widget-detail">${task.desc}</span>` : nothing}</span>
          </label>
        </li>`,
      )}
    </ul>
    ${adder(t("Add a task"), (text) => app.widgets.addTask(message, text))}
  </div>`;
}

function choices(app, message, { heading, choices: given }) {
  return html`<div class="widget" role="group" aria-label=${heading}>
    <p class="widget-title" dir="auto">${heading}</p>
    <div class="widget-choices">
      ${given.map(
        (choice) => html`<button type="button" class="button" title=${choice.long_name} @click=${() => app.sender.send(message.conversation, choice.reply)}>
          ${choice.short_name}
        </button>`,
      )}
    </div>
  </div>`;
}

function adder(label, add) {
  const submit = (event) => {
    event.preventDefault();
    const field = event.target.elements.text;
    const text = field.value.trim();
    field.value = "";
    if (text) add(text);
  };
  return html`<form class="widget-adder" @submit=${submit}>
    ${icon("plus")}
    <input name="text" maxlength="200" autocomplete="off" placeholder=${label} aria-label=${label} @keydown=${(event) => event.stopPropagation()}>
  </form>`;
}
