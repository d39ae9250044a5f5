// Where a key is a letter, and not a shortcut.

const FIELDS = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";

/** Whether what is pressed on `target` is written there. */
export const isTyping = (target) => target.closest(FIELDS) !== null;
