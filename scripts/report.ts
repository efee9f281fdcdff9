/** Ends a check: prints what it found, or the one line that says it found nothing, and sets the exit status. */
export function conclude(problems: readonly string[], allIsWell: string): void {
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? allIsWell : `${problems.length} found`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
