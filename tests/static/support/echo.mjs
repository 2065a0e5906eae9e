// Reads messages, one JSON string a line, and answers each with the local echo, or null where the server is left to
// speak. The cast is that of the markdown corpus.
import { createInterface } from "node:readline";
import { contains_backend_only_syntax, render } from "../../../static/js/data/markdown.js";
import { castModel } from "./cast.js";

const model = castModel();
for await (const line of createInterface({ input: process.stdin })) {
  const content = JSON.parse(line);
  const answer = contains_backend_only_syntax(content, model) ? null : render(content, model);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
