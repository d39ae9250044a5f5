// The reader's preferences that this browser remembers. Storage may be refused or full: then nothing is remembered.

/**
 * Keep `value` under `name`; null forgets it.
 *
 * @param {string} name
 * @param {string | null} value
 */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(`duplex:${name}`);
    else localStorage.setItem(`duplex:${name}`, value);
  } catch {
    // Nothing depends on it.
  }
}

/**
 * Return what is kept under `name`, or null.
 *
 * @param {string} name
 */
export function kept(name) {
  try {
    return localStorage.getItem(`duplex:${name}`);
  } catch {
    return null;
  }
}
