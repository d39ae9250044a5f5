// What may be typed into the preview's address field. Pure: text in, a path of the learner's server out.

const PRINTED = /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?(?=\/|$)/i;

/**
 * Return {path} or {error}: only the learner's own server can be shown, so only a path is accepted.
 *
 * @param {string} text
 * @returns {{path: string, error?: undefined} | {path?: undefined, error: string}}
 */
export function previewPath(text) {
  const asked = text.trim().replace(PRINTED, "");
  if (/^[a-z][a-z0-9+.-]*:/i.test(asked) || asked.startsWith("//"))
    return { error: "The preview shows your own server only. Write a path, such as /about." };
  const path = asked.startsWith("/") ? asked : `/${asked}`;
  const [place] = path.split(/[?#]/);
  if (
    place.split("/").some((part) => /^(\.|%2e){1,2}$/i.test(part)) ||
    /[\\\u0000-\u001f\u007f]|%5c/i.test(path) ||
    place.includes("//")
  ) {
    return { error: "This path can't be asked for. Write one such as /about." };
  }
  return { path };
}
