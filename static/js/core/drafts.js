// The copy of the learner's work that this browser keeps: written on each keystroke, dropped once the server has it.

/**
 * Return whether two sets of files hold the same names and the same text.
 *
 * @param {Files | null | undefined} one
 * @param {Files | null | undefined} other
 */
export function sameFiles(one, other) {
  const names = Object.keys(one ?? {});
  return names.length === Object.keys(other ?? {}).length && names.every((name) => one?.[name] === other?.[name]);
}

/** @typedef {{base: number, files: Files, from: Files, at: number}} Draft */

/**
 * Return the drafts of one workspace. The base version is part of the key, so a draft of an older version never
 * overwrites one of a newer version. Storage that is full or forbidden is not an error: `write` then returns false.
 *
 * @param {{learner?: string, slug: string, workspace: string, storage: Storage | null}} place
 */
export function draftsOf({ learner, slug, workspace, storage }) {
  const prefix = `duplex:draft:${learner}:${slug}:${workspace}:`;

  /** @returns {string[]} */
  function keys() {
    try {
      return Object.keys(storage ?? {}).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  }

  /**
   * @param {string} key
   * @returns {Draft | null}
   */
  function parse(key) {
    try {
      const { files, from, at } = JSON.parse(storage?.getItem(key) ?? "null");
      const base = Number(key.slice(prefix.length));
      const whole = files && Object.values(files).every((text) => typeof text === "string") && Number.isInteger(base);
      return whole ? { base, files, from: from ?? {}, at: Number(at) || 0 } : null;
    } catch {
      return null;
    }
  }

  return {
    /** Return every draft, the newest first: {base, files, from, at}; `from` holds the files of the version `base`. */
    all: () =>
      keys()
        .map(parse)
        .filter(Boolean)
        .sort((one, other) => other.at - one.at),
    /**
     * @param {number} base
     * @param {Files} files
     * @param {Files} from
     * @param {number} at
     * @returns {boolean}
     */
    write(base, files, from, at = Date.now()) {
      try {
        if (!storage) return false;
        storage.setItem(prefix + base, JSON.stringify({ files, from, at }));
        return true;
      } catch {
        return false;
      }
    },
    dropAll() {
      for (const key of keys()) storage?.removeItem(key);
    },
    /**
     * Drop the drafts whose base is `base` or older.
     *
     * @param {number} base
     */
    dropThrough(base) {
      for (const key of keys()) {
        if (!(Number(key.slice(prefix.length)) > base)) storage?.removeItem(key);
      }
    },
  };
}
