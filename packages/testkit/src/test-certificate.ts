import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tls from "node:tls";

const FOLDER = fileURLToPath(new URL("../fixtures/tls/", import.meta.url));

/** `server`: of this machine's loopback. `expired`: the same, past its time. `stranger`: of another host. */
export type CertificateKind = "server" | "expired" | "stranger";

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export function testCertificate(kind: CertificateKind): TestCertificate {
  return { key: textOf("server.key"), cert: textOf(`${kind}.crt`) };
}

/** Lets this process trust who signed the certificates, until disposed of. */
export function trustTestAuthority(): Disposable {
  const before = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...before, textOf("authority.crt")]);
  return { [Symbol.dispose]: () => tls.setDefaultCACertificates(before) };
}

function textOf(file: string): string {
  return readFileSync(`${FOLDER}${file}`, "utf8");
}
