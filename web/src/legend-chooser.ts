// Chooses what the legend says: the run's name, a parameter, where the run came from. A plain list; where there are many, one with search.

import { freshId, h } from "./dom";
import { RUN_NAME } from "./legend";
import type { View } from "./view";

/** From so many choices on one searches. */
const MANY = 16;

interface Choice { key: string; text: string; group: string }

/** `own`: the legend column that the panels asked for. */
export function legendChooser(view: View, own: string | null): HTMLElement {
  const choices = choicesOf(view);
  const current = () => {
    const key = view.legendKey(own);
    // A metric can be asked for in Rust; it is offered once it is used.
    if (!choices.some(choice => choice.key === key)) choices.push({ key, text: key, group: "" });
    return key;
  };
  // Parameters may come while one looks on.
  view.on(["data"], () => choices.push(...choicesOf(view).filter(choice => !choices.some(known => known.key === choice.key))));
  const control = choices.length > MANY ? combobox(view, choices, current) : list(view, choices, current);
  return h("label", { class: "mlb-field" }, h("span", {}, "Legend"), control);
}

function choicesOf(view: View): Choice[] {
  const columns = [...view.runs.columns.values()];
  const choice = (group: string) => ({ key }: { key: string }): Choice => ({ key, text: key, group });
  return [
    { key: RUN_NAME, text: "run name", group: "" },
    ...columns.filter(column => column.group === "param").map(choice("parameters")),
    ...columns.filter(column => column.group === "run" && column.kind === "text" && column.key !== RUN_NAME && column.key !== "id").map(choice("run")),
    ...columns.filter(column => column.group === "origin").map(choice("where from")),
  ];
}

function list(view: View, choices: Choice[], current: () => string): HTMLElement {
  const select = h("select", { "aria-label": "Legend by" });
  const fill = () => {
    const key = current();
    const option = (choice: Choice) => h("option", { value: choice.key }, choice.text);
    const groups = [...new Set(choices.map(choice => choice.group))];
    select.replaceChildren(...groups.flatMap(group => {
      const options = choices.filter(choice => choice.group === group).map(option);
      return group ? [h("optgroup", { label: group }, ...options)] : options;
    }));
    select.value = key;
  };
  fill();
  select.addEventListener("change", () => view.store.setLegend(select.value));
  view.on(["legend", "data"], fill);
  return select;
}

/** A field that searches, and the list of what it finds: the pattern "combobox with a list" of the ARIA practices. */
function combobox(view: View, choices: Choice[], current: () => string): HTMLElement {
  const id = freshId("legend");
  const input = h("input", { type: "text", role: "combobox", class: "mlb-combo-input", "aria-label": "Legend by", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", title: "Type to search" });
  const options = h("div", { id, role: "listbox", class: "mlb-combo-list", "aria-label": "Legend by", hidden: true });
  const textOf = (key: string) => choices.find(choice => choice.key === key)?.text ?? key;
  let found: Choice[] = [], active = 0;

  const rest = () => {
    options.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = textOf(current());
  };
  const mark = () => {
    [...options.querySelectorAll("[role=option]")].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === active));
      if (i === active) option.scrollIntoView?.({ block: "nearest" });
    });
    if (found.length) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const search = (text: string) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    found = choices.filter(choice => words.every(word => choice.text.toLowerCase().includes(word)));
    active = Math.max(0, words.length ? 0 : found.findIndex(choice => choice.key === current()));
    options.replaceChildren(...found.map((choice, i) => {
      const option = h("div", { role: "option", id: `${id}-${i}`, class: "mlb-combo-option", dir: "auto", title: choice.text }, choice.text);
      // Before the field loses the focus.
      option.addEventListener("pointerdown", event => {
        event.preventDefault();
        take(choice);
      });
      return option;
    }));
    if (!found.length) options.replaceChildren(h("div", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "mlb-combo-option" }, "No parameter has this in its name."));
    options.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  };
  const take = (choice: Choice | undefined) => {
    if (choice) view.store.setLegend(choice.key);
    rest();
    input.select();
  };
  const open = () => {
    if (!options.hidden) return;
    input.select();
    search("");
  };
  input.addEventListener("pointerdown", () => setTimeout(open));
  input.addEventListener("input", () => search(input.value));
  input.addEventListener("blur", rest);
  input.addEventListener("keydown", event => {
    event.stopPropagation();
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves) {
      if (options.hidden) open();
      else active = Math.max(0, Math.min(found.length - 1, active + moves[event.key]));
      mark();
    } else if (event.key === "Enter" && !options.hidden) take(found[active]);
    else if (event.key === "Enter") open();
    else if (event.key === "Escape" && !options.hidden) rest();
    else return;
    event.preventDefault();
  });
  view.on(["legend"], () => options.hidden && rest());
  rest();
  return h("span", { class: "mlb-combo" }, input, options);
}
