import { OrchestratorError } from "@writ/core";
import { describe, expect, test } from "vitest";

import { readConfig, type Config } from "./config.ts";
import { shownUrl } from "./outgoing.ts";

const HOOK = "  - { name: ops, url: https://hooks.example.com/x, secret_env: OPS_SECRET }";
const ALLOWED = "outbound: { hosts: [hooks.example.com, mail.example.com] }";
const MAIL = "mail: { host: mail.example.com, port: 587, from: writ@example.com, to: [ana@example.com] }";

function configured(user: string, environment: Readonly<Record<string, string>> = {}): Config {
  return readConfig({
    user: { file: "config.yaml", text: user },
    workspace: null,
    environment,
    root: "/work",
  });
}

/** Where the file is wrong, as `line:column field message`. */
function refused(user: string, workspace: string | null = null): readonly string[] {
  try {
    readConfig({
      user: { file: "config.yaml", text: user },
      workspace: workspace === null ? null : { file: "writ.yaml", text: workspace },
      environment: {},
      root: "/work",
    });
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return error.problems.map(({ place, message }) => `${place?.line}:${place?.column} ${place?.field} ${message}`);
  }
  return [];
}

test.each([
  ["https://hooks.example.com/services/T000/secret?key=1", "https://hooks.example.com/…"],
  ["https://hooks.example.com/?key=1", "https://hooks.example.com/…"],
  ["https://hooks.example.com:8443/", "https://hooks.example.com:8443"],
])("%s is shown without what may be a key", (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});

describe("who is told outside", () => {
  test("is read with the values its variables have", () => {
    const text = `${ALLOWED}\nwebhooks:\n${HOOK}\n${MAIL.replace("}", ", user_env: U, password_env: P }")}\n`;
    const { webhooks, mail, secrets } = configured(text, { OPS_SECRET: "whsec_1", P: "pw" });
    expect(webhooks).toMatchObject([{ name: "ops", secrets: [{ variable: "OPS_SECRET", value: "whsec_1" }] }]);
    expect(webhooks[0]?.events).toHaveLength(4);
    expect(mail).toMatchObject({ secure: false, user: { variable: "U", value: null }, password: { value: "pw" } });
    expect(secrets.toSorted()).toEqual(["pw", "whsec_1"]);
  });

  test("may be more in one workspace, where its hosts are allowed", () => {
    const bound = `workspaces:\n  /work:\n    webhooks:\n      - { name: more, url: https://more.example.com/, secret_env: [A, B], events: [run.ended] }\n    outbound: { hosts: [more.example.com] }\n`;
    const { webhooks } = configured(`${ALLOWED}\nwebhooks:\n${HOOK}\n${bound}`);
    expect(webhooks.map(({ name, secrets }) => [name, secrets.length])).toEqual([
      ["ops", 1],
      ["more", 2],
    ]);
  });

  test("on this machine needs no leave and no encryption", () => {
    expect(
      refused(
        "webhooks: [{ name: a, url: 'http://127.0.0.1:9/x', secret_env: A }, { name: b, url: 'http://localhost/', secret_env: A }]",
      ),
    ).toEqual([]);
  });

  test.each([
    [
      "a host that is not allowed",
      `webhooks:\n${HOOK}`,
      /^2:18 webhooks\.0\.url .*add in this file: outbound: \{ hosts: \[hooks\.example\.com\] \}$/,
    ],
    ["a mail server that is not allowed", MAIL, /^1:9 mail\.host .*outbound: \{ hosts: \[mail\.example\.com\] \}$/],
    ["a name twice", `${ALLOWED}\nwebhooks:\n${HOOK}\n${HOOK}`, /^4:7 webhooks\.1\.name ops is there twice/],
    ["in the clear", `${ALLOWED}\nwebhooks:\n${HOOK.replace("https", "http")}`, /write https/],
    ["another scheme", `webhooks:\n${HOOK.replace("https", "ftp")}`, /^2:18 webhooks\.0\.url/],
    ["a password in the address", `${ALLOWED}\nwebhooks:\n${HOOK.replace("hooks.", "me:pw@hooks.")}`, /no user name/],
    ["a fragment", `${ALLOWED}\nwebhooks:\n${HOOK.replace("/x", "/x#y")}`, /no fragment/],
    ["a secret in the file", `${ALLOWED}\nwebhooks:\n${HOOK.replace("OPS_SECRET", "whsec_MDEy=")}`, /secret_env/],
    ["no secret", `${ALLOWED}\nwebhooks:\n${HOOK.replace(", secret_env: OPS_SECRET", "")}`, /secret_env/],
    ["the name of the mail", `${ALLOWED}\nwebhooks:\n${HOOK.replace("name: ops", "name: mail")}`, /choose another/],
    ["an unknown event", `${ALLOWED}\nwebhooks:\n${HOOK.replace(" }", ", events: [run.begun] }")}`, /events\.0/],
    [
      "an unknown key",
      `${ALLOWED}\nwebhooks:\n${HOOK.replace(" }", ", colour: red }")}`,
      /"colour" is not a known key/,
    ],
    [
      "a header in an address",
      `${ALLOWED}\n${MAIL.replace("ana@", '"a\\nBcc: eve@example.com, ana@').replace("com]", 'com"]')}`,
      /mail\.to\.0 write one address/,
    ],
    ["a password and no user", `${ALLOWED}\n${MAIL.replace("}", ", password_env: P }")}`, /both or neither/],
  ])("with %s is refused where it stands", (_, text, pattern) => {
    expect(refused(text).join("\n")).toMatch(pattern);
  });

  test.each(["webhooks: []", MAIL])("does not stand in a workspace's file: %s", (text) => {
    expect(refused("{}", text)).toMatchObject([expect.stringContaining("is not a known key")]);
  });
});
