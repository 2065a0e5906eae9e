/** Polls, todo lists and choices are added up out of what everybody did. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Messages } from "../../static/js/data/messages.js";
import { beginsWidget, nextNumber, widgetOf } from "../../static/js/data/widgets.js";

const [ADA, GRACE] = [1, 2];
let numbers = 0;
const deed = (sender_id, content) => ({
  id: (numbers += 1),
  sender_id,
  msg_type: "widget",
  content: JSON.stringify(content),
});
const poll = (...deeds) => [
  deed(ADA, { widget_type: "poll", extra_data: { question: "Tea?", options: ["Yes", "No"] } }),
  ...deeds,
];
const todo = (...deeds) => [
  deed(ADA, { widget_type: "todo", extra_data: { task_list_title: "Chores", tasks: [{ task: "wash", desc: "cups" }] } }),
  ...deeds,
];

test("a poll counts each person once an option", () => {
  const { question, options } = widgetOf(
    poll(
      deed(GRACE, { type: "vote", key: "canned,0", vote: 1 }),
      deed(GRACE, { type: "vote", key: "canned,0", vote: 1 }),
      deed(ADA, { type: "vote", key: "canned,0", vote: 1 }),
      deed(ADA, { type: "vote", key: "canned,0", vote: -1 }),
    ),
  );
  assert.equal(question, "Tea?");
  assert.deepEqual(
    options.map(({ text, voters }) => [text, voters]),
    [
      ["Yes", [GRACE]],
      ["No", []],
    ],
  );
});

test("anybody adds options; only the author changes the question", () => {
  const { question, options } = widgetOf(
    poll(
      deed(GRACE, { type: "new_option", option: "Perhaps", idx: 0 }),
      deed(ADA, { type: "vote", key: `${GRACE},0`, vote: 1 }),
      deed(GRACE, { type: "question", question: "Mine?" }),
      deed(ADA, { type: "question", question: "Green tea?" }),
    ),
  );
  assert.equal(question, "Green tea?");
  assert.deepEqual(options.at(-1), { key: "2,0", text: "Perhaps", voters: [ADA] });
});

test("tasks are added, struck out and taken up again", () => {
  const { title, tasks } = widgetOf(
    todo(
      deed(GRACE, { type: "new_task", key: 0, task: "dry", desc: "", completed: false }),
      deed(ADA, { type: "strike", key: "0,canned" }),
      deed(ADA, { type: "strike", key: "0,2" }),
      deed(GRACE, { type: "strike", key: "0,2" }),
    ),
  );
  assert.equal(title, "Chores");
  assert.deepEqual(
    tasks.map(({ task, done }) => [task, done]),
    [
      ["wash", true],
      ["dry", false],
    ],
  );
});

test("deeds that make no sense are passed over", () => {
  const { options } = widgetOf(
    poll(
      { sender_id: GRACE, content: "no json" },
      { sender_id: GRACE, content: "null" },
      deed(GRACE, { type: "vote", key: "nowhere", vote: 1 }),
      deed(GRACE, { type: "strike", key: "0,canned" }),
      deed(GRACE, 7),
    ),
  );
  assert.deepEqual(options.map(({ voters }) => voters.length), [0, 0]);
  assert.equal(widgetOf([]), undefined);
  assert.equal(widgetOf([{ content: "{" }]), undefined);
  assert.equal(widgetOf([deed(ADA, { widget_type: "unheard of" })]), undefined);
});

test("the next number is one that is not taken by oneself", () => {
  const submessages = todo(
    deed(GRACE, { type: "new_task", key: 4, task: "a", desc: "", completed: false }),
    deed(ADA, { type: "new_task", key: 9, task: "b", desc: "", completed: false }),
  );
  assert.equal(nextNumber(submessages, GRACE), 5);
  assert.equal(nextNumber(poll(), GRACE), 0);
});

test("only what begins with the word is one", () => {
  for (const text of ["/poll", "/poll Tea?", "/todo\nwash"]) assert.ok(beginsWidget(text), text);
  for (const text of ["/polls", " /poll", "a /poll", "/me votes"]) assert.ok(!beginsWidget(text), text);
});

test("a deed of mine that is shown already is not shown twice", () => {
  const messages = new Messages();
  messages.my_id = ADA;
  messages.take({ id: 5, type: "stream", sender_id: ADA, stream_id: 1, subject: "t", submessages: poll() });
  const content = JSON.stringify({ type: "vote", key: "canned,0", vote: 1 });
  messages.addSubmessage(5, { sender_id: ADA, msg_type: "widget", content });
  assert.deepEqual(widgetOf(messages.get(5).submessages).options[0].voters, [ADA]);
  messages.addSubmessage(5, { id: 99, sender_id: ADA, msg_type: "widget", content });
  assert.equal(messages.get(5).submessages.length, 2);
  messages.addSubmessage(5, { id: 100, sender_id: ADA, msg_type: "widget", content });
  assert.equal(messages.get(5).submessages.length, 3);
});
