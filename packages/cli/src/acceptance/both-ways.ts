import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, parseStrict } from "@writ/core";

import { RemoteUser } from "./remote-user.ts";
import { Workspace, type Said } from "./workspace.ts";

type Fixture = Parameters<typeof Workspace.make>[0];

/** Two workspaces with the same in them: one is worked in, the other is asked through a server. */
export class BothWays implements AsyncDisposable {
  readonly here: Workspace;
  readonly there: RemoteUser;

  private constructor(here: Workspace, there: RemoteUser) {
    this.here = here;
    this.there = there;
  }

  static async make(fixture: Fixture): Promise<BothWays> {
    return new BothWays(Workspace.make(fixture), await RemoteUser.over(Workspace.make(fixture)));
  }

  /** A file that lies in both workspaces, and beside who asks from elsewhere. */
  write(name: string, text: string): void {
    writeFileSync(join(this.here.root, name), text);
    writeFileSync(join(this.there.work.root, name), text);
    writeFileSync(join(this.there.world.cwd, name), text);
  }

  /** The same command line both ways; `{run}` and `{approval}` stand for the newest of each side. */
  async say(...argv: readonly string[]): Promise<{ readonly here: Said; readonly there: Said }> {
    const here = await this.here.command(...(await filled(argv, (...each) => this.here.command(...each))));
    const there = await this.there.command(...(await filled(argv, (...each) => this.there.command(...each))));
    return { here: plain(here), there: plain(there) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.there[Symbol.asyncDispose]();
    await this.there.work[Symbol.asyncDispose]();
    await this.here[Symbol.asyncDispose]();
  }
}

type Ask = (...argv: readonly string[]) => Promise<Said>;

async function filled(argv: readonly string[], ask: Ask): Promise<readonly string[]> {
  const wants = (name: string): boolean => argv.some((word) => word.includes(name));
  const run = wants("{run}") ? await newest(ask, ["list", "--all", "--json"], "run_id") : "";
  const approval = wants("{approval}") ? await newest(ask, ["approvals", "--all", "--json"], "approval_id") : "";
  return argv.map((word) => word.replaceAll("{run}", run).replaceAll("{approval}", approval));
}

/** Ids grow with time. */
async function newest(ask: Ask, argv: readonly string[], member: string): Promise<string> {
  const list = parseStrict((await ask(...argv)).out.trim());
  const ids = (isJsonArray(list) ? list : []).map((row) => (isJsonObject(row) ? String(row[member]) : ""));
  return ids.toSorted().at(-1) ?? "";
}

/** What a command said without what differs between two runs of the same: ids, instants, durations, digests over them. */
function plain({ exit, out, err }: Said): Said {
  return { exit, out: blanked(out), err: blanked(err) };
}

function blanked(text: string): string {
  const seen = new Map<string, string>();
  const numbered = (id: string, kind: string): string => {
    const known = seen.get(id) ?? `${kind}#${[...seen.values()].filter((each) => each.startsWith(`${kind}#`)).length}`;
    seen.set(id, known);
    return known;
  };
  return text
    .replaceAll(/\b([a-z]{2,4})_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g, numbered)
    .replaceAll(/\bapr_[0-9a-z]{20}\b|\b01m[0-9a-z]{7,11}\b/g, "short")
    .replaceAll(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g, "instant")
    .replaceAll(/\b[0-9]{2}:[0-9]{2}(:[0-9]{2})?\b/g, "time")
    .replaceAll(/\b[0-9]+(\.[0-9]+)? (ms|s)\b/g, "span")
    .replaceAll(/\b[0-9]+(ms|s)\b/g, "span")
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{4}…[0-9a-f]{4}\b/g, "digest")
    .replaceAll(/,\s+through\s+api/g, "")
    .replaceAll(/(commit\\?":\\?")[0-9a-f\s]+/g, "$1")
    .replaceAll(/\bik_[0-9a-z]+/g, "key")
    .replaceAll(/_ms(["\s|:]+)[0-9]+/g, "_ms$1")
    .replaceAll(/\+[0-9a-f]{8}\+[A-Za-z0-9+/=\s]+/g, "+key ")
    .replaceAll(/"latency":"[0-9.]+"/g, '"latency":""')
    .replaceAll(/ +/g, " ");
}
