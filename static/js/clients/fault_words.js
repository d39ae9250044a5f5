// Faults in words, for the card, the menu and the status line. Pure: what is in force in, words out.

/**
 * Return [{icon, text}] for the faults of one client as `store.faults` has them; `offlineLeft` is in seconds.
 *
 * @param {Faults | undefined} faults
 * @param {number} offlineLeft
 */
export function faultsInWords(faults, offlineLeft = faults?.offline ?? 0) {
  if (!faults) return [];
  return [
    faults.frozen && { icon: "frozen", text: "Frozen" },
    offlineLeft > 0 && { icon: "offline", text: `No network · ${Math.ceil(offlineLeft)} s` },
    (faults.delay ?? 0) > 0 && { icon: "slow", text: `+${faults.delay} ms each way` },
    faults.polling && { icon: "no-websocket", text: "Polling only" },
    faults.drop === "sent" && { icon: "cut", text: "Cut at next event sent" },
    faults.drop === "received" && { icon: "cut", text: "Cut at next event received" },
  ].filter(Boolean);
}

/**
 * Return what is announced when a learner has changed the faults of a client.
 *
 * @param {string} word
 * @param {Faults | undefined} faults
 */
export function saidOf(word, faults) {
  const words = faultsInWords(faults).map(({ text }) => text.replace("·", "for").replace(/^[+]/, ""));
  return words.length === 0 ? `${word}: all well again.` : `${word}: ${words.join("; ")}.`;
}
