// The curves of an account's sessions, which reports/page/curves.py packs.

export class Curves {
  constructor(packed) {
    this.packed = packed;
  }

  /** The curve of the session at a place: its start in seconds since 1970, and its samples, prices and costs. */
  async at(place) {
    this.columns ??= unpacked(this.packed);
    const [starts, ...columns] = await this.columns;
    const named = (names, first) =>
      Object.fromEntries(names.map((name, column) => [name, numbers(columns[first + column][place])]));
    return {
      start: starts[place],
      samples: named(["second", "watts"], 0),
      prices: named(["second", "until", "price"], 2),
      costs: named(["second", "until", "energy", "amount"], 5),
    };
  }
}

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The numbers of which these are the differences; none for a session without them. */
function numbers(differences) {
  let number = 0;
  return differences.map((difference) => (number += difference));
}
