// One step for all images and histograms of a board: a slider that is moved moves the others.

import { h, slider } from "./dom";
import type { Store } from "./store";
import type { View } from "./view";

class Steps extends EventTarget {
  /** null: each panel's last. */
  at: number | null = null;

  set(step: number | null) {
    if (step === this.at) return;
    this.at = step;
    this.dispatchEvent(new Event("step"));
  }
}

const all = new WeakMap<Store, Steps>();

function stepsOf(store: Store): Steps {
  let steps = all.get(store);
  if (!steps) all.set(store, (steps = new Steps()));
  return steps;
}

/** The step of a panel that has pictures at `steps` (ascending): the last one that is not after the step of all. */
export class PanelStep {
  /** The control; none where there is nothing to choose. */
  readonly element: HTMLElement | null = null;
  private readonly shared: Steps;

  constructor(private readonly view: View, private readonly steps: number[], moved: () => void) {
    this.shared = stepsOf(view.store);
    if (steps.length < 2) return;
    this.element = slider("Step", steps.length - 1, this.place(), place => String(steps[place]), place => this.go(place));
    const input = this.element.querySelector("input")!;
    this.shared.addEventListener("step", () => {
      if (!view.alive()) return;
      if (+input.value !== this.place()) {
        input.value = String(this.place());
        this.element!.querySelector("output")!.textContent = String(this.now);
        input.setAttribute("aria-valuetext", String(this.now));
      }
      moved();
    }, { signal: view.signal });
  }

  get now(): number {
    return this.steps[this.place()] ?? 0;
  }

  /** Moves all to a step; to each one's last, if it is the last here. */
  set(step: number) {
    this.go(placeOf(this.steps, step));
  }

  /** A second slider, for where the first cannot be reached. */
  another(): HTMLElement {
    return this.element ? new PanelStep(this.view, this.steps, () => {}).element! : h("span");
  }

  private go(place: number) {
    this.shared.set(place === this.steps.length - 1 ? null : this.steps[place]);
  }

  private place(): number {
    return this.shared.at === null ? this.steps.length - 1 : placeOf(this.steps, this.shared.at);
  }
}

/** Index of the last step at or before `step`; the first if all are after it. */
export function placeOf(steps: number[], step: number): number {
  let place = 0;
  while (place + 1 < steps.length && steps[place + 1] <= step) place++;
  return place;
}

/** `most` of these steps, evenly spread, the first and the last among them. */
export function spread(steps: number[], most: number): number[] {
  if (steps.length <= most) return steps;
  return Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]);
}
