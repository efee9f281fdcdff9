import { ROLES } from "@writ/core/policy/role";
import { flag, type Command } from "./argv/command.ts";
import type { CommandModule } from "./command-module.ts";
import { argument, option } from "./options.ts";

/** Commands about what comes in over the network. */
export const DOOR_COMMANDS: readonly Command<CommandModule>[] = [
  {
    name: "serve",
    group: "Serve",
    summary: "Serves the API, the event stream and the dashboard on this machine.",
    usage: "writ serve [--port 4400]",
    examples: [
      { command: "writ serve", purpose: "prints the link that lets your browser in" },
      { command: "writ serve --port 0 --json", purpose: "any free port; one line says which" },
      { command: "writ list --server http://127.0.0.1:4400", purpose: "what a server has, with WRIT_TOKEN set" },
    ],
    arguments: [],
    options: [
      option("--port", "PORT", "4400 when left out; 0 for any that is free"),
      option("--address", "ADDRESS", "127.0.0.1 when left out, or ::1; others are refused"),
      flag("--quiet", "no line for each request"),
    ],
    run: () => import("./commands/serve.ts"),
  },
  {
    name: "token create",
    group: "Serve",
    summary: "Makes a token for programs and shows it once.",
    usage: "writ token create --role ROLE",
    examples: [
      { command: "writ token create --role operator --label ci", purpose: "may make and run tasks" },
      { command: "writ token create --role operator --agent", purpose: "for an agent: it can never decide" },
    ],
    arguments: [],
    options: [
      option("--role", "ROLE", "what it may do", { choices: ROLES }),
      option("--user", "NAME", "who acts with it; you when left out"),
      option("--label", "TEXT", "what it is for"),
      option("--expires", "DURATION", "such as 12h or 30d; until it is revoked when left out"),
      flag("--agent", "for a program that acts by itself"),
    ],
    run: () => import("./commands/token-create.ts"),
  },
  {
    name: "token list",
    group: null,
    summary: "Lists tokens; their secrets are known nowhere.",
    usage: "writ token list",
    examples: [{ command: "writ token list", purpose: null }],
    arguments: [],
    options: [],
    run: () => import("./commands/token-list.ts"),
  },
  {
    name: "token revoke",
    group: null,
    summary: "Ends a token and the logins that came of it.",
    usage: "writ token revoke <id>",
    examples: [{ command: "writ token list --json", purpose: "names them" }],
    arguments: [argument("token", "its id, tok_…")],
    options: [],
    run: () => import("./commands/token-revoke.ts"),
  },
];
