// What is added to an account's charts: the figures of a day under the pointer, and the chosen year for those who hear.

export function addToCharts(article, currency, formats) {
  for (const calendar of article.querySelectorAll(".calendar")) nameDays(calendar, currency, formats);
  const years = article.querySelector(".years");
  years?.addEventListener("change", () => announceYear(years));
}

/** Give each day of a calendar its figures, which are in the table that follows, in the same order. */
function nameDays(calendar, currency, formats) {
  const rows = calendar.querySelectorAll("tbody tr");
  calendar.querySelectorAll(".wide rect").forEach((cell, place) => {
    const [day, , energy, amount] = Array.from(rows[place].cells, ({ textContent }) => textContent);
    const title = document.createElementNS(cell.namespaceURI, "title");
    title.textContent = formats.text("day", { day, energy, amount, currency });
    cell.append(title);
  });
}

function announceYear(years) {
  const place = [...years.querySelectorAll("input")].findIndex((input) => input.checked);
  const year = years.querySelectorAll(".year")[place];
  years.querySelector("[aria-live]").textContent = `${year.ariaLabel}: ${year.querySelector(".sums").textContent}`;
}
