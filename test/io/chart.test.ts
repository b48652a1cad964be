import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chartSvg, type ChartSpec } from '../../src/io/chart.js';
import { barChart, boxPlot, heatMap, histogram, lineChart, panels } from '../../src/io/charts.js';

const charts: Readonly<Record<string, ChartSpec>> = {
  histogram: histogram({
    title: 'Yaw',
    x: 'degrees',
    values: [-400, -12, -3, 0, 1, 2, 30, 31],
    range: [-80, 80],
    step: 10,
  }),
  lines: lineChart({
    title: 'Loss',
    x: 'step',
    y: 'loss',
    logY: true,
    series: [
      {
        name: 'training',
        points: [
          [0, 1],
          [10, 0.1],
          [20, NaN],
          [30, 0.01],
        ],
      },
      {
        name: 'validation',
        points: [
          [0, 2],
          [30, 0.1],
        ],
      },
    ],
  }),
  bars: barChart({
    title: 'Error',
    y: '%',
    bars: [
      { label: 'clean', value: 3, error: 0.5, group: 'before' },
      { label: 'clean', value: 2, group: 'after' },
    ],
  }),
  'lying bars': barChart({
    title: 'Units',
    y: '%',
    horizontal: true,
    bars: [{ label: 'jawOpen', value: 3, error: 0.5 }],
  }),
  boxes: boxPlot({
    title: 'Coverage',
    x: '%',
    groups: [
      { label: 'mask', values: [1, 2, 3, 4, 20] },
      { label: 'cup', values: [4, 5] },
    ],
  }),
  table: heatMap({
    title: 'Balance',
    columns: ['young', 'old'],
    rows: ['dark', 'light'],
    values: [1, 2, 3.25, 4],
    digits: 2,
  }),
};
/** What a renderer of SVG draws, as values 0…255 over white. */
const drawn = async (svg: string) =>
  sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).greyscale().raw().toBuffer();

describe('charts', () => {
  it.each(Object.entries(charts))('draw %s as a self-contained picture', async (_, spec) => {
    const svg = await chartSvg(spec);
    const { text } = spec.title as { text: string };
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|undefined|(href|src)="http/);
    const grey = await drawn(svg);
    expect(grey.filter((value) => value < 200).length).toBeGreaterThan(300);
  });

  it('count what lies beyond the range in the outermost bins, and label per cent', async () => {
    const svg = await chartSvg(charts['histogram']!);
    const bars = Array.from(
      svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="bar"/g),
      ([, label]) => label,
    );
    expect(bars).toHaveLength(5);
    expect(bars.join()).toContain('12.5');
  });

  it('leave gaps for values that are missing', async () => {
    const paths = Array.from(
      (await chartSvg(charts['lines']!)).matchAll(/aria-roledescription="line mark"[^>]*d="([^"]+)"/g),
      ([, d]) => d!,
    );
    expect(paths).toHaveLength(2);
    expect(paths[0]!.match(/M/g)).toHaveLength(2);
  });

  it('are the same each time, and keep their clips apart when several stand in one page', async () => {
    const row = panels(Object.values(charts), 3, 'All');
    const first = await chartSvg(row);
    expect(await chartSvg(row)).toBe(first);
    const clipped = (end: number): ChartSpec => ({
      data: { values: [{ x: 1 }, { x: 3 }] },
      mark: { type: 'point', clip: true },
      encoding: { x: { field: 'x', type: 'quantitative', scale: { domain: [0, end] } } },
    });
    const ids = (svg: string) => Array.from(svg.matchAll(/url\(#([^)]+)\)/g), ([, id]) => id!);
    const [a, b] = [await chartSvg(clipped(2)), await chartSvg(clipped(4))];
    expect(ids(a)).toHaveLength(1);
    expect(a).toContain(`id="${ids(a)[0]!}"`);
    expect(ids(a)).not.toEqual(ids(b));
  });

  it('say in one line what is wrong with a specification', async () => {
    await expect(chartSvg({ mark: 'nonsense' } as never)).rejects.toThrow(
      /^chartSvg: .*check it against [^\n]*$/,
    );
  });
});
