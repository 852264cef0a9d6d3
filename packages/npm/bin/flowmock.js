#!/usr/bin/env node
// Runs the flowmock binary: npx flowmock [OPTIONS] [COMMAND]. Arguments, standard streams, signals and the exit code pass through.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { findBinary } = require('../dist/binary.js');

function fail(message) {
  console.error(`flowmock: ${message}`);
  process.exit(1);
}

let binary;
try {
  binary = findBinary();
} catch (error) {
  fail(error.message);
}

const env = { ...process.env };
// However this process ends, even by SIGKILL, the server ends with it.
if (process.platform !== 'win32') env.FLOWMOCK_PARENT_PID ||= String(process.pid);
// A variable for this package: the server would warn that it has no such flag.
delete env.FLOWMOCK_BINARY;
const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit', env });

// A terminal sends ctrl-C to the whole group, so the server has it already; a second signal would cut its requests off.
const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => terminal || child.kill(signal));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

// npx passes a signal to a shell, which ends without passing it on.
if (process.env.npm_command === 'exec' && process.platform !== 'win32') {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 250).unref();
}

child.on('error', (error) => fail(`cannot run ${binary}: ${error.message}`));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Some signals do not end Node at once, and some not at all: then the code is that of a shell.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
});
