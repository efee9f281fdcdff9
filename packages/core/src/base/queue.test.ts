import fc from "fast-check";
import { expect, test } from "vitest";

import { Queue } from "./queue.ts";

type Act =
  | { readonly act: "push" | "delete"; readonly item: number }
  | { readonly act: "fill" | "drain"; readonly count: number };

const item = fc.integer({ min: 0, max: 40 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom("push", "delete"), item }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom("fill", "drain"), count: fc.integer({ min: 1, max: 900 }) }),
  },
);

/** The obvious queue: a list in order, nothing twice. */
class Line {
  items: number[] = [];

  push(each: number): void {
    if (!this.items.includes(each)) this.items.push(each);
  }

  delete(each: number): void {
    this.items = this.items.filter((other) => other !== each);
  }
}

test("a queue is a line in which nobody stands twice and anybody may leave", () => {
  let taken = 0;
  let leftFromWithin = 0;
  let pushedAgain = 0;
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 60, size: "max" }), (acts) => {
      const queue = new Queue<number>();
      const line = new Line();
      let next = 1_000;
      for (const each of acts) {
        if (each.act === "push") {
          pushedAgain += queue.has(each.item) ? 1 : 0;
          queue.push(each.item);
          line.push(each.item);
        } else if (each.act === "delete") {
          leftFromWithin += line.items.indexOf(each.item) > 0 ? 1 : 0;
          queue.delete(each.item);
          line.delete(each.item);
        } else if (each.act === "fill") {
          for (let n = 0; n < each.count; n += 1) {
            queue.push(next);
            line.items.push(next);
            next += 1;
          }
        } else {
          for (let n = 0; n < each.count && queue.head !== undefined; n += 1) {
            expect(queue.head).toBe(line.items.shift());
            queue.delete(queue.head);
            taken += 1;
          }
        }
        expect([queue.size, queue.head]).toEqual([line.items.length, line.items[0]]);
        expect(queue.has(each.act === "push" || each.act === "delete" ? each.item : 7)).toBe(
          line.items.includes(each.act === "push" || each.act === "delete" ? each.item : 7),
        );
      }
      expect(queue.values()).toEqual(line.items);
    }),
    { numRuns: 60 },
  );
  expect(leftFromWithin).toBeGreaterThan(20);
  expect(pushedAgain).toBeGreaterThan(20);
  expect(taken).toBeGreaterThan(20_000);
});

test("what was passed over a thousand times is forgotten, and nothing that waits is", () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 3_000; n += 1) {
    queue.push(n);
    if (n < 10) continue;
    expect(queue.head).toBe(n - 10);
    queue.delete(n - 10);
  }
  queue.push(2_995);
  expect(queue.values()).toEqual([2_990, 2_991, 2_992, 2_993, 2_994, 2_995, 2_996, 2_997, 2_998, 2_999]);
});
