// The manifest and the platform packages; run in the repository, not in an installed package.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect, makePackage } from './platform-package.mjs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const manifest = JSON.parse(read('../package.json'));
const platforms = JSON.parse(read('platforms.json'));
const folder = mkdtempSync(join(tmpdir(), 'platforms-'));
after(() => rmSync(folder, { recursive: true }));

test('the version is that of the crate, and of all platform packages', () => {
  const [, version] = /^version = "(.*)"$/m.exec(read('../../../Cargo.toml'));
  assert.equal(manifest.version, version);
  const names = Object.keys(platforms).map((name) => `@flowmock/${name}`);
  assert.deepEqual(manifest.optionalDependencies, Object.fromEntries(names.map((name) => [name, version])));
  assert.equal(manifest.dependencies, undefined);
});

test('the tests in the README are files that run', () => {
  const readme = read('../README.md');
  for (const file of [
    '../../../examples/node/first.test.js',
    '../test-runners/vitest/readme.test.js',
    '../test-runners/jest/readme.test.js',
  ]) {
    assert.ok(readme.includes(`\`\`\`js\n${read(file)}\`\`\``), file);
  }
});

for (const [name, { targets, format, machine }] of Object.entries(platforms)) {
  test(`${name} takes a binary of its target, and no other`, () => {
    for (const target of targets) {
      const made = makePackage(program(format, machine), target, folder);
      const { name: full, os, cpu, libc } = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8'));
      assert.deepEqual([full, `${os}-${cpu}`, libc], [`@flowmock/${name}`, name, undefined]);
      const binary = join(made, 'bin', os[0] === 'win32' ? 'flowmock.exe' : 'flowmock');
      assert.equal(statSync(binary).mode & 0o777, 0o755);
      assert.ok(existsSync(join(made, 'LICENSE-MIT')) && existsSync(join(made, 'LICENSE-APACHE')));
      assert.throws(() => makePackage(program(format, 1), target, folder), /is no program for/);
    }
  });
}

test('a dynamic binary of Linux names its C library', () => {
  for (const [interpreter, libc] of [
    ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
    ['/lib/ld-musl-x86_64.so.1', 'musl'],
  ]) {
    const program = readFileSync(programFile('elf', 62, `\0${interpreter}\0`));
    assert.equal(inspect(program).libc, libc);
  }
});

test('an unknown target and a file that is no program are refused', () => {
  assert.throws(
    () => makePackage(program('elf', 62), 'sparc-sun-solaris', folder),
    /no package for the target sparc-sun-solaris/,
  );
  writeFileSync(join(folder, 'text'), '#!/bin/sh\necho no program\n');
  assert.throws(
    () => makePackage(join(folder, 'text'), 'x86_64-apple-darwin', folder),
    /is no program of Linux, macOS or Windows/,
  );
});

// The head of a program: enough to tell what it is.
function program(format, machine) {
  return programFile(format, machine, '');
}

function programFile(format, machine, tail) {
  const head = Buffer.alloc(256);
  if (format === 'elf') {
    head.write('\x7fELF', 0, 'latin1');
    head.writeUInt16LE(machine, 18);
  } else if (format === 'mach-o') {
    head.writeUInt32LE(0xfeedfacf, 0);
    head.writeUInt32LE(machine, 4);
  } else {
    head.write('MZ', 0, 'latin1');
    head.writeUInt32LE(0x80, 0x3c);
    head.write('PE\0\0', 0x80, 'latin1');
    head.writeUInt16LE(machine, 0x84);
  }
  const file = join(folder, 'program');
  writeFileSync(file, Buffer.concat([head, Buffer.from(tail, 'latin1')]));
  chmodSync(file, 0o755);
  return file;
}
