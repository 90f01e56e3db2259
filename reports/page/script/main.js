// The page can be read without this script. With it, sessions can be sorted, searched, paged through and opened.
import { addToCharts } from "./charts.js";
import { Curves } from "./curves.js";
import { formatsOf } from "./formats.js";
import { stopAtScrolling } from "./scrolling.js";
import { SessionDialog } from "./session.js";
import { SessionTable } from "./sessions.js";

const page = JSON.parse(document.getElementById("data").textContent);
const formats = formatsOf(page.language, page.texts);
const dialog = new SessionDialog(document.querySelector("dialog"), formats);
stopAtScrolling(document.querySelectorAll(".scroll"));
page.accounts.forEach((account, place) => {
  addToCharts(document.getElementById(`account-${place + 1}`), account.currency, formats);
  const section = document.getElementById(`account-${place + 1}-sessions`);
  if (!section) return;
  const curves = new Curves(account.curves);
  new SessionTable(section, account, formats, (session) =>
    dialog.open(session, account, account.digits[session.currency], curves),
  );
});
