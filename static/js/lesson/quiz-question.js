// <quiz-question id="question-…">: a real form, answered without leaving the page; each option then gives its reason.

import { actions, define, store } from "../core/page.js";
import { canRun, DeliveryRun } from "../delivery/run_button.js";
import { h, trustedHtml } from "../dom/h.js";

class QuizQuestion extends HTMLElement {
  #ends = [];
  #busy = false;
  #run = null;
  #verdict = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    const submit = (event) => this.#submit(event);
    const choose = () => this.#markChosen();
    this.form.addEventListener("submit", submit);
    this.form.addEventListener("change", choose);
    this.#ends = [
      () => this.form.removeEventListener("submit", submit),
      () => this.form.removeEventListener("change", choose),
      store.subscribe(
        (state) => state.votes[this.question],
        (votes) => votes && this.#drawVotes(votes),
      ),
    ];
    this.#markChosen();
    if (this.#isDelivery && canRun()) this.#run = new DeliveryRun(this.form, (text) => this.#say(text));
    this.#verdict = store.get().page.answered?.[this.question] ?? null;
    this.#offerRun();
    if (this.#card.classList.contains("is-wrong")) this.#offerRetry();
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  /** Its id in the lesson. */
  get question() {
    return this.id.replace("question-", "");
  }

  get #card() {
    return this.querySelector(".question") ?? this;
  }

  get #isDelivery() {
    return this.dataset.kind === "delivery";
  }

  get #button() {
    return this.form.querySelector(".form-foot button[type=submit]:not([name=run])");
  }

  get #inputs() {
    return [...this.form.querySelectorAll(".option input")];
  }

  #given() {
    const text = this.form.querySelector("input.answer, .field input")?.value.trim() ?? "";
    return { choices: this.#inputs.filter((input) => input.checked).map(choiceOf), text };
  }

  /** A delivery question can be tried at once: before the answer and after it. */
  #offerRun() {
    if (!this.#card.classList.contains("is-answered")) this.#run?.offerCommit();
    else if (this.#verdict?.scenario) this.#run?.offerAgain(() => this.#runAgain());
  }

  async #submit(event) {
    if (this.#busy || this.#card.classList.contains("is-answered")) {
      event.preventDefault();
      return;
    }
    // Without a connection the form is submitted normally: the page comes back with the same answer in it.
    if (store.get().connection !== "online") return;
    event.preventDefault();
    const given = this.#given();
    const runs = event.submitter?.name === "run";
    if (given.choices.length === 0 && given.text === "" && !this.#isDelivery) {
      this.#say(this.#inputs.length > 0 ? "Choose an answer first." : "Write an answer first.");
      return;
    }
    this.#setBusy(true);
    try {
      this.#verdict = await actions.answer(this.question, { role: this.dataset.role, ...given });
      await this.#showRun(runs);
    } catch (error) {
      if (error.code === "offline" || error.code === "timeout") this.form.submit();
      else this.#say(error.message);
    } finally {
      this.#setBusy(false);
    }
  }

  async #runAgain() {
    if (this.#busy) return;
    this.#setBusy(true);
    await this.#showRun(true);
    this.#setBusy(false);
    this.querySelector(".run-again")?.focus();
  }

  /** Show the verdict; if it `runs` first, marked by the trace of that run. */
  async #showRun(runs) {
    let { votes, ...verdict } = this.#verdict;
    let note = "";
    const played = runs && this.#run && verdict.scenario;
    if (played) {
      for (const field of this.form.querySelectorAll("input, select")) field.disabled = true;
      try {
        verdict = await this.#run.play(verdict);
        if (verdict.unlike) note = " This run went otherwise than the one that was recorded.";
      } catch (error) {
        note = ` It could not be played: ${error.message} What is marked here was recorded.`;
      }
    }
    this.#show({ ...verdict, votes }, note);
    if (this.#verdict.scenario) this.#run?.offerAgain(() => this.#runAgain(), Boolean(played));
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.form.setAttribute("aria-busy", String(busy));
    for (const button of this.form.querySelectorAll(".form-foot button")) button.disabled = busy;
  }

  #show(verdict, note = "") {
    const { correct, options = [], reason_html: reason, accepted = [], votes } = verdict;
    this.#card.classList.remove("is-right", "is-wrong");
    this.#card.classList.add("is-answered", correct ? "is-right" : "is-wrong");
    for (const option of options) this.#showOption(option);
    const field = this.form.querySelector("input.answer, .field input");
    if (field) field.readOnly = true;
    if (this.#button) this.#button.hidden = true;
    const verdictWords = correct
      ? "Right."
      : options.length > 0
        ? `Not quite: ${this.#isDelivery ? "see who heard it" : "see why under each option"}.`
        : `Not quite: the answer is ${accepted.join(" or ")}.`;
    this.#say(verdictWords + note, correct ? "is-right" : "is-wrong");
    if (reason) this.#reason(reason);
    if (votes) this.#drawVotes(votes);
    if (!correct) this.#offerRetry();
    const detail = { question: this.question, role: this.dataset.role, correct };
    this.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail }));
  }

  #showOption({ id, correct, chosen, said, times, reason_html: reason }) {
    const input = this.#inputs.find((each) => each.value === id);
    const label = input?.closest(".option");
    if (!label) return;
    input.disabled = true;
    const select = label.parentElement.querySelector("select.times");
    if (select) select.disabled = true;
    const mistaken = chosen && (said === undefined ? !correct : said !== times);
    label.classList.toggle("is-correct", correct && !mistaken);
    label.classList.toggle("is-mistaken", mistaken);
    label.classList.toggle("is-left-out", times === 0 && !chosen);
    const body = label.querySelector(".option-body") ?? label;
    let place = body.querySelector(".option-reason");
    if (!place) {
      place = h("span", { class: "option-reason" });
      body.append(place);
    }
    // A paragraph is not allowed inside a label: the reason's lines become spans of text.
    trustedHtml(place, reason);
    let mark = body.querySelector(".option-mark");
    if (!mark) {
      mark = h("span", { class: "option-mark visually-hidden" });
      body.prepend(mark);
    }
    mark.textContent = mistaken ? "Your answer, not right: " : correct ? "Right answer: " : "";
  }

  #reason(html) {
    let place = this.querySelector(".reason");
    if (!place) {
      place = h("div", { class: "reason" });
      this.form.append(place);
    }
    place.hidden = false;
    trustedHtml(place, html);
  }

  #say(text, kind = "") {
    let place = this.querySelector(".verdict");
    if (!place) {
      place = h("p", { class: "verdict" });
      this.form.append(place);
    }
    place.setAttribute("role", "status");
    place.className = `verdict ${kind}`.trim();
    place.hidden = text === "";
    place.textContent = text;
  }

  #offerRetry() {
    if (this.querySelector("button.again")) return;
    const again = h("button", { type: "button", class: "small again", onclick: () => this.#retry(again) }, "Try again");
    (this.querySelector(".form-foot") ?? this.form).append(again);
  }

  #retry(again) {
    again.remove();
    this.#run?.withdraw();
    this.#verdict = null;
    this.#card.classList.remove("is-answered", "is-right", "is-wrong");
    for (const label of this.querySelectorAll(".option")) {
      label.classList.remove("is-correct", "is-mistaken", "is-chosen", "is-left-out");
      label.parentElement.querySelector(".seen")?.remove();
      label.querySelectorAll(".option-reason, .option-mark, .votes").forEach((node) => node.remove());
    }
    for (const input of this.#inputs) Object.assign(input, { checked: false, disabled: false });
    for (const select of this.form.querySelectorAll("select.times"))
      Object.assign(select, { value: "1", disabled: false });
    const field = this.form.querySelector("input.answer, .field input");
    if (field) Object.assign(field, { value: "", readOnly: false });
    this.querySelector(".reason")?.remove();
    if (this.#button) Object.assign(this.#button, { hidden: false, disabled: false });
    this.#say("");
    this.#offerRun();
    (this.#inputs[0] ?? field)?.focus();
  }

  #markChosen() {
    for (const input of this.#inputs) input.closest(".option")?.classList.toggle("is-chosen", input.checked);
  }

  #drawVotes({ total, counts }) {
    if (!total || !this.#card.classList.contains("is-answered")) return;
    for (const input of this.#inputs) {
      const label = input.closest(".option");
      let votes = label.querySelector(".votes");
      if (!votes) {
        votes = h("span", { class: "votes" });
        label.append(votes);
      }
      const share = Math.round((100 * (counts[input.value] ?? 0)) / total);
      votes.textContent = `${input.checked ? "you · " : ""}${share} %`;
      votes.title = `${total} learners have answered`;
    }
  }
}

/**
 * Return the choice of a ticked input; for a client of a delivery question, with how often it hears the event.
 */
function choiceOf(input) {
  const times = input.closest(".cell")?.querySelector("select.times")?.value ?? "1";
  return times === "1" ? input.value : `${input.value}:${times}`;
}

define("quiz-question", QuizQuestion);
