import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultRule, StateDocument } from './types.js';

type Repeatable = string | string[];

/** How to start a server. `flowmock --help` describes each flag; those that are absent here go into `args`. */
export interface StartOptions {
  /** Seeds: paths of files or folders, or state documents. `reset` returns to them. */
  seed?: string | StateDocument | (string | StateDocument)[];
  /** Fault rules from the start: the path of a file, or the rules. */
  faults?: string | FaultRule[];
  /** Takes ids from this number, and stops the clock. */
  deterministic?: number;
  /** Stops the clock at this time. */
  clock?: string | Date;
  strict?: boolean;
  checkReferences?: boolean;
  auth?: 'any' | 'issued';
  tokenLifetime?: number;
  checkTokenKinds?: boolean;
  allowApiKey?: Repeatable;
  allowOrganisation?: Repeatable;
  allowSandbox?: Repeatable;
  defaultSandbox?: string;
  /** The token of the control calls. It reaches the server by its environment, since everybody can see a command line. */
  controlToken?: string;
  fixtures?: string;
  runDurationMs?: number;
  journalRequests?: number;
  contractRule?: Repeatable;
  contractHeaders?: boolean;
  logLevel?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** The address to listen on: by default `127.0.0.1:0`, a free port. */
  listen?: string;
  /** More arguments for the command line. */
  args?: string[];
  /** How long the start may take, in milliseconds: 30,000 by default. */
  startTimeoutMs?: number;
}

const FLAGS = [
  'strict',
  'checkReferences',
  'auth',
  'tokenLifetime',
  'checkTokenKinds',
  'allowApiKey',
  'allowOrganisation',
  'allowSandbox',
  'defaultSandbox',
  'fixtures',
  'runDurationMs',
  'journalRequests',
  'contractRule',
  'contractHeaders',
  'logLevel',
  'deterministic',
  'clock',
] as const satisfies readonly (keyof StartOptions)[];

const OTHERS: readonly string[] = ['seed', 'faults', 'controlToken', 'listen', 'args', 'startTimeoutMs'];

/** The options that only a server that is started can take, not one that runs already. */
export function startOnly(options: StartOptions): string[] {
  return Object.entries(options)
    .filter(
      ([name, value]) => value !== undefined && !['seed', 'faults', 'controlToken', 'startTimeoutMs'].includes(name),
    )
    .map(([name]) => name);
}

/**
 * The command line for these options. Documents are written into `folder`.
 *
 * @throws for an option that does not exist.
 */
export function commandLine(options: StartOptions, folder: string): string[] {
  const unknown = Object.keys(options).find(
    (name) => !(FLAGS as readonly string[]).includes(name) && !OTHERS.includes(name),
  );
  if (unknown !== undefined) {
    throw new TypeError(
      `FlowMock.start has no option ${unknown}: flags of flowmock without an option go into args: ['--…']`,
    );
  }
  const line = ['--listen', options.listen ?? '127.0.0.1:0'];
  for (const name of FLAGS) {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const value of list(options[name])) {
      if (value === true) line.push(flag);
      else if (value !== false) line.push(flag, value instanceof Date ? value.toISOString() : String(value));
    }
  }
  list(options.seed).forEach((seed, index) => {
    line.push('--seed-file', typeof seed === 'string' ? seed : write(folder, `seed-${index}.json`, seed));
  });
  if (options.faults !== undefined) {
    line.push(
      '--faults-file',
      typeof options.faults === 'string' ? options.faults : write(folder, 'faults.json', options.faults),
    );
  }
  return [...line, ...(options.args ?? [])];
}

/** The value, the elements of the array, or nothing. */
export function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function write(folder: string, name: string, document: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(document), { mode: 0o600 }); // it may contain credentials
  return file;
}
