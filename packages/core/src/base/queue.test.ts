import fc from "fast-check";
import { expect, test } from "vitest";

import { Queue } from "./queue.ts";

/** The obvious queue: a list in order, nothing twice. */
class Line {
  items: number[] = [];

  push(item: number): void {
    if (!this.items.includes(item)) this.items.push(item);
  }

  delete(item: number): void {
    this.items = this.items.filter((other) => other !== item);
  }
}

/** How often the property was really put to the test. */
const premises = { taken: 0, leftFromWithin: 0, pushedAgain: 0 };

/** What the queue and what the line say to one act. */
type Act = (queue: Queue<number>, line: Line) => readonly [unknown, unknown];

const item = fc.integer({ min: 0, max: 12 });
const count = fc.integer({ min: 1, max: 900 });

const push = item.map((each): Act => (queue, line) => {
  premises.pushedAgain += queue.has(each) ? 1 : 0;
  queue.push(each);
  line.push(each);
  return [true, queue.has(each)];
});

const remove = item.map((each): Act => (queue, line) => {
  premises.leftFromWithin += line.items.indexOf(each) > 0 ? 1 : 0;
  const said = [queue.has(each), line.items.includes(each)] as const;
  queue.delete(each);
  line.delete(each);
  return said;
});

const fill = count.map((many): Act => (queue, line) => {
  const from = Math.max(1_000, ...line.items) + 1;
  for (let each = from; each < from + many; each += 1) {
    queue.push(each);
    line.items.push(each);
  }
  return [queue.size, line.items.length];
});

const drain = count.map((many): Act => (queue, line) => {
  const wanted = line.items.splice(0, many);
  const heads = wanted.map(() => {
    const { head } = queue;
    if (head !== undefined) queue.delete(head);
    return head;
  });
  premises.taken += wanted.length;
  return [heads, wanted];
});

const acts = fc.array(fc.oneof(push, push, remove, remove, fill, drain), { minLength: 10, maxLength: 60, size: "max" });

test("a queue is a line in which nobody stands twice and anybody may leave", () => {
  fc.assert(
    fc.property(acts, (some) => {
      const queue = new Queue<number>();
      const line = new Line();
      for (const act of some) {
        const [said, wanted] = act(queue, line);
        expect(said).toEqual(wanted);
        expect([queue.size, queue.head]).toEqual([line.items.length, line.items[0]]);
      }
      expect(queue.values()).toEqual(line.items);
    }),
    { numRuns: 60 },
  );
  expect(premises.leftFromWithin).toBeGreaterThan(20);
  expect(premises.pushedAgain).toBeGreaterThan(20);
  expect(premises.taken).toBeGreaterThan(20_000);
});

test("what was passed over a thousand times is forgotten, and nothing that waits is", () => {
  const queue = new Queue<number>();
  for (let each = 0; each < 3_000; each += 1) {
    queue.push(each);
    if (each < 10) continue;
    expect(queue.head).toBe(each - 10);
    queue.delete(each - 10);
  }
  queue.push(2_995);
  expect(queue.values()).toEqual([2_990, 2_991, 2_992, 2_993, 2_994, 2_995, 2_996, 2_997, 2_998, 2_999]);
});
