import { ToolFailure } from "@writ/runtime";
import * as z from "zod";

/** Where programs are looked for in a sandbox, after the folders a configuration adds. */
const USUAL_FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

const MAX_ARGUMENT = 100_000;

/** A program and its arguments, one an element; never a line for a shell. */
export const argv = z
  .array(
    z
      .string()
      .max(MAX_ARGUMENT)
      .regex(/^[^\0]*$/, "an argument holds no NUL"),
  )
  .min(1)
  .max(1_000)
  .refine(([program]) => program !== "", "the first element names a program");

export const folder = z.string().min(1).max(4_096);

/** Names a command may be given: none that makes a loader, an interpreter or git run or read something else. */
const ALLOWED_NAME =
  /^(CI|DEBUG|FORCE_COLOR|LANG|LC_[A-Z]+|NODE_ENV|NO_COLOR|RUST_BACKTRACE|TERM|TZ|TEST_[A-Z0-9_]+|WRIT_TEST_[A-Z0-9_]+)$/;

export const environment = z
  .record(
    z.string().regex(ALLOWED_NAME, "the name is not among those a command may be given"),
    z
      .string()
      .max(4_096)
      .regex(/^[^\0]*$/),
  )
  .default({});

/** What a command finds; what is asked for is added and cannot replace `PATH` or `HOME`. */
export function environmentOf(
  asked: Readonly<Record<string, string>>,
  path: readonly string[],
): Readonly<Record<string, string>> {
  return { LANG: "C.UTF-8", ...asked, HOME: "/tmp", PATH: [...path, ...USUAL_FOLDERS].join(":"), TMPDIR: "/tmp" };
}

/** Folders of `environmentOf`, as the machine has them too: a sandbox shows its system at its own place. */
export function programFolders(path: readonly string[]): readonly string[] {
  return [...path, ...USUAL_FOLDERS];
}

export function noSuchProgram(name: string): ToolFailure {
  return new ToolFailure("schema_mismatch", `there is no program ${JSON.stringify(name)} in the sandbox`, {
    remedy: "Name a program of /usr, or one of the workspace by its path, such as ./run.sh.",
  });
}
