import { type NewLog, OrchestratorError } from "@writ/core";
import type { Store } from "@writ/runtime";

import { TEST_LOG } from "./store-drafts.ts";

/** One log that a contract opens, closes and opens again. */
export interface StoreHarness {
  /** At most one is open at a time; whoever opens it closes it. */
  open(): Promise<Store>;
  /** Removes what the log left behind. */
  dispose(): Promise<void>;
}

/** Makes a log that holds nothing but its start. */
export type MakeStore = (start: NewLog) => Promise<StoreHarness>;

/** Runs one scene on a fresh log. `reopen` closes the store and opens the same log again. */
export async function onFreshLog(
  make: MakeStore,
  scene: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
): Promise<void> {
  const harness = await make(TEST_LOG);
  let store = await harness.open();
  try {
    await scene(store, async () => {
      await store.close();
      store = await harness.open();
      return store;
    });
  } finally {
    await store.close();
    await harness.dispose();
  }
}

/** What must be so at once, and still after a restart. */
export async function nowAndLater(
  store: Store,
  reopen: () => Promise<Store>,
  look: (store: Store) => Promise<void>,
): Promise<void> {
  await look(store);
  await look(await reopen());
}

/** `ok`, or the code of the error that a promise was rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (error instanceof OrchestratorError) return error.code;
    throw error;
  }
}
