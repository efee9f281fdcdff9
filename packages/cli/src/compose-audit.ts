import { keyPath } from "@writ/adapters/system/ed25519-signer";
import { lastSeenPath, readLastSeen } from "@writ/adapters/system/last-seen";
import { nodeVerifier } from "@writ/adapters/system/node-verifier";
import type { VerifierPlatform } from "@writ/core";
import type { World } from "./world.ts";

export { readBundle } from "@writ/adapters/system/read-bundle";

/** What verifying needs of the machine. */
export const verifier: VerifierPlatform = nodeVerifier;

/** The head this user's signer remembers of a log, outside every workspace; none where it never signed. */
export async function rememberedHead({ home }: World, log: string): Promise<string | undefined> {
  return await readLastSeen(lastSeenPath(home.state, log));
}

/** Where the key lies that signs a log. */
export function keyFileOf({ home }: World, log: string): string {
  return keyPath(home.data, log);
}
