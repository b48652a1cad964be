import type { ChartSpec } from './chart.js';

/** What all charts share. */
export interface ChartLabels {
  readonly title?: string;
  /** Smaller, under the title. */
  readonly subtitle?: string;
  /** Axis titles, with units. */
  readonly x?: string;
  readonly y?: string;
  /** Of the plotting area, px. */
  readonly width?: number;
  readonly height?: number;
}

export interface HistogramOptions extends ChartLabels {
  readonly values: readonly number[];
  /**
   * Ends of the first and the last bin; values beyond are counted in these. Default: round numbers around the
   * values.
   */
  readonly range?: readonly [number, number];
  /** Width of a bin; the range should be a multiple. Default: about 30 bins. */
  readonly step?: number;
  /** Values to write on the axis. Default: about seven round ones. */
  readonly ticks?: readonly number[];
}

/** How often values occur, per cent of all per bin. */
export function histogram({ values, range, step, ticks, ...labels }: HistogramOptions): ChartSpec {
  const seen = range
    ? values.map((value) => Math.min(range[1] - 1e-9 * (range[1] - range[0]), Math.max(range[0], value)))
    : values;
  return {
    ...frame(labels),
    data: { values: seen.map((value) => ({ value })) },
    transform: [
      {
        bin: { maxbins: 30, ...(range && { extent: [...range] }), ...(step && { step }) },
        field: 'value',
        as: ['from', 'to'],
      },
      { aggregate: [{ op: 'count', as: 'count' }], groupby: ['from', 'to'] },
      { calculate: `100 * datum.count / ${Math.max(1, values.length)}`, as: 'share' },
    ],
    mark: { type: 'bar', binSpacing: 0.5 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        bin: { binned: true },
        title: labels.x ?? null,
        axis: ticks ? { values: [...ticks] } : { tickCount: 7 },
        ...(range && { scale: { domain: [...range] } }),
      },
      x2: { field: 'to' },
      y: { field: 'share', type: 'quantitative', title: labels.y ?? '%', axis: { tickCount: 4 } },
    },
  };
}

/** A named line: pairs of x and y; pairs with a value that is not finite leave a gap. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChartOptions extends ChartLabels {
  readonly series: readonly Series[];
  /** Axes in equal ratios instead of equal steps; values of 0 and less cannot be shown there. */
  readonly logX?: boolean;
  readonly logY?: boolean;
}

/** Values over steps, one line per series. */
export function lineChart({ series, logX, logY, ...labels }: LineChartOptions): ChartSpec {
  const shown = (value: number, log = false): number | null =>
    Number.isFinite(value) && (!log || value > 0) ? value : null;
  const values = series.flatMap(({ name, points }) =>
    points.map(([x, y]) => ({ name, x: shown(x, logX), y: shown(y, logY) })),
  );
  return {
    ...frame(labels),
    data: { values },
    mark: { type: 'line', strokeWidth: 1.75, invalid: 'break-paths-show-path-domains' },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: labels.x ?? null,
        scale: { zero: false, nice: false, ...(logX && { type: 'log' }) },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: labels.y ?? null,
        scale: { zero: false, ...(logY && { type: 'log' }) },
      },
      color: {
        field: 'name',
        type: 'nominal',
        sort: series.map(({ name }) => name),
        title: null,
        ...(series.length < 2 && { legend: null }),
      },
    },
  };
}

/** One bar; bars of one label stand side by side, told apart by their group's colour. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Half the length of the error bar, in the unit of the value. */
  readonly error?: number;
  readonly group?: string;
}

export interface BarChartOptions extends ChartLabels {
  readonly bars: readonly Bar[];
  /** Labels on the left, bars to the right; `y` then titles the values' axis all the same. */
  readonly horizontal?: boolean;
}

/** A value per label, with error bars where there are errors. */
export function barChart({ bars, horizontal = false, ...labels }: BarChartOptions): ChartSpec {
  const along = horizontal ? 'x' : 'y';
  const across = horizontal ? 'y' : 'x';
  const groups = distinct(bars.map(({ group }) => group ?? ''));
  const value = {
    type: 'quantitative',
    title: labels.y ?? null,
    axis: { tickCount: 5, grid: true },
  } as const;
  const place = {
    [across]: {
      field: 'label',
      type: 'nominal',
      sort: distinct(bars.map(({ label }) => label)),
      title: labels.x ?? null,
      axis: { ...(!horizontal && { labelAngle: 0 }) },
    },
    ...(groups.length > 1 && { [`${across}Offset`]: { field: 'group', type: 'nominal', sort: groups } }),
  };
  const color = { field: 'group', type: 'nominal', sort: groups, title: null } as const;
  const layer = [
    {
      mark: { type: 'bar' },
      encoding: { ...place, [along]: { field: 'value', ...value }, ...(groups.length > 1 && { color }) },
    },
    {
      transform: [
        { filter: 'isValid(datum.error)' },
        { calculate: 'datum.value - datum.error', as: 'low' },
        { calculate: 'datum.value + datum.error', as: 'high' },
      ],
      mark: { type: 'rule', color: '#7a818c', strokeWidth: 1.5 },
      encoding: {
        ...place,
        [along]: { field: 'low', type: 'quantitative' },
        [`${along}2`]: { field: 'high' },
      },
    },
  ];
  return { ...frame(labels), data: { values: bars.map((bar) => ({ ...bar })) }, layer: layer as never };
}

export interface BoxPlotOptions extends ChartLabels {
  readonly groups: readonly { readonly label: string; readonly values: readonly number[] }[];
}

/** Quartiles per group, lying; whiskers reach 1.5 times the box, points are beyond. */
export function boxPlot({ groups, ...labels }: BoxPlotOptions): ChartSpec {
  return {
    ...frame(labels),
    data: { values: groups.flatMap(({ label, values }) => values.map((value) => ({ label, value }))) },
    mark: { type: 'boxplot', extent: 1.5, size: 10, outliers: { size: 6, opacity: 0.5 } },
    encoding: {
      y: { field: 'label', type: 'nominal', sort: groups.map(({ label }) => label), title: labels.y ?? null },
      x: {
        field: 'value',
        type: 'quantitative',
        title: labels.x ?? null,
        scale: { zero: false },
        axis: { grid: true },
      },
    },
  };
}

export interface HeatMapOptions extends ChartLabels {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Row by row, rows.length × columns.length. */
  readonly values: readonly number[];
  /** Digits after the point of the numbers in the cells. Default 1. */
  readonly digits?: number;
}

/** A table of numbers, the larger the stronger coloured; rows from the top. */
export function heatMap({ columns, rows, values, digits = 1, ...labels }: HeatMapOptions): ChartSpec {
  const cells = values.map((value, k) => ({
    value,
    column: columns[k % columns.length]!,
    row: rows[Math.floor(k / columns.length)]!,
  }));
  const place = {
    x: {
      field: 'column',
      type: 'ordinal',
      sort: [...columns],
      title: labels.x ?? null,
      axis: { labelAngle: 0, domain: false, ticks: false },
    },
    y: {
      field: 'row',
      type: 'ordinal',
      sort: [...rows],
      title: labels.y ?? null,
      axis: { domain: false, ticks: false },
    },
  } as const;
  return {
    width: columns.length * 54,
    height: rows.length * 22,
    ...frame(labels),
    data: { values: cells },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          ...place,
          color: {
            field: 'value',
            type: 'quantitative',
            legend: null,
            scale: { domainMin: 0, range: ['#dbe7f3', '#2a6aa6'] },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 11 },
        encoding: {
          ...place,
          text: { field: 'value', type: 'quantitative', format: `.${digits}f` },
          color: {
            condition: { test: `datum.value > ${0.5 * Math.max(...values, 0)}`, value: '#ffffff' },
            value: '#24415c',
          },
        },
      },
    ],
  };
}

/** Charts beside and below one another, each with its own axes and colours. */
export function panels(charts: readonly ChartSpec[], columns: number, title?: string): ChartSpec {
  // Every chart made above may stand in a row; Vega-Lite's types tell apart those that stand alone.
  const concat = charts as never;
  return {
    ...(title !== undefined && { title: { text: title, fontSize: 15 } }),
    concat,
    columns,
    align: 'each',
    resolve: { scale: { color: 'independent' } },
  };
}

function frame({
  title,
  subtitle,
  width,
  height,
}: ChartLabels): Pick<ChartSpec, 'title'> & { width?: number; height?: number } {
  return {
    ...(title !== undefined && { title: { text: title, ...(subtitle !== undefined && { subtitle }) } }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
