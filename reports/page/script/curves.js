// The curves of an account's sessions, which reports/page/curves.py packs.

export class Curves {
  constructor(packed) {
    this.packed = packed;
  }

  /** The curve of the session at a place: its start in seconds since 1970, and its samples, prices and costs. */
  async at(place) {
    this.entries ??= unpacked(this.packed);
    const [start, samples, prices, costs] = (await this.entries)[place];
    return {
      start,
      samples: named(["second", "watts"], samples),
      prices: named(["second", "until", "price"], prices),
      costs: named(["second", "until", "energy", "amount"], costs),
    };
  }
}

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Columns of differences as columns of numbers by name; all empty for a session without them. */
function named(names, columns) {
  return Object.fromEntries(names.map((name, place) => [name, numbers(columns[place] ?? [])]));
}

function numbers(differences) {
  let number = 0;
  return differences.map((difference) => (number += difference));
}
