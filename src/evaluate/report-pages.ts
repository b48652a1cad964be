import { chartSvg } from '../io/chart.js';
import { boxPlot, lineChart } from '../io/charts.js';
import { curveStep } from './pool.js';
import { cellsOf, valueOf, type Cell, type Evaluation, type Measure } from './report.js';

/** A picture of one case in the report. */
export interface CasePicture {
  readonly title: string;
  /** A data URL. */
  readonly url: string;
}

/** A method's row in a table: a text per condition. */
interface Row {
  readonly method: string;
  readonly cells: readonly string[];
}

function rowsOf(cells: readonly Cell[], { methods, conditions }: Evaluation, measure: Measure): Row[] {
  const own = cells.filter((cell) => cell.measure === measure.name);
  const bestOf = new Map(
    conditions.map((condition) => [
      condition,
      best(
        own.filter((cell) => cell.condition === condition),
        measure,
      ),
    ]),
  );
  return methods
    .filter((method) => own.some((cell) => cell.method === method))
    .map((method) => ({
      method,
      cells: conditions.map((condition) => {
        const cell = own.find((other) => other.method === method && other.condition === condition);
        return cell ? cellText(cell, measure, bestOf.get(condition) === cell) : '';
      }),
    }));
}

function best(cells: readonly Cell[], { better }: Measure): Cell | undefined {
  const told = cells
    .filter(({ summary }) => summary)
    .sort((a, b) => (a.summary!.mean - b.summary!.mean) * (better === 'lower' ? 1 : -1));
  return told.length > 1 ? told[0] : undefined;
}

/** `mean ± deviation`, bold when best, and failures where there are any. */
function cellText({ summary, failures, items }: Cell, { digits }: Measure, isBest: boolean): string {
  const failed = failures > 0 ? `${summary ? ', ' : ''}${failures} of ${items} failed` : '';
  if (!summary) return failed;
  const text = `${summary.mean.toFixed(digits)} ± ${summary.deviation.toFixed(digits)}`;
  return `${isBest ? `**${text}**` : text}${failed}`;
}

/** Values of slices that are worth a table: groups of two or more. */
function slicesOf({ items }: Evaluation): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { slices } of items)
    for (const [about, group] of Object.entries(slices))
      found.set(about, (found.get(about) ?? new Set()).add(group));
  return new Map(
    [...found].filter(([, groups]) => groups.size > 1).map(([about, groups]) => [about, [...groups].sort()]),
  );
}

/** Groups with their numbers of pictures. */
const counted = ({ items }: Evaluation, about: string, groups: readonly string[]): string[] =>
  groups.map((group) => `${group} (${items.filter(({ slices }) => slices[about] === group).length})`);

const title = ({ name, unit }: Measure): string => (unit === '' ? name : `${name}, ${unit}`);

/** The report as Markdown: how it was made, tables, slices. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const cells = cellsOf(evaluation);
  const lines = [`# ${evaluation.protocol}`, '', ...aboutLines(evaluation), ''];
  for (const measure of evaluation.measures) {
    const rows = rowsOf(cells, evaluation, measure);
    if (rows.length > 0)
      lines.push(`## ${title(measure)}`, '', ...tableLines(['', ...evaluation.conditions], rows), '');
  }
  const pooled = pooledRows(evaluation);
  if (pooled.length > 0)
    lines.push(`## ${pooledTitle}`, '', ...tableLines(['', ...pooledHead(evaluation)], pooled), '');
  for (const [about, groups] of slicesOf(evaluation)) {
    const measure = evaluation.measures[0]!;
    const rows = sliceRows(evaluation, measure, about, groups);
    if (rows.length > 0)
      lines.push(
        `## ${title(measure)} by ${about}`,
        '',
        ...tableLines(['', ...counted(evaluation, about, groups)], rows),
        '',
      );
  }
  return lines.join('\n');
}

function tableLines(head: readonly string[], rows: readonly Row[]): string[] {
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map(({ method, cells }) => `| ${method} | ${cells.join(' | ')} |`),
  ];
}

/** Over all conditions together, a column per group. */
function sliceRows(
  evaluation: Evaluation,
  measure: Measure,
  about: string,
  groups: readonly string[],
): Row[] {
  const whole: Evaluation = {
    ...evaluation,
    conditions: ['all'],
    measures: [measure],
    items: evaluation.items.map((item) => ({ ...item, condition: 'all' })),
  };
  const byGroup = groups.map((group) => cellsOf(whole, ({ slices }) => slices[about] === group));
  return evaluation.methods
    .filter((method) => byGroup.some((cells) => cells.some((cell) => cell.method === method)))
    .map((method) => ({
      method,
      cells: byGroup.map((cells) => {
        const cell = cells.find((other) => other.method === method);
        return cell ? cellText(cell, measure, best(cells, measure) === cell) : '';
      }),
    }));
}

function aboutLines({ data, seed, rogue, created, hardware, settings }: Evaluation): string[] {
  return [
    `${data.items} faces (SHA-256 of the data ${data.sha256.slice(0, 16)}…), seed ${seed}, Rogue ${rogue}, ${created}, Node ${hardware.node} on ${hardware.cores} × ${hardware.processor}.`,
    `Mean ± standard deviation over the faces for which every method has a result; bold is best. Settings: ${
      Object.entries(settings)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join(', ') || 'defaults'
    }.`,
  ];
}

/**
 * The report as one self-contained page: tables, distributions, slices, pictures of worst and middle cases.
 */
export async function evaluationHtml(
  evaluation: Evaluation,
  pictures: readonly CasePicture[],
): Promise<string> {
  const cells = cellsOf(evaluation);
  const sections: string[] = [];
  for (const measure of evaluation.measures) {
    const rows = rowsOf(cells, evaluation, measure);
    if (rows.length === 0) continue;
    const charts = await Promise.all(
      evaluation.conditions.map((condition) => distribution(evaluation, measure, condition)),
    );
    sections.push(
      `<section><h2>${escaped(title(measure))}</h2>${htmlTable(['', ...evaluation.conditions], rows)}<div class="charts">${charts.join('')}</div></section>`,
    );
  }
  for (const [about, groups] of slicesOf(evaluation)) {
    const measure = evaluation.measures[0]!;
    const rows = sliceRows(evaluation, measure, about, groups);
    if (rows.length > 0)
      sections.push(
        `<section><h2>${escaped(`${title(measure)} by ${about}`)}</h2>${htmlTable(['', ...counted(evaluation, about, groups)], rows)}</section>`,
      );
  }
  const pooled = pooledRows(evaluation);
  if (pooled.length > 0)
    sections.unshift(
      `<section><h2>${escaped(pooledTitle)}</h2>${htmlTable(['', ...pooledHead(evaluation)], pooled)}<div class="charts">${await cumulative(evaluation)}</div></section>`,
    );
  const figures = pictures.map(
    ({ title: caption, url }) =>
      `<figure><img src="${url}" alt="${escaped(caption)}"><figcaption>${escaped(caption)}</figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(evaluation.protocol)}</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{padding:.3rem .7rem;border-bottom:1px solid #8884;text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}
.charts,.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}.charts svg{background:#fff;border-radius:6px}figure{margin:0;width:360px}img{width:100%;border-radius:6px}figcaption{opacity:.75;font-size:13px}
</style></head><body>
<h1>${escaped(evaluation.protocol)}</h1>${aboutLines(evaluation)
    .map((line) => `<p>${escaped(line)}</p>`)
    .join('')}
${sections.join('\n')}
${figures.length > 0 ? `<section><h2>Worst and middle cases</h2><div class="figures">${figures.join('\n')}</div></section>` : ''}
</body></html>
`;
}

const pooledTitle = 'All values of all items together: median, mean ± standard deviation, mm';
const pooledHead = ({ pooled = [] }: Evaluation): string[] => [
  ...new Set(pooled.map(({ condition }) => condition)),
];

function pooledRows(evaluation: Evaluation): Row[] {
  const { pooled = [], methods } = evaluation;
  return methods
    .filter((method) => pooled.some((one) => one.method === method))
    .map((method) => ({
      method,
      cells: pooledHead(evaluation).map((condition) => {
        const one = pooled.find((other) => other.method === method && other.condition === condition);
        return one
          ? `${one.median.toFixed(2)}, ${one.mean.toFixed(2)} ± ${one.deviation.toFixed(2)}${one.failures > 0 ? `, ${one.failures} failed` : ''}`
          : '';
      }),
    }));
}

/** The share of values below each distance. */
async function cumulative({ pooled = [], methods }: Evaluation): Promise<string> {
  const series = methods.flatMap((name) => {
    const one = pooled.find(({ method, condition }) => method === name && condition === 'all');
    return one ? [{ name, points: one.curve.map((share, k) => [k * curveStep, 100 * share] as const) }] : [];
  });
  return series.length === 0
    ? ''
    : chartSvg(
        lineChart({
          title: 'cumulative error',
          x: 'mm',
          y: '% of the values below',
          width: 420,
          height: 240,
          series,
        }),
      );
}

function htmlTable(head: readonly string[], rows: readonly Row[]): string {
  const cell = (text: string): string => escaped(text).replace(/\*\*(.*)\*\*/, '<b>$1</b>');
  return `<table><thead><tr>${head.map((text) => `<th>${escaped(text)}</th>`).join('')}</tr></thead><tbody>${rows.map(({ method, cells }) => `<tr><td>${escaped(method)}</td>${cells.map((text) => `<td>${cell(text)}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
}

/** Box plots of all methods under a condition. */
async function distribution(
  { items, methods }: Evaluation,
  measure: Measure,
  condition: string,
): Promise<string> {
  const groups = methods
    .map((label) => ({
      label,
      values: items
        .filter((item) => item.condition === condition)
        .flatMap((item) => valueOf(item, label, measure.name) ?? []),
    }))
    .filter(({ values }) => values.length > 0);
  return groups.length === 0
    ? ''
    : chartSvg(
        boxPlot({ title: condition, x: title(measure), width: 260, height: 34 * groups.length + 10, groups }),
      );
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
