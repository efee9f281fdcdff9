import { describe } from "vitest";

import { auditLogContract } from "./store-audit.ts";
import { doorsContract } from "./store-doors.ts";
import { deliveriesContract } from "./store-deliveries.ts";
import type { MakeStore } from "./store-harness.ts";
import { journalContract } from "./store-journal.ts";
import { storeModelContract } from "./store-model.ts";
import { viewsContract } from "./store-views.ts";

/** What every store must do. An adapter's test is one line that calls this. */
export function storeContract(name: string, make: MakeStore): void {
  describe(`${name} as a store`, () => {
    journalContract(make);
    viewsContract(make);
    auditLogContract(make);
    doorsContract(make);
    deliveriesContract(make);
    storeModelContract(make);
  });
}
