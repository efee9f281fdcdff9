/**
 * Draws a captured terminal as an SVG for the README:
 *
 *     tmux capture-pane -e -p | node scripts/draw-terminal.ts > docs/images/demo.svg
 */
import { readFileSync } from "node:fs";

const LINE = 18;
const CHARACTER = 8.4;
const MARGIN = 20;
/** The sixteen roles of a dark terminal, by their SGR number. */
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#ff9a92",
  "32": "#6fd394",
  "33": "#f2bd5c",
  "34": "#7db8f7",
  "35": "#f79ad2",
  "36": "#63d1bf",
};

interface Run {
  readonly text: string;
  readonly style: string;
}

/** A capture says only what changes, from one line into the next. */
let codes: readonly string[] = [];

function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    const sgr = /^\u001b\[([0-9;]*)m$/.exec(part);
    if (sgr === null) {
      if (part !== "") runs.push({ text: part, style: styleOf(codes) });
    } else {
      for (const code of (sgr[1] ?? "0").split(";")) {
        if (code === "" || code === "0") codes = [];
        else if (code === "39") codes = codes.filter((each) => COLOURS[each] === undefined);
        else codes = [...codes.filter((each) => COLOURS[each] === undefined || COLOURS[code] === undefined), code];
      }
    }
  }
  return runs;
}

function styleOf(codes: readonly string[]): string {
  const colour = codes.map((code) => COLOURS[code]).find((each) => each !== undefined);
  const fill = colour ?? (codes.includes("2") ? "#949ca4" : "#e9eaeb");
  return `fill="${fill}"${codes.includes("1") ? ' font-weight="600"' : ""}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const lines = readFileSync(0, "utf8").replace(/\s+$/, "").split("\n");
const widest = Math.max(...lines.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, "").length));
const width = Math.ceil(widest * CHARACTER + MARGIN * 2);
const height = lines.length * LINE + MARGIN * 2;
const rows = lines.map((line, index) => {
  const spans = runsOf(line).map((run) => `<tspan ${run.style}>${escaped(run.text)}</tspan>`);
  return `<text x="${MARGIN}" y="${MARGIN + LINE * (index + 0.75)}" xml:space="preserve">${spans.join("")}</text>`;
});
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">\n` +
    `<rect width="100%" height="100%" rx="8" fill="#101214"/>\n${rows.join("\n")}\n</svg>\n`,
);
