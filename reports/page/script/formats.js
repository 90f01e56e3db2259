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
  const longDays = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return {
    locale,
    number,
    text: (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]),
    wallTime: (text) => {
      const [year, month, day, hour, minute] = text.split(/[-T:]/);
      return language === "da"
        ? `${day}.${month}.${year} ${hour}.${minute}`
        : `${longDays.format(Date.UTC(year, month - 1, day))} ${hour}:${minute}`;
    },
    money: (value, digits) => (value === null ? texts.unknown : number(value, digits)),
    price: (value) => (value === null ? "" : number(value, 4)),
  };
}
