/** Takes up the catalogue that the server put into the page. Imported before everything that says something. */

import { speak } from "./lib/i18n.js";

const catalogue = document.getElementById("catalogue");
if (catalogue) speak(JSON.parse(catalogue.textContent));
