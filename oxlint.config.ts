import { defineConfig } from "oxlint";

import { forbiddenImports } from "./scripts/forbidden-imports.ts";

const TESTS = ["**/*.test.ts", "**/*.test.tsx", "**/*.sim.ts", "packages/*/src/acceptance/**"];
const MACHINERY = ["scripts/**", "bench/**", "*.config.ts"];

/** Where text or numbers become branded values; the only files that may say `as` to the compiler. */
const PARSERS_OF_BRANDS = [
  "packages/core/src/base/id.ts",
  "packages/core/src/base/time.ts",
  "packages/core/src/base/parsed-json.ts",
  "packages/core/src/journal/read-entry.ts",
];

type Rules = NonNullable<Parameters<typeof defineConfig>[0]["rules"]>;

export default defineConfig({
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "node", "vitest"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["dist", "coverage", ".cache", "**/fixtures/**", "bench/langgraph"],
  rules: {
    // Types are kept, not argued with.
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-assertions": ["error", { assertionStyle: "never" }],
    "typescript/ban-ts-comment": "error",
    "typescript/triple-slash-reference": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",

    // A promise is awaited, returned or handed on; what is thrown is an error, and what is caught is looked at.
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/only-throw-error": ["error", { allowThrowingUnknown: true }],
    "typescript/return-await": ["error", "error-handling-correctness-only"],
    "typescript/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true, allowThrowingAny: true }],
    "typescript/use-unknown-in-catch-callback-variable": "error",
    "eslint/no-empty": "error",

    // One way to write it.
    "eslint/eqeqeq": ["error", "always", { null: "ignore" }],
    "eslint/no-var": "error",
    "eslint/prefer-const": "error",
    "eslint/no-warning-comments": "error",
    "import/no-default-export": "error",
    "import/no-duplicates": "error",
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "unicorn/prefer-node-protocol": "error",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",

    // Who may import whom: types count. Rooms and packages have their lists below.
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-unassigned-import": "off",
    "import/no-named-as-default-member": "off",

    // What leaves the process, leaves through the terminal port.
    "eslint/no-console": "error",
    "eslint/no-eval": "error",
    "eslint/no-new-func": "error",

    // The compiler sees these better, or our subject needs what they forbid.
    "typescript/consistent-return": "off",
    "typescript/no-base-to-string": "off",
    "typescript/no-misused-spread": "off",
    "unicorn/no-new-array": "off",
    "unicorn/no-useless-spread": "off",
    "vitest/no-conditional-expect": "off",
    // A sentence of the testkit, given … when … then, asserts at its end.
    "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "given.**", "run.**"] }],
    "eslint/no-control-regex": "off",
    "eslint/no-shadow": "off",
    "eslint/no-underscore-dangle": "off",
    "eslint/no-await-in-loop": "off",
    "unicorn/consistent-function-scoping": "off",
    "vitest/no-focused-tests": "error",
    "vitest/no-disabled-tests": "error",
    "vitest/no-identical-title": "error",
  },
  overrides: [
    ...forbiddenImports().map(({ files, excludeFiles, patterns }) => ({
      files: [...files],
      excludeFiles: [...excludeFiles, ...TESTS],
      rules: restriction(patterns),
    })),
    {
      files: [...TESTS, ...PARSERS_OF_BRANDS],
      rules: { "typescript/consistent-type-assertions": "off", "typescript/no-unsafe-type-assertion": "off" },
    },
    { files: MACHINERY, rules: { "eslint/no-console": "off", "import/no-default-export": "off" } },
    {
      // Old syntax on purpose, and no types to check.
      files: ["**/*.cjs"],
      rules: {
        "eslint/no-var": "off",
        "unicorn/prefer-node-protocol": "off",
        "typescript/no-floating-promises": "off",
        "typescript/no-unsafe-argument": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
      },
    },
  ],
});

function restriction(patterns: readonly { readonly regex: string; readonly message: string }[]): Rules {
  return { "eslint/no-restricted-imports": ["error", { patterns: patterns.map((pattern) => ({ ...pattern })) }] };
}
