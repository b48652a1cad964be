import type { Image } from '../math/image.js';
import type {
  AlbedoDetail,
  ExpressionBasis,
  ModelLandmarks,
  ModelPart,
  MorphableModel,
  ShapeBasis,
  SurfacePoints,
  TextureAlbedo,
  VertexAlbedo,
} from './morphable-model.js';
import {
  addExpressions,
  readBasis,
  readExpressions,
  readPersonalUnits,
  type SetTensor,
} from './expression-tensors.js';
import { dequantizeRows, quantizeRows, rowsOf, vertexIndices } from './quantized-rows.js';
import { TensorReader, type NamedTensors, type Tensor } from './tensor-reader.js';

/** What `metadata.format` of a head model file must say. */
export const MODEL_FORMAT = 'rogue-head-model';
/**
 * The version of the layout that this code writes. It also reads the first, in which expressions list all
 * vertices.
 */
export const MODEL_FORMAT_VERSION = '2';
const READABLE_VERSIONS: readonly (string | undefined)[] = ['1', MODEL_FORMAT_VERSION];

/** A model file is not one, or is damaged. The message is one line and names the remedy. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/** Content of a model file before it is written as safetensors. */
export interface ModelTensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

interface PartEntry {
  readonly name: string;
  readonly firstVertex: number;
  readonly vertexCount: number;
  readonly alpha: ModelPart['alpha'];
  readonly turnsAbout?: 'sphereCentre';
}

/**
 * Lays a model out as named tensors; displacements lose at most half a step of 1/32767 of a component's
 * largest value.
 */
export function modelToTensors(model: MorphableModel): ModelTensors {
  const tensors = new Map<string, Tensor>();
  const set = (name: string, shape: readonly number[], data: Tensor['data']) =>
    tensors.set(name, { shape, data });
  const v = model.vertexCount;
  set('mesh.mean', [v, 3], model.meanShape);
  const shape = quantizeRows(rowsOf(model.shape.displacements, model.shape.count), 16);
  set('shape.displacements', [model.shape.count, v, 3], shape.steps);
  set('shape.scales', [model.shape.count], shape.scales);
  set('shape.standard_deviations', [model.shape.count], model.shape.standardDeviations);
  addExpressions(set, model.expression, v);
  set('expression.lower', [model.expression.count], model.expression.lower);
  set('expression.upper', [model.expression.count], model.expression.upper);
  if (model.albedo) addAlbedo(set, model.albedo, v);
  const regions = [...model.regions];
  set(
    'regions',
    [regions.length, v],
    Uint8Array.from(regions.flatMap(([, mask]) => Array.from(mask, (value) => Math.round(value * 255)))),
  );
  for (const part of model.parts) addPart(set, part, v);
  addLandmarks(set, model.landmarks, v);
  const parts: PartEntry[] = model.parts.map(({ name, firstVertex, vertexCount, alpha, turnsAbout }) => ({
    name,
    firstVertex,
    vertexCount,
    alpha,
    ...(turnsAbout && { turnsAbout }),
  }));
  const metadata = {
    ...model.metadata,
    format: MODEL_FORMAT,
    formatVersion: MODEL_FORMAT_VERSION,
    name: model.name,
    units: 'mm',
    axes: '+x subject left (picture right), +y up, +z out of the face; origin between the eyeball centres',
    vertices: String(v),
    shapeComponents: String(model.shape.count),
    expressionNames: JSON.stringify(model.expression.names),
    regionNames: JSON.stringify(regions.map(([name]) => name)),
    parts: JSON.stringify(parts),
    ...(model.landmarks.jaw && { jawCandidates: String(model.landmarks.jaw.perPoint) }),
  };
  return { tensors, metadata };
}

function addAlbedo(set: SetTensor, albedo: TextureAlbedo | VertexAlbedo, v: number): void {
  const modes = quantizeRows(rowsOf(albedo.modes, albedo.count), 8);
  const shape = albedo.kind === 'texture' ? [albedo.meanSize, albedo.meanSize, 3] : [v, 3];
  const modeShape = albedo.kind === 'texture' ? [albedo.modeSize, albedo.modeSize, 3] : [v, 3];
  set(
    `albedo.${albedo.kind}.mean`,
    shape,
    Uint16Array.from(albedo.mean, (value) => Math.round(Math.min(1, Math.max(0, value)) * 65_535)),
  );
  set(`albedo.${albedo.kind}.modes`, [albedo.count, ...modeShape], modes.steps);
  set(`albedo.${albedo.kind}.scales`, [albedo.count], modes.scales);
  if (albedo.kind === 'texture' && albedo.detail) addDetail(set, albedo.detail, albedo.count);
}

function addDetail(set: SetTensor, detail: AlbedoDetail, count: number): void {
  const { left, top, width, height, size } = detail;
  const modes = quantizeRows(rowsOf(detail.modes, count), 8);
  set('albedo.detail.window', [4], Float32Array.of(left, top, width, height));
  set('albedo.detail.modes', [count, size, size, 3], modes.steps);
  set('albedo.detail.scales', [count], modes.scales);
}

function addPart(set: SetTensor, part: ModelPart, v: number): void {
  const prefix = `part.${part.name}`;
  set(`${prefix}.triangles`, [part.triangles.length / 3, 3], vertexIndices(part.triangles, v));
  set(`${prefix}.uvs`, [part.uvs.length / 2, 2], part.uvs);
  set(
    `${prefix}.uv_triangles`,
    [part.uvTriangles.length / 3, 3],
    vertexIndices(part.uvTriangles, part.uvs.length / 2),
  );
  if (part.texture)
    set(
      `${prefix}.texture`,
      [part.texture.height, part.texture.width, 4],
      Uint8Array.from(part.texture.data),
    );
}

function addLandmarks(set: SetTensor, landmarks: ModelLandmarks, v: number): void {
  const sets: Record<string, SurfacePoints | undefined> = {
    ibug68: landmarks.ibug68,
    jaw: landmarks.jaw?.candidates,
    mediapipe: landmarks.mediapipe,
    alignment5: landmarks.alignment5,
  };
  for (const [name, points] of Object.entries(sets)) {
    if (!points) continue;
    set(`landmarks.${name}.vertices`, [points.count, 3], vertexIndices(points.vertices, v));
    set(`landmarks.${name}.weights`, [points.count, 3], points.weights);
  }
}

/**
 * Reads and validates a model. Every shape, index and count is checked here, so that nothing later needs to.
 * @throws ModelFileError naming the first thing that is wrong
 */
export function modelFromTensors({ tensors, metadata }: ModelTensors): MorphableModel {
  if (metadata.format !== MODEL_FORMAT) {
    throw new ModelFileError(
      `Head model: expected a "${MODEL_FORMAT}" file, found ${JSON.stringify(metadata.format ?? 'none')}; use assets/head-model.safetensors.`,
    );
  }
  if (!READABLE_VERSIONS.includes(metadata.formatVersion)) {
    throw new ModelFileError(
      `Head model: expected layout version ${MODEL_FORMAT_VERSION}, found ${JSON.stringify(metadata.formatVersion ?? 'none')}; rebuild it with "npm run build-head-model".`,
    );
  }
  const read = new TensorReader(tensors, (problem) => {
    throw new ModelFileError(
      `Head model: ${problem.replace(/\s+/g, ' ')}; the file is damaged or not a head model, install the package again.`,
    );
  });
  const meanShape = read.floats('mesh.mean', [undefined, 3]);
  const v = meanShape.length / 3;
  if (v === 0) read.fail('no vertices');
  const json = <T>(key: string, check: (value: unknown) => value is T): T => read.json(metadata, key, check);
  const names = json('expressionNames', isStringArray);
  const shape = readBasis(read, 'shape', v);
  const expression = readExpressions(read, v);
  if (names.length !== expression.count)
    read.fail(`expected ${expression.count} expression names, found ${names.length}`);
  const regionNames = json('regionNames', isStringArray);
  const regionBytes = read.integers('regions', [regionNames.length, v], 256);
  const parts = json('parts', isPartList).map((entry) => readPart(read, entry, v));
  if (parts.length === 0) read.fail('no parts');
  if (new Set(parts.map(({ name }) => name)).size < parts.length) read.fail('two parts have the same name');
  const model: MorphableModel = {
    name: metadata.name ?? 'unnamed',
    metadata,
    vertexCount: v,
    meanShape,
    shape: {
      ...shape,
      standardDeviations: read.floats('shape.standard_deviations', [shape.count]),
    } satisfies ShapeBasis,
    expression: {
      ...expression,
      names,
      lower: read.floats('expression.lower', [names.length]),
      upper: read.floats('expression.upper', [names.length]),
      personal: readPersonalUnits(read, names.length, shape.count, v),
    } satisfies ExpressionBasis,
    albedo: readAlbedo(read, v),
    parts,
    regions: new Map(
      regionNames.map((name, i) => [name, sharesOf(regionBytes.subarray(i * v, (i + 1) * v), 255)]),
    ),
    landmarks: readLandmarks(read, metadata, v),
  };
  const { lower, upper } = model.expression;
  if (lower.some((value, k) => value > upper[k]!))
    read.fail('an expression has its lower bound above its upper bound');
  if (model.albedo?.kind === 'texture' && parts[0]!.uvTriangles.length === 0)
    read.fail(`part ${parts[0]!.name} has no texture coordinates for the albedo texture`);
  // An optional tensor whose name is damaged would otherwise be taken for one that the model does not have.
  const [stranger] = read.unread();
  if (stranger !== undefined) read.fail(`tensor ${JSON.stringify(stranger)} does not belong here`);
  return model;
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isPartList(value: unknown): value is PartEntry[] {
  return (
    Array.isArray(value) &&
    value.every((item: unknown) => {
      const part = item as Partial<PartEntry> | null;
      return (
        typeof part?.name === 'string' &&
        isCount(part.firstVertex) &&
        isCount(part.vertexCount) &&
        ['opaque', 'mask', 'blend'].includes(part.alpha ?? '') &&
        [undefined, 'sphereCentre'].includes(part.turnsAbout)
      );
    })
  );
}

/** Steps as shares of the largest. A loop: mapping typed arrays by `from` takes ten times as long. */
function sharesOf(steps: ArrayLike<number>, largest: number): Float32Array {
  const out = new Float32Array(steps.length);
  for (let i = 0; i < out.length; i++) out[i] = steps[i]! / largest;
  return out;
}

function readAlbedo(read: TensorReader, v: number): TextureAlbedo | VertexAlbedo | undefined {
  const kind = read.has('albedo.texture.mean')
    ? 'texture'
    : read.has('albedo.vertex.mean')
      ? 'vertex'
      : undefined;
  if (!kind) return undefined;
  const scales = read.floats(`albedo.${kind}.scales`, [undefined]);
  const count = scales.length;
  const shape = kind === 'texture' ? [undefined, undefined, 3] : [v, 3];
  const mean = sharesOf(read.integers(`albedo.${kind}.mean`, shape, 65_536), 65_535);
  const modes = dequantizeRows(read.steps(`albedo.${kind}.modes`, [count, ...shape]), scales);
  if (kind === 'vertex') return { kind, count, mean, modes };
  const [meanSize, meanHeight] = read.shape('albedo.texture.mean');
  const [, modeSize, modeHeight] = read.shape('albedo.texture.modes');
  if (meanSize !== meanHeight || modeSize !== modeHeight || !meanSize || !modeSize)
    read.fail('expected square albedo textures');
  return {
    kind,
    count,
    mean,
    meanSize: meanSize!,
    modes,
    modeSize: modeSize!,
    detail: readDetail(read, count),
  };
}

function readDetail(read: TensorReader, count: number): AlbedoDetail | undefined {
  if (!read.has('albedo.detail.modes')) return undefined;
  const scales = read.floats('albedo.detail.scales', [count]);
  const modes = dequantizeRows(read.steps('albedo.detail.modes', [count, undefined, undefined, 3]), scales);
  const [, size, other] = read.shape('albedo.detail.modes');
  if (size !== other || !size) read.fail('expected square albedo details');
  const [left, top, width, height] = read.floats('albedo.detail.window', [4]) as unknown as number[];
  const inside = left! >= 0 && top! >= 0 && left! + width! <= 1 && top! + height! <= 1;
  if (!inside || !(width! > 0 && height! > 0)) read.fail('albedo details beyond the atlas');
  return { left: left!, top: top!, width: width!, height: height!, size: size!, modes };
}

function readPart(read: TensorReader, entry: PartEntry, v: number): ModelPart {
  const prefix = `part.${entry.name}`;
  const end = entry.firstVertex + entry.vertexCount;
  if (end > v) read.fail(`part ${entry.name} reaches beyond the ${v} vertices`);
  const triangles = Uint32Array.from(read.integers(`${prefix}.triangles`, [undefined, 3], v));
  if (triangles.some((vertex) => vertex < entry.firstVertex || vertex >= end))
    read.fail(`part ${entry.name} has triangles with vertices of another part`);
  const uvs = read.floats(`${prefix}.uvs`, [undefined, 2]);
  if (uvs.some((value) => value < 0 || value > 1))
    read.fail(`part ${entry.name} has texture coordinates outside 0…1`);
  const uvTriangles = Uint32Array.from(
    read.integers(`${prefix}.uv_triangles`, [undefined, 3], uvs.length / 2),
  );
  if (uvTriangles.length > 0 && uvTriangles.length !== triangles.length)
    read.fail(`part ${entry.name}: ${triangles.length} corners, ${uvTriangles.length} texture corners`);
  return {
    name: entry.name,
    firstVertex: entry.firstVertex,
    vertexCount: entry.vertexCount,
    alpha: entry.alpha,
    triangles,
    uvs,
    uvTriangles,
    texture: readTexture(read, `${prefix}.texture`),
    turnsAbout: entry.turnsAbout,
  };
}

function readTexture(read: TensorReader, name: string): Image | undefined {
  if (!read.has(name)) return undefined;
  const data = Uint8Array.from(read.integers(name, [undefined, undefined, 4], 256));
  const [height, width] = read.shape(name);
  if (data.length === 0) read.fail(`tensor "${name}" is an empty texture`);
  return { width: width!, height: height!, channels: 4, data };
}

function readPoints(
  read: TensorReader,
  name: string,
  v: number,
  counts?: readonly number[],
): SurfacePoints | undefined {
  if (!read.has(`landmarks.${name}.vertices`)) return undefined;
  const vertices = Uint32Array.from(read.integers(`landmarks.${name}.vertices`, [undefined, 3], v));
  const count = vertices.length / 3;
  if (counts && !counts.includes(count))
    read.fail(`expected ${counts.join(' or ')} ${name} landmarks, found ${count}`);
  const weights = read.floats(`landmarks.${name}.weights`, [count, 3]);
  for (let i = 0; i < weights.length; i += 3) {
    if (Math.abs(weights[i]! + weights[i + 1]! + weights[i + 2]! - 1) > 1e-3)
      read.fail(`${name} landmark ${i / 3} has weights that do not sum to 1`);
  }
  return { count, vertices, weights };
}

function readLandmarks(
  read: TensorReader,
  metadata: Readonly<Record<string, string>>,
  v: number,
): ModelLandmarks {
  const candidates = readPoints(read, 'jaw', v);
  const perPoint = Number(metadata.jawCandidates);
  if (candidates && candidates.count !== 17 * perPoint)
    read.fail(`expected 17×${perPoint} jaw candidates, found ${candidates.count}`);
  return {
    ibug68: readPoints(read, 'ibug68', v, [68]),
    jaw: candidates && { perPoint, candidates },
    mediapipe: readPoints(read, 'mediapipe', v, [468, 478]),
    alignment5: readPoints(read, 'alignment5', v, [5]),
  };
}
