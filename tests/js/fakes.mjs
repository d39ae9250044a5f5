// Stand-ins for the browser and for the server, as small as the tests need them.

/** A localStorage: keys are its own enumerable properties, as in a browser. */
export function fakeStorage({ full = false } = {}) {
  const storage = {};
  const hidden = (name, value) => Object.defineProperty(storage, name, { value, enumerable: false });
  hidden("getItem", (key) => storage[key] ?? null);
  hidden("setItem", (key, value) => {
    if (full) throw new Error("QuotaExceededError");
    storage[key] = String(value);
  });
  hidden("removeItem", (key) => delete storage[key]);
  return storage;
}

/** A server that keeps one program, with the versions and the conflicts of the real one. */
export function fakeServer({ version = 0, files = {} } = {}) {
  const server = {
    version,
    files,
    saves: 0,
    online: true,
    gate: null,
    async request(_event, payload) {
      if (server.gate) await server.gate;
      if (!server.online) throw Object.assign(new Error("offline"), { code: "offline" });
      server.saves += 1;
      const same = JSON.stringify(payload.files) === JSON.stringify(server.files);
      if (!same && payload.base_version !== server.version) {
        const newer = { version: server.version, files: server.files };
        throw Object.assign(new Error("newer"), { code: "conflict", reply: { ok: false, newer } });
      }
      if (!same) server.version += 1;
      server.files = payload.files;
      return { ok: true, version: server.version };
    },
  };
  return server;
}
