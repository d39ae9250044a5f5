// Where a key press is text, and not a shortcut.

const FIELDS = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";

/** Return whether a key pressed on `target` is written there. */
export const isTyping = (target) => target.closest(FIELDS) !== null;
