/** What bounds and counts the work of a run; money in thousandths of a cent, time in milliseconds. */
export interface Amounts {
  readonly steps: number;
  readonly tool_calls: number;
  readonly tokens: number;
  readonly cost_millicents: number;
  readonly wall_clock_ms: number;
}
