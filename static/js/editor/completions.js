// What the editor suggests while one types: the names of Flask-SocketIO, each with what it does in a few words.

import { snippetCompletion } from "@codemirror/autocomplete";

/**
 * @param {string} label
 * @param {string} type
 * @param {string} [detail]
 * @param {number} boost
 */
const of = (label, type, detail, boost = 0) => ({ label, type, detail, boost });

/** Names that are used by themselves. */
const NAMES = [
  of("Flask", "class", "the web application"),
  of("SocketIO", "class", "the real-time server around a Flask app"),
  of("Namespace", "class", "handlers of one namespace, as a class"),
  of("ConnectionRefusedError", "class", "raise in connect to refuse a client"),
  of("disconnect", "function", "end this client's connection"),
  of("request", "variable", "request.sid is this client's id"),
  of("session", "variable", "what you remember about this client"),
  of("flask_socketio", "namespace"),
  of("rooms", "function", "the rooms this client is in"),
  of("close_room", "function", "empty a room"),
  snippetCompletion('emit("${event}", ${data})', of("emit", "function", "an event, back to this client", 2)),
  snippetCompletion("send(${data})", of("send", "function", "a message, back to this client")),
  snippetCompletion('join_room("${room}")', of("join_room", "function", "put this client into a room")),
  snippetCompletion('leave_room("${room}")', of("leave_room", "function", "take this client out of a room")),
];

/** What comes after `socketio.`. */
const MEMBERS = [
  snippetCompletion('on("${event}")', of("on", "method", "register a handler (as a decorator)", 2)),
  snippetCompletion('emit("${event}", ${data})', of("emit", "method", "an event to everybody", 1)),
  snippetCompletion("run(app)", of("run", "method", "start serving", 1)),
  of("event", "property", "handler named like its function"),
  of("send", "method", "a message to everybody"),
  of("on_error", "method", "called when a handler raises"),
  of("on_error_default", "method", "the same, for every namespace"),
  of("on_namespace", "method", "register a Namespace class"),
  of("start_background_task", "method", "run a function beside the handlers"),
  of("sleep", "method", "wait without holding up others"),
  of("call", "method", "emit and wait for the acknowledgement"),
  of("close_room", "method", "empty a room"),
];

/** The keyword arguments of an emit. */
const ARGUMENTS = [
  of("broadcast=True", "keyword", "to every client"),
  of("include_self=False", "keyword", "but not to the sender"),
  of("to=", "keyword", "a room, or one client's sid"),
  of("skip_sid=", "keyword", "leave out a client"),
  of("namespace=", "keyword"),
  of("callback=", "keyword", "called when the client acknowledges"),
];

/**
 * A completion source for CodeMirror.
 *
 * @param {import("@codemirror/autocomplete").CompletionContext} context
 */
export function socketioCompletions(context) {
  const member = context.matchBefore(/\bsocketio\.\w*/);
  if (member) return { from: member.from + "socketio.".length, options: MEMBERS, validFor: /^\w*$/ };
  if (context.matchBefore(/\.\w*/)) return null;
  const word = context.matchBefore(/\w+/);
  if (!word && !context.explicit) return null;
  const inCall = context.matchBefore(/\b(?:emit|send)\([^()\n]*,\s*\w*/);
  return {
    from: word ? word.from : context.pos,
    options: inCall ? [...ARGUMENTS, ...NAMES] : NAMES,
    validFor: /^\w*$/,
  };
}
