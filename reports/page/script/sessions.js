// The table of an account's sessions: sorting, searching, paging.

const ROWS_PER_PAGE = 25;
const AFTER_LAST_KEY = 500; // milliseconds, after which a search is announced
const TEXTS = new Set(["charge_point", "car", "claim"]); // are sorted from A to Z first, numbers from the largest

export class SessionTable {
  /** `open` shows one session. */
  constructor(section, account, formats, open) {
    this.section = section;
    this.open = open;
    this.digits = account.digits;
    this.formats = formats;
    this.collator = new Intl.Collator(formats.locale, { numeric: true });
    this.all = account.rows.map((values, place) => ({ ...this.session(account.fields, values), place }));
    this.shown = this.all;
    this.first = 0;
    this.sort = { field: "started", descending: true };
    this.template = section.querySelector("template").content.firstElementChild;
    [this.search, this.period] = section.querySelectorAll(".filters input, .filters select");
    [this.earlier, this.later] = section.querySelectorAll(".pager button");
    this.position = section.querySelector(".pager p");
    this.headings = [...section.querySelectorAll("[data-sort]")];
    this.listen();
    section.querySelector(".filters").hidden = false;
    this.show();
  }

  /** A session with its fields by name, and with what is searched and shown of it as text. */
  session(fields, values) {
    const session = Object.fromEntries(fields.map((field, place) => [field, values[place]]));
    session.remark = [session.note, session.tags].filter(Boolean).join(" · ");
    session.claim = this.claimText(session);
    session.searched = this.lower(
      [
        ...[session.session_id, session.charge_point, session.car, session.remark, session.claim, session.currency],
        this.formats.wallTime(session.started),
        ...this.formats.typedDays(session.started),
        this.formats.money(session.amount_incl_tax, this.digits[session.currency]),
      ].join("\n"),
    );
    return session;
  }

  claimText({ claim, is_claimed, is_closed }) {
    if (claim !== null) return this.formats.text(is_claimed ? "claim" : "still_claimed", { number: claim });
    if (!is_claimed) return this.formats.text("left_out");
    return this.formats.text(is_closed ? "due" : "open");
  }

  lower(text) {
    return text.toLocaleLowerCase(this.formats.locale);
  }

  listen() {
    this.search.addEventListener("input", () => {
      this.choose();
      this.announce(this.found(), AFTER_LAST_KEY);
    });
    this.period.addEventListener("change", () => {
      this.choose();
      this.announce(this.found());
    });
    this.earlier.addEventListener("click", () => this.turn(-ROWS_PER_PAGE));
    this.later.addEventListener("click", () => this.turn(ROWS_PER_PAGE));
    for (const heading of this.headings) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => this.sortBy(heading));
      heading.append(button);
    }
  }

  /** Sort by the column of a heading; by the same one again in reverse. */
  sortBy(heading) {
    const { sort: field } = heading.dataset;
    const descending = this.sort.field === field ? !this.sort.descending : !TEXTS.has(field);
    this.sort = { field, descending };
    for (const other of this.headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    this.choose();
    this.announce(this.sorted(heading.textContent, field, descending));
  }

  /** How the table is sorted now. */
  sorted(column, field, descending) {
    const kind = TEXTS.has(field) ? "text" : field === "started" ? "time" : "number";
    const order = this.formats.text(`order.${kind}.${descending ? "descending" : "ascending"}`);
    return this.formats.text("sorted", { column, order, shown: this.position.textContent });
  }

  /** How many sessions match. */
  found() {
    const { length } = this.shown;
    if (!length) return this.formats.text("none");
    return length === 1 ? this.formats.text("found.one") : this.formats.text("found", { count: this.formats.number(length, 0) });
  }

  /** Say a text to those who hear the page, once, instead of any that waits to be said. */
  announce(text, milliseconds = 0) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => (this.section.querySelector(".announcement").textContent = text), milliseconds);
  }

  /** Choose the sessions that match the search and the period, in order. What has no value comes last. */
  choose() {
    const words = this.lower(this.search.value).split(/\s+/).filter(Boolean);
    this.shown = this.all.filter(
      ({ stopped, searched }) => stopped.startsWith(this.period.value) && words.every((word) => searched.includes(word)),
    );
    const { field, descending } = this.sort;
    this.shown.sort(({ [field]: one }, { [field]: other }) => {
      if (one === null || other === null) return (one === null) - (other === null);
      const order = typeof one === "number" ? one - other : this.collator.compare(one, other);
      return descending ? -order : order;
    });
    this.first = 0;
    this.show();
  }

  turn(rows) {
    const first = this.first + rows;
    if (first < 0 || first >= this.shown.length) return;
    this.first = first;
    this.show();
    this.announce(this.position.textContent);
  }

  show() {
    const sessions = this.shown.slice(this.first, this.first + ROWS_PER_PAGE);
    this.section.querySelector("tbody").replaceChildren(...sessions.map((session) => this.row(session)));
    const end = this.first + sessions.length;
    const [first, last, count] = [this.first + 1, end, this.shown.length].map((n) => this.formats.number(n, 0));
    this.position.textContent = this.formats.text(sessions.length ? "shown" : "none", { first, last, count });
    this.earlier.hidden = this.later.hidden = this.shown.length <= ROWS_PER_PAGE;
    this.earlier.setAttribute("aria-disabled", this.first === 0);
    this.later.setAttribute("aria-disabled", end >= this.shown.length);
  }

  row(session) {
    const row = this.template.cloneNode(true);
    const { wallTime, number, money, price } = this.formats;
    const texts = {
      started: wallTime(session.started),
      charge_point: session.charge_point,
      remark: session.remark,
      car: session.car,
      energy_kwh: number(session.energy_kwh, 3),
      amount_incl_tax: `${money(session.amount_incl_tax, this.digits[session.currency])} ${session.currency}`,
      price_incl_tax: price(session.price_incl_tax),
      claim: session.claim,
    };
    for (const cell of row.querySelectorAll("[data-field]")) cell.textContent = texts[cell.dataset.field];
    row.querySelector("button").addEventListener("click", () => this.open(session));
    return row;
  }
}
