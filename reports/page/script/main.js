// The page can be read without this script. With it, sessions can be sorted, searched and paged through.
import { formatsOf } from "./formats.js";
import { SessionTable } from "./sessions.js";

const page = JSON.parse(document.getElementById("data").textContent);
const formats = formatsOf(page.language, page.texts);
page.accounts.forEach((account, place) => {
  const section = document.getElementById(`account-${place + 1}-sessions`);
  if (section) new SessionTable(section, account, formats);
});
