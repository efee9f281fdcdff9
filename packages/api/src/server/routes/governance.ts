import { epochMs, isJsonObject, OrchestratorError, plainJson, relaxes, toRfc3339 } from "@writ/core";
import { questionOf, shownPolicy, testPolicy, toolDetailDocument, toolDocument, toolsByReach } from "@writ/runtime";
import { json, type Handlers } from "../call.ts";

/** What may be done here at all. */
export const GOVERNANCE_HANDLERS: Handlers<"list_tools" | "get_tool" | "get_policy" | "test_policy"> = {
  async list_tools(_call, { desk, clock }) {
    const question = questionOf(desk, clock.now());
    return json({ items: toolsByReach(desk).map((spec) => toolDocument(desk, spec, question)) });
  },

  async get_tool({ params }, { desk, clock }) {
    const tool = desk.tools.get(params.name);
    if (tool === undefined)
      throw new OrchestratorError("tool_not_found", `there is no tool ${params.name}; see them with: GET /tools`);
    return json(toolDetailDocument(desk, tool.spec, questionOf(desk, clock.now())));
  },

  async get_policy(_call, { desk, clock }) {
    return json(shownPolicy(desk.config, clock.now()));
  },

  async test_policy({ body }, { desk, clock }) {
    const { tool, mode = desk.config.policy.mode, tainted = false } = body;
    if (!desk.tools.has(tool))
      throw new OrchestratorError("tool_not_found", `there is no tool ${tool}; see them with: GET /tools`);
    if (relaxes(mode, desk.config.policy.mode))
      throw new OrchestratorError(
        "policy_relaxation",
        `mode ${mode} is looser than ${desk.config.policy.mode}, which holds here; a task cannot ask for it`,
      );
    const args = body.args === undefined ? null : plainJson(body.args);
    const given = args ?? undefined;
    const call = { tool, args: isJsonObject(given) ? given : null, mode, tainted };
    return json(testPolicy(desk, call, clock.now(), (atMs) => toRfc3339(epochMs(atMs))));
  },
};
