import { OrchestratorError } from "@writ/core";
import type { DoctorRowView } from "../terminal/view.ts";

export function good(name: string, detail: string): DoctorRowView {
  return { state: "good", name, detail, remedy: null };
}

/** Not there, and nothing is wrong with that. */
export function off(name: string, detail: string, remedy: string | null): DoctorRowView {
  return { state: "off", name, detail, remedy };
}

export function warning(name: string, detail: string, remedy: string | null): DoctorRowView {
  return { state: "warning", name, detail, remedy };
}

export function bad(name: string, detail: string, remedy: string | null): DoctorRowView {
  return { state: "broken", name, detail, remedy };
}

/** An error says what is wrong and what to do in one sentence; its problems come with it. */
export function brokenBy(name: string, error: OrchestratorError): DoctorRowView {
  const problems = error.problems.map(({ message, place }) => {
    const { file, line, column, field } = place ?? {};
    const spot = file === undefined ? field : [file, line, column].filter((part) => part !== undefined).join(":");
    return spot === undefined ? message : `${spot} ${message}`;
  });
  return bad(name, [error.message, ...problems].join(" · "), `writ explain ${error.code}`);
}

/** Checks a part; what it refuses is what is wrong with it. */
export async function rowOf(name: string, look: () => Promise<DoctorRowView>): Promise<DoctorRowView> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof OrchestratorError) return brokenBy(name, error);
    throw error;
  }
}
