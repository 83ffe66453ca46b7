// One step for all images and histograms of a board: a slider that is moved moves the others.

import { h, slider } from "./dom";
import type { View } from "./view";

/** The step of a panel that has pictures at `steps` (ascending): the last one that is not after the step of all. */
export class PanelStep {
  /** The control; none where there is nothing to choose. */
  readonly element: HTMLElement | null = null;

  constructor(private readonly view: View, private steps: number[], moved: () => void) {
    if (steps.length < 2) return;
    this.element = slider("Step", steps.length - 1, this.place(), place => String(this.steps[place]), place => this.go(place));
    const input = this.element.querySelector("input")!;
    view.on(["step"], () => {
      if (+input.value !== this.place()) {
        input.value = String(this.place());
        this.element!.querySelector("output")!.textContent = String(this.now);
        input.setAttribute("aria-valuetext", String(this.now));
      }
      moved();
    });
  }

  /** Takes newer steps: at the end it goes on with them. `false`: there was nothing to choose, and now there is. */
  refresh(steps: number[]): boolean {
    this.steps = steps;
    const input = this.element?.querySelector("input");
    if (!input) return steps.length < 2;
    input.max = String(steps.length - 1);
    input.value = String(this.place());
    this.element!.querySelector("output")!.textContent = String(this.now);
    input.setAttribute("aria-valuetext", String(this.now));
    return true;
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
    this.view.store.setStep(place === this.steps.length - 1 ? null : this.steps[place]);
  }

  private place(): number {
    const { step } = this.view.store;
    return step === null ? this.steps.length - 1 : placeOf(this.steps, step);
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
