import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEmbedder, embedderRecipes, type Embedder, type EmbedderName } from '../evaluate/embedders.js';
import type { EvaluateFaceOptions } from '../evaluate/evaluate-faces.js';
import {
  consistencyMeasurer,
  landmarkMeasurer,
  perceptualMeasurer,
  photometricMeasurer,
  vertexMeasurer,
  type FaceMeasurer,
} from '../evaluate/measure-face.js';
import { denseLandmarkMethod, reconstructionMethod } from '../evaluate/methods.js';
import type { EvaluationMethod } from '../evaluate/prediction.js';
import { createFaceRenderer } from '../evaluate/render-face.js';
import type { Rogue } from '../fit/rogue.js';
import { decodeOnnx } from '../graph/onnx/decode.js';
import { encodePng, loadRogue, nodeRuntime } from '../node.js';
import { assetFiles, assetPath, loadHand } from '../node/files/assets.js';
import {
  measuredRegions,
  photoCases,
  syntheticCases,
  type DataSource,
} from '../node/evaluation/evaluation-cases.js';
import { conditionFolder, predictedFolder, withoutEnding } from '../node/evaluation/predicted-folder.js';
import { insideFolder } from '../node/files/inside-folder.js';
import { writeWhole } from '../node/files/whole-file.js';
import type { Runtime } from '../runtime/session.js';
import { messageOf, UsageError } from './errors.js';
import type { EvaluateFlags, FaceProtocol, NamedFile } from './evaluate-flags.js';

/** Faces of shards that are taken without --count. */
const SYNTHETIC_COUNT = 200;

/** What an evaluation is made with. */
export interface EvaluationTools {
  /** All faces of the data, before --count. */
  readonly sources: readonly DataSource[];
  readonly options: EvaluateFaceOptions;
  release(): Promise<void>;
}

interface OpenTools {
  readonly rogue: Rogue;
  readonly runtime: Runtime | undefined;
  /** What is to be released in the end. */
  readonly released: { release(): Promise<void> }[];
}

/**
 * Loads networks, and looks for the data.
 * @param runtime of all networks; default: this thread's, each as it likes
 * @throws UsageError, EvaluationError, ShardReadError; nothing is left loaded then
 */
export async function evaluationTools(
  protocol: FaceProtocol,
  path: string,
  flags: EvaluateFlags,
  runtime?: Runtime,
): Promise<EvaluationTools> {
  const rogue = await loadRogue(runtime ? { runtime } : {});
  const released: { release(): Promise<void> }[] = [rogue];
  const release = async (): Promise<void> => {
    for (const held of released) await held.release();
  };
  try {
    const tools = { rogue, hand: await loadHand() };
    const sources = await (protocol === 'synthetic'
      ? syntheticCases(path, tools, flags.count ?? SYNTHETIC_COUNT)
      : photoCases(path, tools, protocol === 'landmarks'));
    const open = { rogue, runtime, released };
    const { seed, conditions, detect = false, writePhotos } = flags;
    const ids = sources.map(({ id }) => id);
    return {
      sources,
      options: {
        methods: await methodsOf(protocol, flags, open),
        measurers: await measurersOf(protocol, flags, open),
        ...{ seed, conditions, detect },
        faceMask: rogue.model.regions.get('face')!,
        ...(writePhotos !== undefined && { onPhoto: photoWriter(writePhotos, ids) }),
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What draws heads, and so needs their textures. */
const DRAWING: readonly FaceProtocol[] = ['perceptual', 'photometric'];

async function methodsOf(
  protocol: FaceProtocol,
  { methods, networks = [], predictions = [], skin = 'model' }: EvaluateFlags,
  { rogue, runtime, released }: OpenTools,
): Promise<EvaluationMethod[]> {
  const draw = createFaceRenderer(rogue.model, skin);
  const texture = DRAWING.includes(protocol) ? skin : 'none';
  const found: EvaluationMethod[] = methods.map((name) =>
    name === 'dense' ? denseLandmarkMethod(rogue) : reconstructionMethod(rogue, name, draw, name, texture),
  );
  for (const { name, file } of networks) {
    const own = await loadRogue({ regressor: file, ...(runtime && { runtime }) });
    released.push(own);
    found.push(reconstructionMethod(own, 'network', draw, name, texture));
  }
  for (const { name, file } of predictions) {
    if (
      !(await stat(file).then(
        (entry) => entry.isDirectory(),
        () => false,
      ))
    )
      throw new UsageError(`--predictions ${name}=${file}: no such folder`);
    found.push(predictedFolder(name, file, rogue));
  }
  if (found.length === 0)
    throw new UsageError('nothing to evaluate: name --methods, --networks or --predictions');
  const twice = found.find(({ name }, k) => found.findIndex((other) => other.name === name) < k);
  if (twice) throw new UsageError(`two methods are called "${twice.name}"; give them names of their own`);
  return found;
}

async function measurersOf(
  protocol: FaceProtocol,
  { embedding = [{ name: 'mobilefacenet', file: assetPath(assetFiles.recognitionTeacher) }] }: EvaluateFlags,
  { runtime, released }: OpenTools,
): Promise<FaceMeasurer[]> {
  switch (protocol) {
    case 'landmarks':
      return [landmarkMeasurer];
    case 'consistency':
      return [consistencyMeasurer];
    case 'synthetic':
      return [vertexMeasurer(measuredRegions), landmarkMeasurer, consistencyMeasurer];
    case 'photometric':
      return [photometricMeasurer];
    case 'perceptual':
      return Promise.all(
        embedding.map(async (one) => {
          const embedder = await embedderOf(one, runtime);
          released.push(embedder);
          return perceptualMeasurer(one.name, embedder);
        }),
      );
  }
}

async function embedderOf(
  { name, file }: NamedFile,
  runtime = nodeRuntime({ threads: 1 }),
): Promise<Embedder> {
  const recipe = embedderRecipes[name as EmbedderName] as (typeof embedderRecipes)[EmbedderName] | undefined;
  if (!recipe)
    throw new UsageError(`--embedding ${name}: unknown; one of ${Object.keys(embedderRecipes).join(', ')}`);
  try {
    const network = await readFile(file);
    // Says what is wrong before ONNX Runtime does, which prints lines of its own.
    decodeOnnx(network);
    return await createEmbedder(runtime, network, recipe);
  } catch (error) {
    throw new UsageError(
      `--embedding ${name}=${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : messageOf(error)}`,
    );
  }
}

/** Writes `<folder>/<condition>/<photo>.png`. @param ids of all photos, in their order */
function photoWriter(
  folder: string,
  ids: readonly string[],
): (id: string, condition: string, image: Parameters<typeof encodePng>[0]) => Promise<void> {
  // Of photos that differ in their endings alone, all but the first keep theirs.
  const owners = new Map<string, string>();
  for (const id of ids) {
    const name = withoutEnding(id).toLowerCase();
    if (!owners.has(name)) owners.set(name, id);
  }
  return async (id, condition, image) => {
    const stem = withoutEnding(id);
    const own = owners.get(stem.toLowerCase()) === id ? stem : id;
    const path = insideFolder(join(folder, conditionFolder(condition)), `${own}.png`);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, await encodePng(image));
  };
}
