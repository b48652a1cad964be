/**
 * Draws what the photos of a folder of shards are like: the plots of docs/synthetic.md.
 *
 *     rogue synth --count 10000 --covered 1 -o shards && npx tsx tools/document-statistics.ts shards
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { memberJson } from '../src/data/shards/sample.js';
import { readShards } from '../src/data/shards/reader.js';
import { SAMPLE_VERSION, type SampleTruth } from '../src/data/synthetic/sample.js';
import { chartSvg, type ChartSpec } from '../src/io/chart.js';
import { barChart, boxPlot, heatMap, histogram, panels, type Bar } from '../src/io/charts.js';
import { loadModel } from '../src/node/files/assets.js';
import { findShards } from '../src/node/files/shard-reader.js';
import { factsReader, typologyClasses, type SampleFacts } from './sample-facts.js';

const folder = new URL('../docs/synthetic/', import.meta.url);
const wide = { width: 250, height: 110 };
/** Weaker movements are those that nobody is quite without. */
const VISIBLE = 0.15;
const STRONG = 0.5;
/** Upper ends of age groups, years. */
const AGES: readonly (readonly [name: string, below: number])[] = [
  ['under 18', 18],
  ['18–34', 35],
  ['35–49', 50],
  ['50–64', 65],
  ['65 +', Infinity],
];
const GENDERS: readonly (readonly [name: string, below: number])[] = [
  ['female', 0.5],
  ['male', Infinity],
];

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error(
    'document-statistics: expected a folder of shards; make one with "rogue synth --count 10000 --covered 1 -o shards".',
  );
  process.exit(2);
}
const model = await loadModel();
const all = await readFacts(path);
await mkdir(folder, { recursive: true });
await draw('people', panels(people(all), 3));
await draw('pose-and-light', panels([...camera(all), ...light(all)], 3));
await draw('expressions', expressions(all));
await draw('balance', panels(balance(all), 3));
if (all.some((fact) => fact.coverage !== undefined)) await draw('coverage', panels(coverage(all), 3));
else console.log('no photo of these shards is covered: docs/synthetic/coverage.svg is left as it is');

async function readFacts(shards: string): Promise<SampleFacts[]> {
  const read = factsReader(model);
  const facts: SampleFacts[] = [];
  const stream = readShards(await findShards(shards), {
    required: ['json'],
    decode: (sample) => {
      const truth = memberJson(sample) as SampleTruth;
      if (truth.version !== SAMPLE_VERSION)
        throw new Error(`version ${String(truth.version)}, expected ${SAMPLE_VERSION}`);
      return read(truth);
    },
    onWarning: ({ message }) => {
      console.error(message);
    },
  });
  for await (const fact of stream) facts.push(fact);
  return facts;
}

async function draw(name: string, chart: ChartSpec): Promise<void> {
  const svg = await chartSvg(chart);
  await writeFile(new URL(`${name}.svg`, folder), svg);
  console.log(`docs/synthetic/${name}.svg: ${all.length} photos, ${(svg.length / 1000).toFixed(0)} kB`);
}

function known<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}

/** Per cent of the photos by a label, in the given order or the most frequent first. */
function shares(labels: readonly string[], order?: readonly string[]): Bar[] {
  const counts = new Map<string, number>((order ?? []).map((label) => [label, 0]));
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const bars = Array.from(counts, ([label, count]) => ({
    label,
    value: (100 * count) / Math.max(1, labels.length),
  }));
  return order ? bars : bars.sort((a, b) => b.value - a.value);
}

function people(facts: readonly SampleFacts[]): ChartSpec[] {
  const most = ({ descent }: SampleFacts): string =>
    Object.entries(descent).sort(([, a], [, b]) => b - a)[0]![0];
  return [
    histogram({
      ...wide,
      title: 'Age',
      x: 'years',
      values: facts.map(({ years }) => years),
      range: [0, 90],
      step: 5,
    }),
    histogram({
      ...wide,
      title: 'Gender',
      x: '0 female … 1 male',
      values: facts.map(({ male }) => male),
      range: [0, 1],
      step: 0.05,
    }),
    barChart({
      ...wide,
      height: 80,
      title: 'Largest share of descent',
      y: '% of photos',
      horizontal: true,
      bars: shares(facts.map(most), ['african', 'asian', 'caucasian']),
    }),
    histogram({
      ...wide,
      title: 'Skin tone',
      x: 'individual typology angle, degrees: dark to light',
      values: facts.map((fact) => fact.typologyAngle),
      range: [-90, 90],
      step: 10,
    }),
    histogram({
      ...wide,
      title: 'Tone coefficient',
      x: 'standard deviations',
      values: facts.map(({ tone }) => tone),
      range: [-1.6, 1.6],
      step: 0.1,
    }),
    barChart({
      ...wide,
      height: 150,
      title: 'Hair',
      y: '% of photos',
      horizontal: true,
      bars: shares(facts.map(({ hair }) => hair)),
    }),
    barChart({
      ...wide,
      height: 100,
      title: 'Beards of men',
      y: '% of men',
      horizontal: true,
      bars: shares(facts.filter(({ male }) => male > 0.5).map(({ beard }) => beard)),
    }),
    barChart({
      ...wide,
      height: 40,
      title: 'Spectacles',
      y: '% of photos',
      horizontal: true,
      bars: shares(facts.map(({ spectacles }) => (spectacles ? 'worn' : 'none'))),
    }),
  ];
}

function camera(facts: readonly SampleFacts[]): ChartSpec[] {
  return [
    histogram({
      ...wide,
      title: 'Yaw',
      x: 'degrees',
      values: facts.map(({ yaw }) => yaw),
      range: [-80, 80],
      step: 5,
    }),
    histogram({
      ...wide,
      title: 'Pitch',
      x: 'degrees',
      values: facts.map(({ pitch }) => pitch),
      range: [-40, 40],
      step: 2.5,
    }),
    histogram({
      ...wide,
      title: 'Roll',
      x: 'degrees',
      values: facts.map(({ roll }) => roll),
      range: [-40, 40],
      step: 2.5,
    }),
    histogram({
      ...wide,
      title: 'Distance',
      x: 'metres',
      values: facts.map(({ distance }) => distance),
      range: [0, 3],
      step: 0.1,
    }),
    histogram({
      ...wide,
      title: 'Field of view',
      x: 'degrees across the photo',
      values: facts.map(({ fieldOfView }) => fieldOfView),
      range: [0, 70],
      step: 2.5,
    }),
    histogram({
      ...wide,
      title: 'Size of the face',
      x: "landmarks' box, per cent of the photo's width",
      values: facts.map(({ faceSize }) => 100 * faceSize),
      range: [20, 100],
      step: 2.5,
    }),
  ];
}

function light(facts: readonly SampleFacts[]): ChartSpec[] {
  return [
    histogram({
      ...wide,
      title: 'Strongest light, from the side',
      x: 'degrees to the right of the camera',
      values: facts.map(({ lamp }) => lamp.azimuth),
      range: [-180, 180],
      step: 15,
      ticks: [-180, -90, 0, 90, 180],
    }),
    histogram({
      ...wide,
      title: 'Strongest light, from above',
      x: 'degrees',
      values: facts.map(({ lamp }) => lamp.elevation),
      range: [-60, 90],
      step: 10,
    }),
    histogram({
      ...wide,
      title: 'Contrast of the light',
      x: '0 even … 1 black on one side',
      values: facts.map(({ contrast }) => contrast),
      range: [0, 1],
      step: 0.05,
    }),
    histogram({
      ...wide,
      title: 'Ambient light',
      x: 'per cent of the brightness',
      values: facts.map(({ lampShare }) => 100 * (1 - lampShare)),
      range: [0, 100],
      step: 5,
    }),
  ];
}

function expressions(facts: readonly SampleFacts[]): ChartSpec {
  const frequency = (name: string, least: number): number =>
    (100 * facts.filter(({ expression }) => (expression[name] ?? 0) > least).length) / facts.length;
  const names = [...model.expression.names].sort((a, b) => frequency(b, VISIBLE) - frequency(a, VISIBLE));
  const height = 13 * names.length;
  const bars = (least: number): Bar[] => names.map((label) => ({ label, value: frequency(label, least) }));
  // Lids are a little lower than the model's in most photos.
  const strongest = facts.map(({ expression }) =>
    Math.max(0, ...Object.entries(expression).map(([name, value]) => (name.includes('closure') ? 0 : value))),
  );
  return panels(
    [
      barChart({
        width: 250,
        height,
        title: `Units above ${VISIBLE}`,
        y: '% of photos',
        horizontal: true,
        bars: bars(VISIBLE),
      }),
      barChart({
        width: 250,
        height,
        title: `Units above ${STRONG}`,
        y: '% of photos',
        horizontal: true,
        bars: bars(STRONG),
      }),
      histogram({
        width: 250,
        height: 150,
        title: 'Strongest unit of a photo, lids aside',
        x: 'coefficient',
        values: strongest,
        range: [0, 1],
        step: 0.05,
      }),
    ],
    3,
  );
}

function balance(facts: readonly SampleFacts[]): ChartSpec[] {
  const tone = (fact: SampleFacts): number => fact.typologyAngle;
  const years = (fact: SampleFacts): number => fact.years;
  const male = (fact: SampleFacts): number => fact.male;
  const table = (
    title: string,
    rows: typeof AGES,
    row: (fact: SampleFacts) => number,
    columns: typeof AGES,
    column: (fact: SampleFacts) => number,
  ): ChartSpec => {
    const values = new Array<number>(rows.length * columns.length).fill(0);
    const group = (groups: typeof AGES, value: number): number =>
      groups.findIndex(([, below]) => value < below);
    for (const fact of facts)
      values[group(rows, row(fact)) * columns.length + group(columns, column(fact))]! += 100 / facts.length;
    return heatMap({
      title,
      subtitle: '% of photos',
      rows: rows.map(([name]) => name),
      columns: columns.map(([name]) => name),
      values,
    });
  };
  return [
    table('Skin tone and age', typologyClasses, tone, AGES, years),
    table('Skin tone and gender', typologyClasses, tone, GENDERS, male),
    table('Age and gender', AGES, years, GENDERS, male),
  ];
}

function coverage(facts: readonly SampleFacts[]): ChartSpec[] {
  const covered = known(
    facts.map(({ coverage: share, occluder }) =>
      share === undefined ? undefined : { share: 100 * share, occluder: occluder ?? 'unknown' },
    ),
  );
  const bars = shares(covered.map(({ occluder }) => occluder));
  const height = 15 * bars.length;
  return [
    histogram({
      width: 250,
      height: 150,
      title: 'Hidden share of covered faces',
      subtitle: `${((100 * covered.length) / facts.length).toFixed(0)} % of the photos also come covered`,
      x: '%',
      values: covered.map(({ share }) => share),
      range: [0, 100],
      step: 5,
    }),
    barChart({ width: 220, height, title: 'What covers', y: '% of covered photos', horizontal: true, bars }),
    boxPlot({
      width: 220,
      height,
      title: '… and how much',
      x: '% of the face',
      groups: bars.map(({ label }) => ({
        label,
        values: covered.flatMap(({ share, occluder }) => (occluder === label ? [share] : [])),
      })),
    }),
  ];
}
