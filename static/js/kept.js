// What this browser remembers of the reader's own taste. Storage may be refused or full: then nothing is remembered.

/** Keep `value` under `name`; null forgets it. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(`duplex:${name}`);
    else localStorage.setItem(`duplex:${name}`, value);
  } catch {
    // Nothing depends on it.
  }
}
