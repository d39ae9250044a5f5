// Which files of a project do not belong to its program, and why. The server leaves out the same: course/program.py.

import { FOLDERS_AT_MOST, NAME_CHARACTERS } from "../core/program.js";

const SECRET = "may hold secrets, which stay on your machine";
const PACKAGES = "are installed packages; what can be imported is in the sandbox already";
const MACHINE = "belongs to your machine, not to the program";
const DATABASE = "holds a database's data, which stay on your machine; the program begins with an empty one";

/** @type {[RegExp, string][]} How a file's or a folder's name begins → why it is left out. The first that fits says why. */
const LEFT_OUT = [
  [/^(\.env|\.netrc|\.pypirc|\.htpasswd|\.npmrc|\.git-credentials|\.ssh|\.aws|\.gnupg)/i, SECRET],
  [/^(id_(rsa|dsa|ecdsa|ed25519)|credentials\.json|client_secret.*\.json)$/i, SECRET],
  [/\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/i, SECRET],
  [/^(node_modules|site-packages|venv|virtualenv|bower_components|.*\.(egg-info|dist-info))$/, PACKAGES],
  [/^(\.|__pycache__$|__MACOSX$|Thumbs\.db$|desktop\.ini$|.*\.(pyc|pyo|swp|bak|tmp)$|.*~$)/, MACHINE],
  [/\.(db|sqlite|sqlite3|db3|rdb|mdb)(-wal|-shm|-journal)?$/i, DATABASE],
];
/** A folder that has it is an installed Python. */
export const ENVIRONMENT = "pyvenv.cfg";
const ODD = /[\\:*?"<>|]|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const DEVICE = /^(con|prn|aux|nul|(com|lpt)\d)(\.|$)/i;

/**
 * Return {part, why} for a path that is left out: `part` is the file or the folder that does not belong; else null.
 *
 * @param {string} path
 */
export function leftOut(path) {
  const parts = path.split("/");
  for (const [at, part] of parts.entries()) {
    const why = LEFT_OUT.find(([begins]) => part !== "." && part !== ".." && begins.test(part))?.[1];
    if (why) return { part: parts.slice(0, at + 1).join("/") + (at < parts.length - 1 ? "/" : ""), why };
  }
  return null;
}

/**
 * Return the folders that hold an installed Python.
 *
 * @param {string[]} paths
 */
export function environmentsIn(paths) {
  return paths
    .filter((path) => path.endsWith(`/${ENVIRONMENT}`))
    .map((path) => path.slice(0, -ENVIRONMENT.length))
    .map((part) => ({ part, why: PACKAGES }));
}

/**
 * Return what is wrong with a file's name, to stand after "…"; "" when it can be a program's file.
 *
 * @param {string} path
 */
export function wrongName(path) {
  const parts = path.split("/");
  if (path.length === 0 || [...path].length > NAME_CHARACTERS) return `has more than ${NAME_CHARACTERS} characters`;
  if (parts.length > FOLDERS_AT_MOST) return `lies more than ${FOLDERS_AT_MOST - 1} folders deep`;
  if (parts.some((part) => ["", ".", ".."].includes(part))) return "leads out of the project";
  if (ODD.test(path)) return "has a character that names of files do not have everywhere";
  if (parts.some((part) => part !== part.trim() || part.endsWith("."))) return "has a name with an odd end";
  if (parts.some((part) => DEVICE.test(part))) return "has a name that Windows keeps for a device";
  if (path.normalize("NFC") !== path) return "has accents that other machines take for another name";
  return "";
}
