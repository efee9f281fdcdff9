import { systemClock } from "@writ/adapters/system/clock";
import { systemEntropy } from "@writ/adapters/system/entropy";
import { nodeHasher } from "@writ/adapters/system/sha256";
import { namedUserId, ownUserId, userNames } from "@writ/adapters/workspace/user-ids";
import { mintId } from "@writ/core";
import type { NameOf } from "./views/name-of.ts";
import type { World } from "./world.ts";

/** The pseudonym of who sits at the terminal, made when this user first acts. @throws OrchestratorError `config_invalid`, and the errors of files */
export function userIdOf({ home, user }: World): string {
  const mint = () => mintId("user", systemClock.now(), systemEntropy.bytes(10));
  return user.id ?? ownUserId(home.data, { uid: process.getuid?.() ?? 0, name: user.name }, mint);
}

/** The pseudonym of somebody by a name; of who sits here where it is null. @throws OrchestratorError as `userIdOf` */
export function userIdNamed(world: World, name: string | null): string {
  if (name === null || name === world.user.name) return userIdOf(world);
  const mint = () => mintId("user", systemClock.now(), systemEntropy.bytes(10));
  return namedUserId(world.home.data, name, nodeHasher.sha256Hex(name), mint);
}

/** Who an id of the log stands for, as far as this user's own folder says; the files are read when it is first asked. */
export function namesFor({ home }: World): NameOf {
  let names: ReadonlyMap<string, string> | null = null;
  return (id) => {
    names ??= userNames(home.data);
    return names.get(id) ?? id;
  };
}
