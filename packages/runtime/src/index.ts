export * from "./ports/clock.ts";
export * from "./ports/entropy.ts";
export * from "./ports/llm.ts";
export * from "./ports/planner.ts";
export * from "./ports/sandbox.ts";
export * from "./ports/store.ts";
export * from "./ports/tool.ts";
export * from "./ports/workspace-files.ts";
