/**
 * The same work by LangGraph.js: threads of trivial nodes in a row, checkpointed by its SqliteSaver after each.
 *
 * `node steps.mjs <threads> <at a time> <nodes> <folder>` prints `{"rate": nodes a second}`. The saver works on Node's own
 * SQLite, so that nothing is compiled; it keeps the settings it chooses itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";

const [threads, width, nodes] = process.argv.slice(2, 5).map(Number);
const folder = mkdtempSync(join(process.argv[5], "langgraph-"));
const database = new DatabaseSync(join(folder, "graph.db"));

/** What the saver asks of its database, by another binding of the same library. */
const bound = {
  pragma: (setting) => database.exec(`PRAGMA ${setting}`),
  exec: (sql) => database.exec(sql),
  prepare(sql) {
    const statement = database.prepare(sql);
    const values = (given) => given.map((value) => value ?? null);
    return {
      run: (...given) => statement.run(...values(given)),
      get: (...given) => statement.get(...values(given)),
      all: (...given) => statement.all(...values(given)),
    };
  },
  transaction:
    (act) =>
    (...values) => {
      database.exec("BEGIN");
      act(...values);
      database.exec("COMMIT");
    },
};

let graph = new StateGraph(Annotation.Root({ n: Annotation() }));
for (let node = 0; node < nodes; node += 1) graph = graph.addNode(`s${node}`, ({ n }) => ({ n: n + 1 }));
for (let node = 1; node < nodes; node += 1) graph.addEdge(`s${node - 1}`, `s${node}`);
graph.addEdge(START, "s0").addEdge(`s${nodes - 1}`, END);
const app = graph.compile({ checkpointer: new SqliteSaver(bound) });

async function run(thread) {
  const settings = { configurable: { thread_id: thread }, recursionLimit: nodes + 5, durability: "sync" };
  const { n } = await app.invoke({ n: 0 }, settings);
  if (n !== nodes) throw new Error(`${n} of ${nodes} nodes ran`);
}

await Promise.all(Array.from({ length: width }, (_, place) => run(`warm-${place}`)));
const startedAt = performance.now();
for (let first = 0; first < threads; first += width)
  await Promise.all(Array.from({ length: width }, (_, place) => run(`thread-${first + place}`)));
const rate = (threads * nodes * 1_000) / (performance.now() - startedAt);
database.close();
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ rate }));
