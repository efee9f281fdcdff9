import type { ReactNode } from "react";
import type { PathNode } from "./tree.ts";

const STEP_Y = 42;
const STEP_X = 26;
const WIDTH = 520;
/** Of a longer way the ends are drawn; what lies between is counted. */
const MOST_LEVELS = 7;

/** The way from a leaf up to the root: what was computed, and beside it what the proof gave. */
export function PathDrawing(props: {
  readonly path: readonly PathNode[];
  readonly entry: number;
  readonly result: "proven" | "not";
}): ReactNode {
  const { path, entry, result } = props;
  const left = Math.max(0, path.length - MOST_LEVELS);
  const shown = left === 0 ? path : [...path.slice(0, 3), ...path.slice(3 + left)];
  const height = shown.length * STEP_Y + 20;
  // The way leans away from what stands beside it, so it stays within the picture.
  let x = WIDTH / 2;
  const places = shown.map(({ side, given, computed }, index) => {
    const place = { x, y: height - 26 - index * STEP_Y, side, given, computed };
    x += side === "left" ? -STEP_X : side === "right" ? STEP_X : 0;
    return place;
  });
  return (
    <svg
      className="tree"
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={`${path.length - 1} hashes lead from entry ${entry} to the root, which ${result === "proven" ? "equals" : "does not equal"} the signed head`}
    >
      {places.map(({ x: from, y, side, given }, index) => {
        const above = places[index + 1];
        const besideX = from + (side === "left" ? -2 : 2) * STEP_X;
        return above === undefined ? null : (
          <g key={y}>
            <path className="on" d={`M${from} ${y}L${above.x} ${above.y}`} />
            <path d={`M${besideX} ${y}L${above.x} ${above.y}`} />
            <circle className="given" cx={besideX} cy={y} r="5" />
            <text x={besideX + (side === "left" ? -10 : 10)} y={y + 4} textAnchor={side === "left" ? "end" : "start"}>
              given {given?.slice(0, 4)}…
            </text>
          </g>
        );
      })}
      {places.map(({ x: at, y, computed }, index) => (
        <g key={computed}>
          <circle className="on" cx={at} cy={y} r={index === places.length - 1 ? 7 : 5.5} />
          {index === 0 ? (
            <text x={at} y={y + 20} textAnchor="middle">
              leaf {entry}
            </text>
          ) : index === places.length - 1 ? (
            <text className="s" x={at - 14} y={y + 4} textAnchor="end">
              root {computed.slice(0, 4)}…{computed.slice(-4)}{" "}
              {result === "proven" ? "equals the signed head" : "is not the signed head"}
            </text>
          ) : null}
        </g>
      ))}
      {left === 0 ? null : (
        <text className="s" x={8} y={height / 2}>
          {left} more levels
        </text>
      )}
    </svg>
  );
}
