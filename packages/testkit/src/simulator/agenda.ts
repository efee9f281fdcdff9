/** Something that will happen at an instant of the simulated clock. */
export interface Happening {
  readonly at: number;
  /** The process it belongs to, counted from 0; null for what lies outside and survives a crash. */
  readonly process: number | null;
  readonly happen: () => void;
}

/** What is still to happen, soonest first; at one instant in the order it was planned. */
export class Agenda {
  now: number;
  #happenings: Happening[] = [];

  constructor(now: number) {
    this.now = now;
  }

  get next(): Happening | undefined {
    return this.#happenings[0];
  }

  plan(happening: Happening): void {
    let place = this.#happenings.length;
    while (place > 0 && (this.#happenings[place - 1]?.at ?? 0) > happening.at) place -= 1;
    this.#happenings.splice(place, 0, happening);
  }

  /** Takes the next happening and moves the clock to it. */
  take(): Happening | undefined {
    const happening = this.#happenings.shift();
    if (happening !== undefined) this.now = Math.max(this.now, happening.at);
    return happening;
  }

  /** What a process had planned dies with it. */
  forgetProcess(process: number): void {
    this.#happenings = this.#happenings.filter((each) => each.process !== process);
  }
}
