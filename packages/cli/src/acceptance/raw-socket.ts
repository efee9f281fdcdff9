import { connect, type Socket } from "node:net";

/** What came back over a connection until it was closed, or nothing more came. */
export interface Raw {
  /** Status lines of all answers, in their order. */
  readonly statuses: readonly number[];
  readonly text: string;
  readonly isClosed: boolean;
}

const QUIET_MS = 400;

/** Sends bytes as they are. @param parts written one after the other */
export async function sentRaw(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<Raw> {
  const socket = await opened(port);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let text = "";
  let quiet = setTimeout(() => resolve(false), QUIET_MS);
  socket.on("data", (part: Buffer) => {
    text += part.toString("latin1");
    clearTimeout(quiet);
    quiet = setTimeout(() => resolve(false), QUIET_MS);
  });
  socket.on("close", () => resolve(true));
  socket.on("error", () => resolve(true));
  for (const part of parts) {
    if (socket.writable) socket.write(part);
    await new Promise(setImmediate);
  }
  const isClosed = await promise;
  clearTimeout(quiet);
  socket.destroy();
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { statuses, text, isClosed };
}

export async function opened(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("error", reject);
  await promise;
  socket.on("error", () => undefined);
  return socket;
}
