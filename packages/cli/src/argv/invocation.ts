/** A command line that was understood. */
export interface Invocation {
  readonly command: string;
  readonly json: boolean;
  readonly plain: boolean;
  /** The folder after `--workspace`; null where it is to be found. */
  readonly workspace: string | null;
  /** Values by the name of the argument; an argument that was not given is not there. */
  readonly arguments: ReadonlyMap<string, readonly string[]>;
  /** Values by flag, in the order given; a switch that was given has none. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** The value of an argument. Undefined only where the command declares it optional. */
export function argumentOf(invocation: Invocation, name: string): string | undefined {
  return invocation.arguments.get(name)?.[0];
}

export function argumentsOf(invocation: Invocation, name: string): readonly string[] {
  return invocation.arguments.get(name) ?? [];
}

export function optionOf(invocation: Invocation, flag: `--${string}`): string | undefined {
  return invocation.options.get(flag)?.[0];
}

export function optionsOf(invocation: Invocation, flag: `--${string}`): readonly string[] {
  return invocation.options.get(flag) ?? [];
}

export function hasOption(invocation: Invocation, flag: `--${string}`): boolean {
  return invocation.options.has(flag);
}
