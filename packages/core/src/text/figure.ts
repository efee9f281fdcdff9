const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/** `48,213`. */
export function grouped(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** `1 gate`, `3 gates`, `31 entries`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/**
 * How long something took or may still take: `9 ms`, `1.2 s`, `2 m 11 s`,
 * `23 h 59 m`, `3 d 4 h`. Cut, not rounded: nothing ever says `60.0 s`.
 *
 * @param ms a duration in milliseconds
 */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < MS_PER_SECOND) return `${whole} ms`;
  if (whole < MS_PER_MINUTE) return `${tenths(whole)} s`;
  if (whole < MS_PER_HOUR) return two(whole, MS_PER_MINUTE, "m", MS_PER_SECOND, "s");
  if (whole < 2 * MS_PER_DAY) return two(whole, MS_PER_HOUR, "h", MS_PER_MINUTE, "m");
  return `${grouped(Math.floor(whole / MS_PER_DAY))} d ${Math.floor((whole % MS_PER_DAY) / MS_PER_HOUR)} h`;
}

/** A sum of durations, in seconds from 100 ms on: `0.3 s`. */
export function worked(ms: number): string {
  return ms >= 100 && ms < MS_PER_SECOND ? `${tenths(ms)} s` : duration(ms);
}

/** Time left, in whole seconds below a minute: `11 m 40 s`, `24 h`, `8 s`. */
export function remaining(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  return whole < MS_PER_MINUTE ? `${Math.floor(whole / MS_PER_SECOND)} s` : duration(whole);
}

/** A measured duration whose hundredths matter: `0.28 s`. */
export function measured(ms: number): string {
  return ms < 10 * MS_PER_SECOND ? `${(Math.floor(ms / 10) / 100).toFixed(2)} s` : duration(ms);
}

/** A limit or an estimate: `8 s`, `10 min`, `1 h 30 min`. */
export function span(ms: number): string {
  if (ms < MS_PER_SECOND) return `${Math.max(0, Math.floor(ms))} ms`;
  if (ms < MS_PER_MINUTE) return `${grouped(Math.floor(ms / 100) / 10)} s`;
  const minutes = Math.floor(ms / MS_PER_MINUTE);
  if (minutes < 60) return ms % MS_PER_MINUTE === 0 ? `${minutes} min` : duration(ms);
  const hours = `${grouped(Math.floor(minutes / 60))} h`;
  return minutes % 60 === 0 ? hours : `${hours} ${minutes % 60} min`;
}

/** `9ms`: how a line for programs writes a duration. */
export function compactDuration(ms: number): string {
  return `${Math.max(0, Math.floor(ms))}ms`;
}

/** `812 B`, `1.2 kB`, `14.2 MB`: powers of ten, cut to one decimal. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(units.length, Math.floor((String(Math.floor(count)).length - 1) / 3));
  return `${(Math.floor((count / 1_000 ** power) * 10) / 10).toFixed(1)} ${units[power - 1] ?? "TB"}`;
}

/** Money that was spent or will be: `0.0 ¢`, `1,204.5 ¢`. */
export function spent(millicents: number): string {
  return `${grouped(Math.floor(millicents / 1_000))}.${Math.floor((millicents % 1_000) / 100)} ¢`;
}

/** Money that may be spent, to the thousandth of a cent: `50 ¢`, `0.25 ¢`. */
export function allowed(millicents: number): string {
  const whole = grouped(Math.floor(millicents / 1_000));
  const rest = String(millicents % 1_000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return rest === "" ? `${whole} ¢` : `${whole}.${rest} ¢`;
}

/** `sha256:3aa9…6e15`; what is no digest stays as it is. */
export function shortDigest(digest: string): string {
  const hex = digest.startsWith("sha256:") ? digest.slice("sha256:".length) : digest;
  if (!/^[0-9a-f]{64}$/.test(hex)) return digest;
  return `sha256:${hex.slice(0, 4)}…${hex.slice(-4)}`;
}

function tenths(ms: number): string {
  return (Math.floor(ms / 100) / 10).toFixed(1);
}

/** `2 m 07 s`; without the second figure where it is nought. */
function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${String(rest).padStart(2, "0")} ${smallUnit}`;
}
