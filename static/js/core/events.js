// Every event name of the lesson namespace. course/live/events.py holds the same list; a test compares them.

/** Sent by the page; each is acknowledged with {ok: true, …} or {ok: false, error: {code, message}}. */
export const RUN = "run";
export const STOP = "stop";
export const KEEP_ALIVE = "keep_alive";
export const CHECK = "check";
export const SAVE = "save";
export const RESTORE = "restore";
export const PREDICT = "predict";
export const ANSWER = "answer";
export const HINT = "hint";
export const SOLUTION = "solution";
export const HISTORY = "history";
export const VERSION = "version";
export const FAULT = "fault";

/** Sent to the page. */
export const SANDBOX_STATE = "sandbox_state";
export const SANDBOX_OUTPUT = "sandbox_output";
export const SANDBOX_TRACE = "sandbox_trace";
export const SANDBOX_INSIDE = "sandbox_inside";
export const SANDBOX_MARKS = "sandbox_marks";
export const SANDBOX_FAULTS = "sandbox_faults";
export const CHECK_WAITS = "check_waits";
export const CHECK_RESULT = "check_result";
export const CHECK_FINISHED = "check_finished";
export const WORK_SAVED = "work_saved";
export const VOTES = "votes";
export const PRESENCE = "presence";
export const PROGRESS = "progress";
export const LESSON_CHANGED = "lesson_changed";
/** The learner was deleted; the connection ends. */
export const FORGOTTEN = "forgotten";
/** The answer to a malformed packet that did not ask for an acknowledgement. */
export const REFUSED = "refused";
