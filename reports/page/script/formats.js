// Texts, numbers and times in the page's language, as reports/page/words.py writes them.

const MINUS = "\u2212";

export function formatsOf(language, texts) {
  const locale = language === "da" ? "da-DK" : "en-GB";
  const numbers = new Map(); // by number of decimals: making one takes far longer than using it
  const number = (value, digits) => {
    if (!numbers.has(digits)) {
      numbers.set(
        digits,
        new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
      );
    }
    return numbers.get(digits).format(value).replace("-", MINUS);
  };
  const clock = (timeZone, options = {}) =>
    new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", ...options });
  const longDays = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return {
    locale,
    number,
    clockOf: (timeZone, from, until) => clockOf(clock, timeZone, from, until),
    text: (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]),
    wallTime: (text) => {
      const [year, month, day, hour, minute] = text.split(/[-T:]/);
      return language === "da"
        ? `${day}.${month}.${year} ${hour}.${minute}`
        : `${longDays.format(Date.UTC(year, month - 1, day))} ${hour}:${minute}`;
    },
    /** The day of a wall time as it may be typed in a search. */
    typedDays: (text) => {
      const [year, month, day] = text.split(/[-T]/);
      const [shortMonth, shortDay] = [Number(month), Number(day)];
      return [
        ...[`${year}-${month}-${day}`, `${day}/${month}/${year}`, `${day}.${month}.${year}`],
        ...[`${shortDay}/${shortMonth}/${year}`, `${shortDay}.${shortMonth}.${year}`],
        longDays.format(Date.UTC(year, month - 1, day)),
      ];
    },
    money: (value, digits) => (value === null ? texts.unknown : number(value, digits)),
    price: (value) => (value === null ? "" : number(value, 4)),
  };
}

/** What writes the time of a second since 1970, with its seconds if asked to, and whether it is summer time where the
 * clocks change between two seconds. */
function clockOf(clock, timeZone, from, until) {
  const offset = clock(timeZone, { timeZoneName: "longOffset" });
  const offsets = [from, until].map((second) => partOf(offset, second, "timeZoneName"));
  const zone = offsets[0] === offsets[1] ? {} : { timeZoneName: "short" };
  const [minutes, seconds] = [clock(timeZone, zone), clock(timeZone, { ...zone, second: "2-digit" })];
  return (second, hasSeconds = false) => (hasSeconds ? seconds : minutes).format(second * 1000);
}

function partOf(format, second, type) {
  return format.formatToParts(second * 1000).find((part) => part.type === type).value;
}
