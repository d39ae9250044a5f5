// Runs client.vue in the page of a client: a single-file component, compiled here and mounted in the page.

import { compileScript, parse } from "@vue/compiler-sfc";
import * as Vue from "vue/dist/vue.runtime.esm-bundler.js";

import { placeFor, readFile, runModule } from "./module_runner.js";

const NAME = "client.vue";
const modules = { vue: Vue, "socket.io-client": window.io };

async function show() {
  const { descriptor, errors } = parse(await readFile(NAME), { filename: NAME });
  if (errors.length > 0) throw new Error(`${NAME}: ${errors[0].message}`);
  const { content } = compileScript(descriptor, { id: "client", inlineTemplate: true });
  const { default: component } = runModule(content, NAME, modules);
  for (const style of descriptor.styles)
    document.head.append(Object.assign(document.createElement("style"), { textContent: style.content }));
  Vue.createApp(component).mount(placeFor());
}

show();
