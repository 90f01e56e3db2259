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
    const hasCurve = curve.samples.second.length > 0;
    this.dialog.querySelector(".missing").hidden = hasCurve;
    this.plotElements.power.hidden = !hasCurve;
    this.redraw = () => {
      this.plots?.end();
      this.plots = drawPlots(this.plotElements, curve, session.currency, account.timezone, this.formats);
    };
    this.redraw();
    this.tabulate(curve, account.timezone, digits);
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

  tabulate({ start, samples, prices, costs }, timeZone, digits) {
    const { locale, number, price } = this.formats;
    const time = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit" });
    const at = (second) => time.format((start + second) * 1000);
    const [hours, steps] = this.dialog.querySelectorAll("details tbody");
    fill(hours, costs.second, (second, place) => [
      `${at(second)}–${at(costs.until[place])}`,
      number((costs.energy[place] * 3.6) / (costs.until[place] - second), 2),
      highest(samples, second, costs.until[place], (watts) => number(watts / 1000, 2)),
      pricesWithin(prices, second, costs.until[place]).map((millionths) => price(millionths / 1e6)).join(" / "),
      number(costs.energy[place] / 1000, 3),
      number(costs.amount[place] / 1000, digits),
    ]);
    fill(steps, prices.second, (second, place) => [at(second), number(prices.price[place] / 1e6, 4)]);
    steps.closest(".scroll").hidden = !prices.second.length;
  }
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
