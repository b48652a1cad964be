import { readdir } from 'node:fs/promises';
import type { Benchmark, Measure } from './benchmark.js';

/** Runs the benchmarks named on the command line, or all: `npm run bench -- [name…] [--json]`. */
async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const options = args.filter((arg) => arg.startsWith('--') && arg !== '--json');
  const suffix = '.bench.ts';
  const known = (await readdir(new URL('.', import.meta.url)))
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
  const unknown = [...wanted.filter((name) => !known.includes(name)), ...options];
  if (unknown.length > 0) {
    console.error(
      `bench: unknown ${unknown.join(', ')}. Usage: npm run bench -- [name…] [--json]. Known names: ${known.join(', ')}.`,
    );
    return 2;
  }
  for (const name of wanted.length > 0 ? known.filter((candidate) => wanted.includes(candidate)) : known) {
    const module = (await import(new URL(`./${name}${suffix}`, import.meta.url).href)) as {
      default: Benchmark;
    };
    await report(module.default, json);
  }
  return 0;
}

async function report(benchmark: Benchmark, json: boolean): Promise<void> {
  const measures: Measure[] = [];
  for await (const measure of each(benchmark)) {
    if (json) console.log(JSON.stringify(measure));
    measures.push(measure);
  }
  if (!json) console.log(`${benchmark.name}\n${table(measures)}\n`);
}

async function* each(benchmark: Benchmark): AsyncGenerator<Measure> {
  yield* await benchmark.run();
}

function table(measures: readonly Measure[]): string {
  const rows = measures.map((m) => [
    m.goal === undefined ? ' ' : m.ok ? '✓' : '✗',
    m.name,
    `${Number(m.value.toPrecision(4))} ${m.unit}`,
    m.goal === undefined ? '' : `goal ${m.goal} ${m.unit}, ${m.ok ? 'reached' : 'missed'}`,
    m.note ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => `  ${row.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

process.exitCode = await main(process.argv.slice(2));
