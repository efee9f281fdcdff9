import type { ExitCode, Setting } from "../command-module.ts";
import { examine } from "../compose-doctor.ts";
import { doctorLines } from "../terminal/doctor-view.ts";

/** `writ doctor`: what a run leans on, part by part. What is off is not broken. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const rows = await examine(world, invocation);
  const broken = rows.filter((row) => row.state === "broken");
  if (invocation.json) {
    terminal.json({ ok: broken.length === 0, rows });
  } else {
    const isClock = broken.every((row) => row.name === "clock");
    const consequence = isClock
      ? "Nothing is lost; runs that need the clock wait."
      : "Mend what is marked, then: writ doctor";
    terminal.out(doctorLines(terminal.screen(), { rows, consequence }));
  }
  return broken.length === 0 ? 0 : 2;
}
