// One session in a dialog: its facts, its plots, and the figures of these as tables.
import { drawPlots } from "./plots.js";

export class SessionDialog {
  constructor(dialog, formats) {
    this.dialog = dialog;
    this.formats = formats;
    const [power, cost] = dialog.querySelectorAll(".plot");
    this.plotElements = { power, cost };
    dialog.addEventListener("close", () => this.end());
    window.addEventListener("resize", () => this.plots?.fit());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw?.());
  }

  /** Show a session of an account; `digits` are the decimals of its currency. */
  async open(session, account, digits, curves) {
    this.describe(session, digits);
    this.dialog.showModal();
    this.dialog.scrollTop = 0;
    const curve = await curves.at(session.place);
    if (!this.dialog.open) return;
    if (session.assumed_by) curve.samples = { second: [], watts: [] }; // at most a history of zeros
    const hasCurve = curve.samples.second.length > 0;
    this.dialog.querySelector(".missing").hidden = hasCurve;
    this.plotElements.power.hidden = !hasCurve;
    const clock = this.formats.clockOf(account.timezone, curve.start, curve.start + curve.costs.until.at(-1));
    this.redraw = () => {
      this.plots?.end();
      this.plots = drawPlots(this.plotElements, curve, session.currency, account.timezone, clock, this.formats);
    };
    this.redraw();
    this.tabulate(curve, session, clock, digits);
  }

  end() {
    this.plots?.end();
    this.plots = this.redraw = undefined;
  }

  describe(session, digits) {
    const { text, wallTime, number, money, price } = this.formats;
    this.dialog.setAttribute("aria-label", text("of", { moment: wallTime(session.started) }));
    this.dialog.querySelector("h2").textContent = `${wallTime(session.started)} – ${wallTime(session.stopped)}`;
    this.dialog.querySelector(".remark").textContent = session.remark;
    this.dialog.querySelector(".assumed").textContent = session.assumed_by ? text(`assumed.${session.assumed_by}`) : "";
    for (const heading of this.dialog.querySelectorAll("[data-heading]")) {
      heading.textContent = text(heading.dataset.heading, { currency: session.currency });
    }
    const facts = {
      energy: `${number(session.energy_kwh, 3)} kWh`,
      cost: `${money(session.amount_incl_tax, digits)} ${session.currency}`,
      per_kwh: session.price_incl_tax === null ? "" : `${price(session.price_incl_tax)} ${session.currency}`,
      highest: session.max_kw === null ? "" : `${number(session.max_kw, 2)} kW`,
      charge_point: session.charge_point,
      car: session.car,
      claim_state: session.claim,
      session: session.session_id,
    };
    const entries = Object.entries(facts).filter(([, value]) => value);
    this.dialog.querySelector("dl").replaceChildren(
      ...entries.map(([name, value]) => {
        const entry = document.createElement("div");
        entry.append(element("dt", text(name)), element("dd", value));
        return entry;
      }),
    );
  }

  tabulate({ start, samples, prices, costs }, { assumed_by }, clock, digits) {
    const { number, price } = this.formats;
    const at = (second, hasSeconds) => clock(start + second, hasSeconds);
    const average = (energy, seconds) => (assumed_by || !seconds ? "" : number((energy * 3.6) / seconds, 2));
    const [hours, steps] = this.dialog.querySelectorAll("details tbody");
    fill(hours, costs.second, (second, place) => [
      distinct([second, costs.until[place]], at).join("–"),
      average(costs.energy[place], costs.until[place] - second),
      highest(samples, second, costs.until[place], (watts) => number(watts / 1000, 2)),
      pricesWithin(prices, second, costs.until[place]).map((millionths) => price(millionths / 1e6)).join(" / "),
      number(costs.energy[place] / 1000, 3),
      number(costs.amount[place] / 1000, digits),
    ]);
    const starts = distinct(prices.second, at);
    fill(steps, prices.second, (_, place) => [starts[place], number(prices.price[place] / 1e6, 4)]);
    steps.closest(".scroll").hidden = !prices.second.length;
  }
}

/** The times of seconds as texts; those that are in the same minute have their seconds. */
function distinct(seconds, textOf) {
  const texts = seconds.map((second) => textOf(second, false));
  const isShared = (text) => texts.indexOf(text) !== texts.lastIndexOf(text);
  return texts.map((text, place) => (isShared(text) ? textOf(seconds[place], true) : text));
}

/** The highest power from a second to another, as text; nothing without samples. */
function highest(samples, from, until, textOf) {
  const watts = samples.watts.filter((_, place) => samples.second[place] >= from && samples.second[place] < until);
  return watts.length ? textOf(Math.max(...watts)) : "";
}

/** The different prices that hold between two seconds, in their order. */
function pricesWithin(prices, from, until) {
  const within = prices.price.filter((_, place) => prices.second[place] < until && prices.until[place] > from);
  return [...new Set(within)];
}

function fill(body, items, textsOf) {
  body.replaceChildren(
    ...items.map((item, place) => {
      const row = document.createElement("tr");
      row.append(...textsOf(item, place).map((text, column) => element(column ? "td" : "th", text)));
      row.firstChild.scope = "row";
      return row;
    }),
  );
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
