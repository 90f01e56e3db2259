// The plots of one session: power over the price steps, and the cost adding up beneath.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHTS = { power: 240, cost: 160 };
const AXIS = 48; // width

/** Draw the plots of a curve into elements; returns functions that fit them to their width, and that remove them. */
export function drawPlots(elements, curve, currency, timeZone, timeOf, formats) {
  const look = lookOf(curve, timeZone, timeOf, formats);
  const plots = [];
  if (curve.samples.second.length) plots.push(powerPlot(elements.power, curve, currency, look, formats));
  plots.push(costPlot(elements.cost, curve, currency, look, formats));
  return {
    fit: () => plots.forEach((plot) => plot.setSize({ width: plot.root.parentElement.clientWidth, height: plot.height })),
    end: () => plots.forEach((plot) => plot.destroy()),
  };
}

function powerPlot(element, curve, currency, look, formats) {
  const at = (second) => curve.start + second;
  const { samples, prices } = curve;
  const powers = [samples.second.map(at), samples.watts.map((watts) => watts / 1000)];
  const steps = [[], []];
  prices.second.forEach((second, place) => {
    steps[0].push(at(second));
    steps[1].push(prices.price[place] / 1e6);
    if (prices.until[place] !== prices.second[place + 1]) {
      steps[0].push(at(prices.until[place]) - 0.5, at(prices.until[place]));
      steps[1].push(prices.price[place] / 1e6, null);
    }
  });
  return plot(element, uPlot.join([powers, steps]), HEIGHTS.power, look, {
    scales: { kW: { range: fromZero }, price: { range: fromZero } },
    series: [
      look.series(formats.text("power"), "kW", "--energy", (value) => formats.number(value, 2), true),
      look.series(formats.text("price", { currency }), "price", "--price", (value) => formats.number(value, 4)),
    ],
    axes: [look.axis("kW", 3, 1), look.axis("price", 1, 2)],
  });
}

function costPlot(element, curve, currency, look, formats) {
  const { costs } = curve;
  const times = [];
  const amounts = [];
  costs.second.forEach((second, place) => {
    times.push(curve.start + second, curve.start + costs.until[place]);
    amounts.push((costs.amount[place - 1] ?? 0) / 1000, costs.amount[place] / 1000);
  });
  const joined = uPlot.join([[times, amounts]]);
  return plot(element, joined, HEIGHTS.cost, look, {
    scales: { cost: { range: fromZero } },
    series: [
      {
        ...look.series(formats.text("so_far", { currency }), "cost", "--cost", (value) => formats.number(value, 2), true),
        paths: uPlot.paths.linear(),
      },
    ],
    axes: [look.axis("cost", 3, 0)],
    padding: [null, AXIS, null, null], // as wide as the axis of prices above
  });
}

function fromZero(_, lowest, highest) {
  return [Math.min(0, lowest ?? 0), Math.max(0, highest ?? 1) * 1.08 || 1];
}

function plot(element, data, height, look, { scales, series, axes, padding }) {
  const made = new uPlot(
    {
      width: element.clientWidth,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), look.timeZone),
      cursor: { sync: { key: "session" }, drag: { x: false, y: false }, points: { size: 7 } },
      padding,
      scales: { x: { time: true, range: look.range }, ...scales },
      series: [{ label: look.timeLabel, value: (_, seconds) => look.timeOf(seconds) }, ...series],
      axes: [look.timeAxis, ...axes],
    },
    data,
    element,
  );
  made.root.setAttribute("aria-hidden", "true"); // the element is an image with a name
  return made;
}

/** What all plots have in common: colours of the page, the account's time zone, and number formats. */
function lookOf(curve, timeZone, timeOf, formats) {
  const end = Math.max(curve.samples.second.at(-1) ?? 0, curve.costs.until.at(-1) ?? 0);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const time = new Intl.DateTimeFormat(formats.locale, { timeZone, hour: "2-digit", minute: "2-digit" });
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { font, stroke: colour("--quiet"), grid: { stroke: colour("--rule"), width: 1 }, ticks: { show: false } };
  return {
    timeZone,
    range: [curve.start, curve.start + end],
    timeLabel: formats.text("time"),
    timeOf: (seconds) => (seconds == null ? "–" : timeOf(seconds)),
    timeAxis: { ...axis, space: 70, values: (_, splits) => splits.map((seconds) => time.format(seconds * 1000)), grid: { show: false } },
    axis: (scale, side, digits) => ({
      ...axis,
      scale,
      side,
      size: AXIS,
      space: 40,
      grid: { ...axis.grid, show: side === 3 },
      values: (_, splits) => splits.map((value) => formats.number(value, digits)),
    }),
    series: (label, scale, variable, value, isFilled = false) => ({
      label,
      scale,
      stroke: colour(variable),
      width: 1.75,
      fill: isFilled ? `${colour(variable)}26` : undefined,
      paths: uPlot.paths.stepped({ align: 1 }),
      points: { show: false },
      value: (_, number) => (number == null ? "–" : value(number)),
    }),
  };
}
