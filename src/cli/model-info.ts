import { stat } from 'node:fs/promises';
import { assetFiles, assetsFolder, loadModel } from '../node/files/assets.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { printText } from './terminal.js';

type Row = readonly (string | number)[];

/** Columns side by side; numbers flush right. */
function table(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  );
  return rows
    .map((row) =>
      `  ${row.map((cell, column) => (typeof cell === 'number' ? String(cell).padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}

/** Width, height and depth of the mean skin, mm. */
function extent(model: MorphableModel): string {
  const size = [0, 1, 2].map((axis) => {
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < model.parts[0]!.vertexCount; i++) {
      least = Math.min(least, model.meanShape[i * 3 + axis]!);
      most = Math.max(most, model.meanShape[i * 3 + axis]!);
    }
    return (most - least).toFixed(0);
  });
  return `${size.join(' × ')} mm (width × height × depth of the mean)`;
}

function largestMotion(model: MorphableModel, unit: number): number {
  const { displacements } = model.expression;
  const start = unit * model.vertexCount * 3;
  let largest = 0;
  for (let i = start; i < start + model.vertexCount * 3; i += 3)
    largest = Math.max(largest, Math.hypot(displacements[i]!, displacements[i + 1]!, displacements[i + 2]!));
  return Number(largest.toFixed(1));
}

/** The model in numbers, as text. */
export function describeModel(model: MorphableModel, bytes: number): string {
  const { albedo, landmarks, metadata } = model;
  const overview: Row[] = [
    [
      'file',
      `assets/${assetFiles.model}, ${(bytes / 1e6).toFixed(1)} MB, layout version ${metadata['formatVersion'] ?? '?'}`,
    ],
    ['licence', metadata['licence'] ?? 'not stated'],
    ['source', metadata['source'] ?? 'not stated'],
    ['size', extent(model)],
    ['vertices', model.vertexCount],
    ['triangles', model.parts.reduce((sum, part) => sum + part.triangles.length / 3, 0)],
    [
      'shape',
      `${model.shape.count} components; one σ moves the skin by ${[...model.shape.standardDeviations.slice(0, 5)].map((value) => value.toFixed(2)).join(', ')} … mm RMS`,
    ],
    ['expression', `${model.expression.count} named units`],
    [
      'albedo',
      albedo
        ? `${albedo.count} modes, ${albedo.kind === 'texture' ? `${albedo.meanSize}² texels (modes ${albedo.modeSize}²)` : 'per vertex'}`
        : 'none',
    ],
    [
      'landmarks',
      `68 ${landmarks.ibug68 ? 'yes' : 'no'}, sliding jaw ${landmarks.jaw ? 'yes' : 'no'}, dense ${landmarks.mediapipe?.count ?? 0}, alignment ${landmarks.alignment5?.count ?? 0}`,
    ],
    ['regions', [...model.regions.keys()].join(', ')],
  ].map(([name, value]) => [name!, String(value)]);
  const parts: Row[] = [
    ['part', 'vertices', 'triangles', 'alpha', 'texture'],
    ...model.parts.map((part): Row => [
      part.name,
      part.vertexCount,
      part.triangles.length / 3,
      part.alpha,
      part.texture ? `${part.texture.width}²` : part === model.parts[0] ? 'albedo' : 'none',
    ]),
  ];
  const units: Row[] = [
    ['expression unit', 'moves up to, mm'],
    ...model.expression.names.map((name, k): Row => [name, largestMotion(model, k)]),
  ];
  return [model.name, table(overview), '', table(parts), '', table(units)].join('\n');
}

/** `rogue model info`. */
export async function printModelInfo(): Promise<void> {
  const [model, { size }] = await Promise.all([loadModel(), stat(new URL(assetFiles.model, assetsFolder))]);
  printText(describeModel(model, size));
}
