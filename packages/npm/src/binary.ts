// Finds the flowmock binary: FLOWMOCK_BINARY, the platform package, or the PATH.
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartError } from './errors.js';

const FILE_NAME = process.platform === 'win32' ? 'flowmock.exe' : 'flowmock';

/** The package with the binary for this machine, such as `@flowmock/linux-x64`; it need not exist. */
export function platformPackage(): string {
  return `@flowmock/${process.platform}-${process.arch}`;
}

/**
 * The path of the flowmock binary.
 *
 * @throws StartError if there is none, with what to do.
 */
export function findBinary(): string {
  const wanted = process.env.FLOWMOCK_BINARY;
  if (wanted) {
    if (!isProgram(wanted)) {
      throw new StartError(
        `FLOWMOCK_BINARY names ${wanted}, which is no executable file: correct or unset the variable`,
      );
    }
    return wanted;
  }
  const binary = packagedBinary() ?? binaryOnPath();
  if (!binary) {
    throw new StartError(
      `there is no flowmock for ${process.platform} on ${process.arch}: the package ${platformPackage()} is not installed. ` +
        'Install without --omit=optional or --no-optional, name a binary in FLOWMOCK_BINARY, put one on the PATH, ' +
        'or name a running server in FLOWMOCK_URL',
    );
  }
  return binary;
}

function packagedBinary(): string | undefined {
  try {
    return require.resolve(`${platformPackage()}/bin/${FILE_NAME}`);
  } catch {
    return undefined;
  }
}

function binaryOnPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, FILE_NAME))
    .find((file) => isProgram(file) && !isScript(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

// This package's own command is a script named flowmock, and npm puts it on the PATH: it must not start itself.
function isScript(file: string): boolean {
  const start = Buffer.alloc(2);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start.toString('latin1') === '#!';
}
