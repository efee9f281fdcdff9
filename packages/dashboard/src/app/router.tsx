import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import { Frame } from "../frame/frame.tsx";
import { LoginPage } from "../login/login-page.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { RunsPage } from "../runs/runs-page.tsx";
import { parseSearch, viewOf, writeSearch } from "./search.ts";

const root = createRootRoute({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: viewOf("to"),
  component: LoginPage,
});

const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  component: () => <Navigate to="/runs" replace />,
});

const runs = createRoute({
  getParentRoute: () => frame,
  path: "/runs",
  validateSearch: viewOf("state", "q", "tool", "since", "new"),
  component: RunsPage,
});

const run = createRoute({
  getParentRoute: () => frame,
  path: "/runs/$id",
  validateSearch: viewOf("tab", "step", "view", "time"),
  component: lazyRouteComponent(() => import("../run/run-page.tsx"), "RunPage"),
});

const approvals = createRoute({
  getParentRoute: () => frame,
  path: "/approvals",
  validateSearch: viewOf("view", "show"),
  component: lazyRouteComponent(() => import("../approvals/approvals-page.tsx"), "ApprovalsPage"),
});

const approval = createRoute({
  getParentRoute: () => frame,
  path: "/approvals/$id",
  validateSearch: viewOf("view", "show"),
  component: lazyRouteComponent(() => import("../approvals/approvals-page.tsx"), "ApprovalPage"),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: "/audit",
  validateSearch: viewOf("entry"),
  component: lazyRouteComponent(() => import("../audit/audit-page.tsx"), "AuditPage"),
});

const replays = createRoute({
  getParentRoute: () => frame,
  path: "/replay",
  component: lazyRouteComponent(() => import("../replay/replays-page.tsx"), "ReplaysPage"),
});

const replay = createRoute({
  getParentRoute: () => frame,
  path: "/replay/$run",
  validateSearch: viewOf("against"),
  component: lazyRouteComponent(() => import("../replay/replay-page.tsx"), "ReplayPage"),
});

const tools = createRoute({
  getParentRoute: () => frame,
  path: "/tools",
  validateSearch: viewOf("q"),
  component: lazyRouteComponent(() => import("../tools/tools-page.tsx"), "ToolsPage"),
});

const tool = createRoute({
  getParentRoute: () => frame,
  path: "/tools/$id",
  component: lazyRouteComponent(() => import("../tools/tool-page.tsx"), "ToolPage"),
});

const policy = createRoute({
  getParentRoute: () => frame,
  path: "/policy",
  validateSearch: viewOf("q"),
  component: lazyRouteComponent(() => import("../tools/tools-page.tsx"), "ToolsPage"),
});

const metrics = createRoute({
  getParentRoute: () => frame,
  path: "/metrics",
  validateSearch: viewOf("range"),
  component: lazyRouteComponent(() => import("../metrics/metrics-page.tsx"), "MetricsPage"),
});

const reference = createRoute({
  getParentRoute: () => frame,
  path: "/reference",
  validateSearch: viewOf("tag"),
  component: lazyRouteComponent(() => import("../reference/reference-page.tsx"), "ReferencePage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    frame.addChildren([
      home,
      runs,
      run,
      approvals,
      approval,
      audit,
      replays,
      replay,
      tools,
      tool,
      policy,
      metrics,
      reference,
    ]),
  ]),
  parseSearch,
  stringifySearch: writeSearch,
  defaultErrorComponent: ({ error, reset }: ErrorComponentProps) => <ProblemNote error={error} retry={reset} />,
  defaultNotFoundComponent: () => (
    <p className="pad">
      There is no such page. <a href="/runs">All runs</a>
    </p>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
