// Makes the package that holds the binary for one platform: node scripts/platform-package.mjs BINARY TARGET DIR
// TARGET is a Rust target such as x86_64-unknown-linux-musl. Writes the folder DIR/<platform>, ready for `npm pack`.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const json = (file) => JSON.parse(readFileSync(join(here, file), 'utf8'));

/** The format, machine and C library of a program: `libc` is absent if it needs none. */
export function inspect(program) {
  if (program.readUInt32BE(0) === 0x7f454c46) {
    const interpreter = /\/lib[^\0]*\/ld-(musl|linux)[^\0]*\0/.exec(program.subarray(0, 4096).toString('latin1'));
    const libc = interpreter && (interpreter[1] === 'musl' ? 'musl' : 'glibc');
    return { format: 'elf', machine: program.readUInt16LE(18), ...(libc ? { libc } : {}) };
  }
  if (program.readUInt32LE(0) === 0xfeedfacf) return { format: 'mach-o', machine: program.readUInt32LE(4) };
  if (program.toString('latin1', 0, 2) === 'MZ') {
    return { format: 'pe', machine: program.readUInt16LE(program.readUInt32LE(0x3c) + 4) };
  }
  throw new Error('the binary is no program of Linux, macOS or Windows');
}

/** Writes the package of `target` with this binary below `out`, and returns its folder. */
export function makePackage(binary, target, out) {
  const platforms = json('platforms.json');
  const name = Object.keys(platforms).find((key) => platforms[key].targets.includes(target));
  if (!name) {
    const known = Object.values(platforms).flatMap(({ targets }) => targets);
    throw new Error(`no package for the target ${target}: the targets are ${known.join(', ')}`);
  }
  const found = inspect(readFileSync(binary));
  const { format, machine } = platforms[name];
  if (found.format !== format || found.machine !== machine) {
    throw new Error(`${binary} is no program for ${target}: it is ${found.format} for machine ${found.machine}`);
  }
  const main = json('../package.json');
  const [os, cpu] = name.split('-');
  const file = os === 'win32' ? 'flowmock.exe' : 'flowmock';
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(binary, join(folder, 'bin', file));
  chmodSync(join(folder, 'bin', file), 0o755);
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT'])
    copyFileSync(join(here, '../../..', licence), join(folder, licence));
  const manifest = {
    name: `@flowmock/${name}`,
    version: main.version,
    description: `The flowmock binary for ${os} on ${cpu}: the package flowmock installs it`,
    license: main.license,
    ...(main.repository ? { repository: main.repository } : {}),
    os: [os],
    cpu: [cpu],
    // A static binary runs with every C library of Linux.
    ...(found.libc ? { libc: [found.libc] } : {}),
    files: ['bin', 'LICENSE-APACHE', 'LICENSE-MIT'],
    // Yarn must unpack it: a program inside an archive cannot run.
    preferUnplugged: true,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const readme = `# @flowmock/${name}\n\nThe flowmock binary for ${os} on ${cpu}. Install the package \`flowmock\`, which brings this one along.\n`;
  writeFileSync(join(folder, 'README.md'), readme);
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [binary, target, out] = process.argv.slice(2);
  if (!out) {
    console.error('usage: node scripts/platform-package.mjs BINARY TARGET DIR');
    process.exit(2);
  }
  try {
    console.log(makePackage(binary, target, out));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
