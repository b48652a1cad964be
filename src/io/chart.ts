import type { Config, TopLevelSpec } from 'vega-lite';

/** A chart as Vega-Lite describes it (https://vega.github.io/vega-lite/docs/spec.html). */
export type ChartSpec = TopLevelSpec;

/**
 * Tells series apart on white and on black, also for the colour-blind (after Okabe & Ito 2008, evened out in
 * brightness).
 */
export const seriesColors = [
  '#3b82c4',
  '#d9730d',
  '#12946f',
  '#c2559d',
  '#a58a00',
  '#4aa5d9',
  '#c9483a',
  '#7d7f87',
] as const;

/** Greys that read on white paper and in dark themes alike, since the charts themselves are transparent. */
const INK = '#7a818c';
const FAINT = '#8b949e';
const FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

const houseStyle: Config = {
  background: 'transparent',
  font: FONT,
  padding: 8,
  view: {
    stroke: null,
    continuousWidth: 320,
    continuousHeight: 150,
    discreteWidth: { step: 22 },
    discreteHeight: { step: 18 },
  },
  title: {
    color: INK,
    fontSize: 13,
    fontWeight: 600,
    anchor: 'start',
    frame: 'group',
    offset: 8,
    subtitleColor: INK,
    subtitleFontSize: 11,
  },
  axis: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    domainColor: FAINT,
    tickColor: FAINT,
    gridColor: FAINT,
    gridOpacity: 0.25,
    labelLimit: 320,
  },
  axisX: { grid: false },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    symbolStrokeWidth: 2.5,
  },
  header: { labelColor: INK, titleColor: INK },
  range: { category: [...seriesColors] },
  mark: { color: seriesColors[0] },
  bar: { continuousBandSize: 12 },
  boxplot: { median: { color: 'white' }, rule: { color: FAINT }, ticks: false },
  concat: { spacing: 26 },
};

/**
 * Draws a chart, in Node and in browsers, without a page.
 * @returns a self-contained SVG with a transparent background; several may stand in one HTML page
 * @throws Error of one line when the specification is not Vega-Lite
 */
export async function chartSvg(spec: ChartSpec): Promise<string> {
  // Both are large: whoever draws no chart does not load them.
  const [{ compile }, { View, parse, Warn, logger }] = await Promise.all([
    import('vega-lite'),
    import('vega'),
  ]);
  const heard: string[] = [];
  const quiet = logger(Warn, undefined, (_method, _level, parts) => {
    heard.push(parts.map(String).join(' '));
  });
  try {
    const view = new View(parse(compile(spec, { config: houseStyle, logger: quiet }).spec), {
      renderer: 'none',
      logger: quiet,
    });
    try {
      return withOwnIds(await view.toSVG());
    } finally {
      view.finalize();
    }
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0]!;
    throw new Error(
      `chartSvg: the chart cannot be drawn (${[reason, ...heard].join('; ')}); check it against vega.github.io/vega-lite/docs.`,
      { cause: error },
    );
  }
}

/**
 * Vega counts the names of clips and gradients through a whole process; these depend on the chart alone and
 * differ between charts.
 */
function withOwnIds(svg: string): string {
  const names = [...new Set(Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, name]) => name!))];
  if (names.length === 0) return svg;
  const numbered = names.reduce(
    (text, name, k) =>
      text.replaceAll(`id="${name}"`, `id="@${k}"`).replaceAll(`url(#${name})`, `url(#@${k})`),
    svg,
  );
  return numbered.replaceAll('"@', `"c${hash(numbered)}-`).replaceAll('(#@', `(#c${hash(numbered)}-`);
}

/** FNV-1a, 32 bits, as text. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(36);
}
