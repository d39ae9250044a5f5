// Searches the list of everything that can be found: pure, and the same as course/web/views/search_index.py.

const RESULTS_AT_MOST = 30;
const QUERY_CHARACTERS = 100;
const AROUND = 90;

// What one word of the query is worth, by its place. A hit in the title outweighs any number of hits in the text.
const TITLE_WORD = 40;
const TITLE_BEGINS = 30;
const TITLE_HOLDS = 15;
const TEXT_BEGINS = 6;
const TEXT_HOLDS = 2;
const TEXT_HITS_COUNTED = 5;

const ALPHANUMERIC = /[\p{L}\p{N}]/u;

/** Return the entries {title, kind, url, text} that hold every word of `query`, the best first. */
export function find(entries, query) {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return [];
  return entries
    .map((entry, place) => ({ entry, place, points: score(entry, wanted) }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points || one.place - other.place)
    .slice(0, RESULTS_AT_MOST)
    .map(({ entry }) => entry);
}

/** Return the words of a query in lower case, each once. */
export function wordsOf(query) {
  return [...new Set(query.slice(0, QUERY_CHARACTERS).toLowerCase().split(/\s+/).filter(Boolean))];
}

/** Return how well an entry fits; 0 when a word is missing. */
function score(entry, wanted) {
  const title = entry.title.toLowerCase();
  const text = entry.text.toLowerCase();
  let total = 0;
  for (const word of wanted) {
    const points = inTitle(title, word) + inText(text, word);
    if (points === 0) return 0;
    total += points;
  }
  return total;
}

/** Return the piece of `text` around the first hit, cut into {text, hit}. */
export function excerpt(text, wanted) {
  const low = text.toLowerCase();
  const places = wanted.map((word) => low.indexOf(word)).filter((place) => place >= 0);
  const first = places.length > 0 ? Math.min(...places) : 0;
  const begin = first < AROUND ? 0 : text.lastIndexOf(" ", first - AROUND / 2 - 1) + 1;
  const end =
    text.length < begin + 2 * AROUND ? text.length : Math.max(text.lastIndexOf(" ", begin + 2 * AROUND - 1), begin);
  return markedHits(`${begin ? "… " : ""}${text.slice(begin, end)}${end < text.length ? " …" : ""}`, wanted);
}

/** Return `text` cut into {text, hit}. */
export function markedHits(text, wanted) {
  if (wanted.length === 0) return [{ text, hit: false }];
  const words = [...wanted]
    .sort((one, other) => other.length - one.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces = text.split(new RegExp(`(${words.join("|")})`, "i"));
  return pieces
    .map((piece, place) => ({ text: piece, hit: place % 2 === 1 }))
    .filter(({ text: piece }) => piece !== "");
}

function inTitle(title, word) {
  const place = title.indexOf(word);
  if (place < 0) return 0;
  if (!begins(title, place)) return TITLE_HOLDS;
  const after = title[place + word.length] ?? "";
  return ALPHANUMERIC.test(after) ? TITLE_BEGINS : TITLE_WORD;
}

function inText(text, word) {
  const hits = text.split(word).length - 1;
  if (hits === 0) return 0;
  return (begins(text, text.indexOf(word)) ? TEXT_BEGINS : TEXT_HOLDS) + Math.min(hits, TEXT_HITS_COUNTED);
}

function begins(text, place) {
  return place === 0 || !ALPHANUMERIC.test(text[place - 1]);
}
