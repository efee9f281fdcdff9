import { row } from "../harness.ts";
import { beside500SlowSockets, loadMinute } from "../serve-load.ts";

row({
  name: "serve: a read beside 200 streams and 50 approvals a second, p99 of one minute",
  unit: "ms",
  compare: "le",
  target: 50,
  measure: async () => (await loadMinute()).readP99Ms,
});

row({
  name: "serve: approvals granted in that minute",
  unit: "approvals",
  compare: "ge",
  target: 2_950,
  measure: async () => (await loadMinute()).approvals,
});

row({
  name: "serve: positions a reader missed or was sent twice in that minute",
  unit: "positions",
  compare: "le",
  target: 0.5,
  measure: async () => (await loadMinute()).faults,
});

row({
  name: "serve: a healthy request beside 500 sockets that send a letter now and then, p99",
  unit: "ms",
  compare: "le",
  target: 100,
  measure: beside500SlowSockets,
});
