import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { client, keepCsrf } from "../api/connection.ts";
import { me } from "../api/queries.ts";
import { ProblemNote } from "../piece/problem.tsx";
import { codeIn, safeTarget } from "./code-in-url.ts";

/** Tokens have a prefix of their own; whatever else is typed is taken as a code. */
const TOKEN = /^writ_/;

/** The way in: the code that `writ serve` printed, or a token. */
export function LoginPage(): ReactNode {
  const { to } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [word, setWord] = useState("");
  const tried = useRef(false);

  const login = useMutation({
    mutationFn: (text: string) => client.call("log_in", { body: TOKEN.test(text) ? { token: text } : { code: text } }),
    onSuccess: async (answer) => {
      keepCsrf(answer.csrf);
      queries.clear();
      queries.setQueryData(me.queryKey, answer);
      await navigate({ to: safeTarget(to), replace: true });
    },
  });

  useEffect(() => {
    const code = codeIn(location.hash);
    if (code === null || tried.current) return;
    tried.current = true;
    // A code in the history of a browser is a code too many.
    history.replaceState(history.state, "", `${location.pathname}${location.search}`);
    login.mutate(code);
  });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    login.mutate(word.trim());
  };
  return (
    <main className="login">
      <title>Log in · Writ</title>
      <form className="card cell" onSubmit={submit}>
        <h1>Log in to Writ</h1>
        <p className="soft">
          Paste the code that <code>writ serve</code> printed, or a token from <code>writ token create</code>.
        </p>
        <label className="field">
          <span className="sr">Code or token</span>
          <input
            value={word}
            onChange={(event) => setWord(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            placeholder="Code or token"
            type="password"
          />
        </label>
        <button type="submit" className="btn primary" disabled={login.isPending || word.trim() === ""}>
          Log in
        </button>
        {login.error === null ? null : <ProblemNote error={login.error} />}
      </form>
    </main>
  );
}
