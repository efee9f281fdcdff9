import { basename } from "node:path";
import { CAPABILITIES, epochMs, fromRfc3339, may, OrchestratorError, toRfc3339 } from "@writ/core";
import type { Principal } from "@writ/runtime";
import { openApiDocument } from "../../contract/openapi.ts";
import { json, type Handlers } from "../call.ts";
import { csrfOf, LOGIN_COOKIE } from "../login.ts";
import { personOf } from "../person.ts";
import type { ServerPorts } from "../ports.ts";

/** A week. */
const USUAL_RANGE_MS = 7 * 86_400_000;

type ServiceOperation =
  | "get_health"
  | "get_ready"
  | "get_metrics"
  | "get_series"
  | "get_openapi"
  | "log_in"
  | "log_out"
  | "get_me";

/** The service about itself, and who one is here. */
export const SERVICE_HANDLERS: Handlers<ServiceOperation> = {
  get_health: async () => json({ status: "ok" }),

  get_ready: async (_call, { standing }) => json({ status: standing() }),

  async get_metrics(_call, { figures }) {
    const { media, text } = await figures.exposition();
    return { kind: "bytes", media, bytes: text };
  },

  async get_series({ query }, { figures, clock }) {
    const at = (text: string | undefined, otherwise: number): number =>
      text === undefined ? otherwise : (fromRfc3339(text) ?? otherwise);
    const to = at(query.to, clock.now() + 1);
    return json(await figures.series(at(query.from, to - USUAL_RANGE_MS), to));
  },

  get_openapi: async (_call, { version }) => json(openApiDocument(version)),

  async log_in({ body }, ports) {
    const { access } = ports;
    const principal = "token" in body ? await access.recognise(body.token) : ports.redeem(body.code);
    if (principal === null || principal.isLogin)
      throw new OrchestratorError(
        "token_invalid",
        "the code is none that was printed, or was used; start again with: writ serve",
      );
    const login = await access.logIn(principal);
    const cookie = `${LOGIN_COOKIE}=${login.token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200`;
    return json(await me(ports, await access.recognise(login.token), login.token), { "set-cookie": cookie });
  },

  async log_out(call, { access }) {
    const principal = personOf(call);
    if (principal.isLogin) await access.revoke(principal.tokenId);
    return json({}, { "set-cookie": `${LOGIN_COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0` });
  },

  get_me: async (call, ports) => json(await me(ports, personOf(call), call.credential)),
};

async function me(ports: ServerPorts, principal: Principal, credential: string | null) {
  const { desk, nameOf, version, hash } = ports;
  const { role, kind, user, tokenId, expiresAt, isLogin } = principal;
  const { policy, model } = desk.config;
  return {
    user,
    name: nameOf(user),
    role,
    kind,
    token_id: tokenId,
    capabilities: CAPABILITIES.filter((capability) => may(principal, capability)),
    expires_at: expiresAt === null ? null : toRfc3339(epochMs(expiresAt)),
    csrf: isLogin && credential !== null ? csrfOf(hash, credential) : null,
    workspace: {
      name: basename(desk.root),
      log: desk.store.log.id,
      position: (await desk.store.audit.head()).size,
      policy_mode: policy.mode,
      operational_mode: "NORMAL",
      outbound: policy.hosts,
      model: model?.model ?? null,
      version,
    },
    templates: desk.explain("").ranked.map(({ template, utterance }) => ({ id: template.ref, utterance })),
  };
}
