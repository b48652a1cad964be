import { chartSvg } from '../io/chart.js';
import { lineChart, type Series } from '../io/charts.js';

/** One line of a run's metrics: numbers by name, `step` among them. */
export type MetricsRecord = Readonly<Record<string, number>>;

export interface TrainingReportOptions {
  readonly title: string;
  /** What the run was started with. */
  readonly config: object;
  readonly steps: number;
  readonly metrics: readonly MetricsRecord[];
  /** A picture of validation faces as a data URL, and what it shows. */
  readonly picture?: { readonly url: string; readonly caption: string };
}

/** Records that are no losses. */
const ABOUT_THE_RUN = new Set([
  'step',
  'seconds',
  'imagesPerSecond',
  'learningRate',
  'gradientNorm',
  'value',
]);
/** Points per curve; more would only thicken the line. */
const MOST_POINTS = 400;

/** A training run as one self-contained HTML page: how far it is, curves, pictures and settings. */
export async function trainingReport({
  title,
  config,
  steps,
  metrics,
  picture,
}: TrainingReportOptions): Promise<string> {
  const last = metrics.at(-1);
  const losses = [...new Set(metrics.flatMap((line) => Object.keys(line)))].filter(
    (name) => !ABOUT_THE_RUN.has(name),
  );
  const chart = (name: string, log: boolean, label = name): Promise<string> =>
    chartSvg(
      lineChart({
        title: label,
        series: smoothed(metrics, name),
        x: 'step',
        width: 330,
        height: 170,
        logY: log,
      }),
    );
  const charts = await Promise.all([
    chart('value', true, 'total loss'),
    ...losses.map((name) => chart(name, true)),
    chart('learningRate', false, 'learning rate'),
    chart('gradientNorm', true, 'norm of the gradient'),
    chart('imagesPerSecond', false, 'photos per second'),
  ]);
  const state = last
    ? `step ${last['step']} of ${steps}, loss ${number(last['value'])}, ${timeLeft(metrics, steps)}`
    : 'no steps yet';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem;color-scheme:light dark}
.charts{display:flex;flex-wrap:wrap;gap:.5rem}img{max-width:100%}pre{overflow:auto;padding:1rem;background:#8881;border-radius:6px}figure{margin:1.5rem 0}figcaption{opacity:.7}
</style></head><body>
<h1>${escaped(title)}</h1><p>${escaped(state)}</p>
<div class="charts">${charts.join('\n')}</div>
${picture ? `<figure><img src="${picture.url}" alt="${escaped(picture.caption)}"><figcaption>${escaped(picture.caption)}</figcaption></figure>` : ''}
<h2>Settings</h2><pre>${escaped(JSON.stringify(config, undefined, 2))}</pre>
</body></html>
`;
}

/** The curve as it is and, where there are many points, its moving mean. */
function smoothed(metrics: readonly MetricsRecord[], name: string): Series[] {
  const points = metrics
    .filter((line) => line[name] !== undefined)
    .map((line) => [line['step']!, line[name]!] as const);
  const every = Math.ceil(points.length / MOST_POINTS);
  const raw = points.filter((_, k) => k % Math.max(1, every) === 0);
  if (points.length < 40) return [{ name, points: raw }];
  const reach = Math.ceil(points.length / 40);
  const mean = raw.map(([step], k) => {
    const at = k * Math.max(1, every);
    const near = points.slice(Math.max(0, at - reach), at + reach + 1);
    return [step, near.reduce((sum, [, value]) => sum + value, 0) / near.length] as const;
  });
  return [
    { name: 'as measured', points: raw },
    { name: 'moving mean', points: mean },
  ];
}

function timeLeft(metrics: readonly MetricsRecord[], steps: number): string {
  const recent = metrics.slice(-20);
  const first = recent[0];
  const last = recent.at(-1);
  if (!first || !last || recent.length < 2) return 'time left unknown';
  const seconds = recent.slice(1).reduce((sum, line) => sum + line['seconds']!, 0);
  const minutes = ((seconds / (last['step']! - first['step']!)) * (steps - last['step']!)) / 60;
  return minutes < 1
    ? 'almost done'
    : minutes < 90
      ? `about ${Math.round(minutes)} min left`
      : `about ${(minutes / 60).toFixed(1)} h left`;
}

const number = (value: number | undefined): string =>
  value === undefined ? '?' : String(Number(value.toPrecision(4)));
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
