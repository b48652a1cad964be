#!/usr/bin/env node
// Starts the compiled command line. A fresh clone has no compiled code, because install scripts do not run:
// it is built once.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packageFolder = new URL('../', import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, packageFolder));
const entry = new URL('dist/cli/main.js', packageFolder);

function fail(message) {
  console.error(`rogue: ${message}`);
  process.exit(1);
}

function interrupted() {
  console.error('rogue: interrupted');
  process.exit(130);
}

// Where no command watches for Ctrl-C by itself: before it begins to, and when it comes a second time. Then
// native code may run, which would abort an orderly exit: the process dies of the signal.
let watched = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) watched = true;
    else if (!watched) interrupted();
    else {
      console.error('rogue: interrupted');
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });

function build() {
  const compiler = pathOf('node_modules/typescript/bin/tsc');
  if (!existsSync(pathOf('tsconfig.build.json')))
    fail('the package is incomplete (no dist/); install it again.');
  if (!existsSync(compiler))
    fail('not built yet and no compiler here; run "npm ci" in the source folder first.');
  console.error('rogue: building once…');
  const staging = pathOf(`.cache/dist-${process.pid}`);
  // Types are checked by "npm run check"; here only JavaScript is wanted, and soon.
  const options = ['-p', pathOf('tsconfig.build.json'), '--noCheck', '--outDir', staging];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [compiler, ...options], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(staging, { recursive: true, force: true });
    if (signal) interrupted();
    fail(`the build failed: ${(stdout + stderr).trim().split('\n')[0]}`);
  }
  try {
    if (!existsSync(entry)) {
      rmSync(pathOf('dist'), { recursive: true, force: true });
      renameSync(staging, pathOf('dist'));
    }
  } catch (error) {
    // Another process may have built in the meantime.
    if (!existsSync(entry)) fail(`cannot write ${pathOf('dist')}: ${error.message}`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (!existsSync(entry)) build();
// A reader that has seen enough, as `| head`, is no failure.
process.stdout.on('error', (error) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
const { printable } = await import(new URL('terminal.js', entry).href);
// What nobody waited for ends in one line, as all else does.
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    if (process.env.ROGUE_DEBUG) console.error(error);
    fail(printable(String(error?.message ?? error).split('\n')[0] || 'unknown error'));
  });
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
