// Drives the learner's own client cards, as the learner could: connects them, makes them emit, waits for results.

const PATIENCE_MS = 5_000;
/** The gateway leaves such requests out of the trace, as checks leave them out of theirs. */
const FENCE = "/duplex-fence-";

let fences = 0;

export class Panes {
  constructor(list = document.querySelector("client-list")) {
    if (!list?.cards) throw new Error("The clients are not there yet. Try again in a moment.");
    this.list = list;
  }

  /** Keep the cards from connecting by themselves; returns the function that allows it again. */
  holdBack() {
    const { automatic } = this.list;
    const before = automatic.checked;
    automatic.checked = false;
    return () => {
      automatic.checked = before;
    };
  }

  /** Connect the clients of a scenario, [{name, namespace}], one after the other; disconnect all others. */
  async connect(sandbox, seats) {
    for (const card of this.list.cards.children) card.link.disconnect();
    const cards = new Map(seats.map(({ name }) => [name, this.#card(name)]));
    for (const { name, namespace } of seats) await joined(cards.get(name).link, sandbox, namespace);
    return cards;
  }

  #card(name) {
    const find = () => [...this.list.cards.children].find((card) => card.dataset.client === name);
    const focused = document.activeElement;
    while (!find() && !this.list.add.disabled) this.list.add.click();
    focused?.focus({ preventScroll: true });
    const card = find();
    if (!card) throw new Error(`There is no place for client ${name}. Remove another one first.`);
    return card;
  }
}

async function joined(link, sandbox, namespace) {
  link.connect(sandbox, { namespace, transport: "websocket" });
  const { socket } = link;
  await within(
    new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", () => reject(new Error(`Client ${link.tag} was not let in.`)));
    }),
    `Client ${link.tag} could not connect.`,
  );
}

/** Make the client of a card emit, and wait for the acknowledgement: then the handler has ended. */
export function emitFrom(card, { event, args }) {
  card.event.value = event;
  card.payload.value = args.map((arg) => JSON.stringify(arg)).join(", ");
  card.event.dispatchEvent(new Event("input", { bubbles: true }));
  const { link } = card;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    link.socket.timeout(PATIENCE_MS).emit(event, ...args, (error, ...answer) => {
      if (error) {
        link.heard({ kind: "note", text: `“${event}” was not acknowledged.` });
        reject(new Error(`“${event}” was not acknowledged.`));
      } else {
        link.heard({ kind: "ack", name: event, args: answer, ms: performance.now() - begun });
        resolve(undefined);
      }
    });
  });
}

/**
 * Wait for a round trip on the client's own connection: what the server had queued for it before has then arrived.
 *
 * It asks to join a namespace that no server has, so no handler is called.
 */
export function fence({ link }) {
  fences += 1;
  const namespace = `${FENCE}${fences}`;
  const { manager } = link;
  let hear;
  const answered = new Promise((resolve) => {
    hear = (packet) => packet.nsp === namespace && resolve(undefined);
    manager.on("packet", hear);
    manager.engine.write(`0${namespace},`);
  });
  return within(answered, `Client ${link.tag} waited in vain for the server.`).finally(() =>
    manager.off("packet", hear),
  );
}

function within(promise, sentence) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
