// Runs client.jsx in the page of a client: its default export is a React component, which is mounted in the page.

import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import * as ReactDOM from "react-dom/client";

import { placeFor, readFile, runModule } from "./module_runner.js";

const NAME = "client.jsx";
const modules = {
  react: React,
  "react/jsx-runtime": jsxRuntime,
  "react-dom/client": ReactDOM,
  "socket.io-client": window.io,
};

async function show() {
  const { default: Component } = runModule(await readFile(NAME), NAME, modules);
  if (!Component) throw new Error(`${NAME} exports no component: write “export default function …”.`);
  ReactDOM.createRoot(placeFor()).render(React.createElement(Component));
}

show();
