import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEmbedder, embedderRecipes, type Embedder, type EmbedderName } from '../evaluate/embedders.js';
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
import { measuredRegions, photoCases, syntheticCases } from '../node/evaluation/evaluation-cases.js';
import {
  casePictures,
  evaluationFiles,
  refuseForeignReport,
  runEvaluation,
  writeEvaluation,
} from '../node/evaluation/evaluation-run.js';
import { conditionFolder, predictedFolder, withoutEnding } from '../node/evaluation/predicted-folder.js';
import { insideFolder } from '../node/files/inside-folder.js';
import { writeWhole } from '../node/files/whole-file.js';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import { messageOf, UsageError } from './errors.js';
import type { EvaluateFlags, FaceProtocol, NamedFile } from './evaluate-flags.js';
import { interruptible } from './interruptible.js';
import { createProgress } from './progress.js';
import { print, printText } from './terminal.js';

/** Faces of shards that are taken without --count. */
const SYNTHETIC_COUNT = 200;

/**
 * Runs a protocol, prints its tables and writes the report.
 * @throws UsageError for files that are not what they should be; InterruptedError after Ctrl-C, with nothing
 *   written
 */
export async function runFaceProtocol(
  protocol: FaceProtocol,
  path: string,
  flags: EvaluateFlags,
): Promise<void> {
  await interruptible('interrupted; nothing was written', (signal) =>
    evaluateProtocol(protocol, path, flags, signal),
  );
}

async function evaluateProtocol(
  protocol: FaceProtocol,
  path: string,
  flags: EvaluateFlags,
  signal: AbortSignal,
): Promise<void> {
  await refuseForeignReport(flags.out);
  const rogue = await loadRogue();
  const released: { release(): Promise<void> }[] = [rogue];
  let bar: ReturnType<typeof createProgress> | undefined;
  try {
    signal.throwIfAborted();
    const tools = { rogue, hand: await loadHand() };
    const { seed, conditions, detect = false, count } = flags;
    const all = await (protocol === 'synthetic'
      ? syntheticCases(path, tools, count ?? SYNTHETIC_COUNT)
      : photoCases(path, tools, protocol === 'landmarks'));
    const data = { ...all, sources: all.sources.slice(0, count) };
    const methods = await methodsOf(flags, rogue, released);
    const measurers = await measurersOf(protocol, flags, released);
    signal.throwIfAborted();
    bar = createProgress(data.sources.length, { interval: 10 });
    const options = {
      protocol,
      data,
      methods,
      measurers,
      seed,
      detect,
      conditions,
      faceMask: rogue.model.regions.get('face')!,
      signal,
      created: new Date().toISOString(),
      settings: {
        data: path,
        ...(count !== undefined && { count }),
        ...(detect && { detect }),
        ...(flags.skin && { skin: flags.skin }),
      },
      onCase: (_: number, id: string) => {
        bar!.done(id);
      },
      ...(flags.writePhotos !== undefined && { onPhoto: photoWriter(flags.writePhotos) }),
    };
    const evaluation = await runEvaluation(options);
    bar.stop();
    const pictures = await casePictures(evaluation, data.sources, options);
    signal.throwIfAborted();
    await writeEvaluation(flags.out, evaluation, pictures);
    printText(evaluationMarkdown(evaluation));
    print(`report: ${join(flags.out, evaluationFiles.html)}`);
  } finally {
    bar?.stop();
    for (const held of released) await held.release();
  }
}

async function methodsOf(
  { methods, networks = [], predictions = [], skin = 'model' }: EvaluateFlags,
  rogue: Rogue,
  released: { release(): Promise<void> }[],
): Promise<EvaluationMethod[]> {
  const draw = createFaceRenderer(rogue.model, skin);
  const texture = skin === 'photo' ? 'photo' : 'none';
  const found: EvaluationMethod[] = methods.map((name) =>
    name === 'dense' ? denseLandmarkMethod(rogue) : reconstructionMethod(rogue, name, draw, name, texture),
  );
  for (const { name, file } of networks) {
    const own = await loadRogue({ regressor: file });
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
  { embedding = [{ name: 'mobilefacenet', file: assetPath(assetFiles.recognition) }] }: EvaluateFlags,
  released: { release(): Promise<void> }[],
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
          const embedder = await embedderOf(one);
          released.push(embedder);
          return perceptualMeasurer(one.name, embedder);
        }),
      );
  }
}

async function embedderOf({ name, file }: NamedFile): Promise<Embedder> {
  const recipe = embedderRecipes[name as EmbedderName] as (typeof embedderRecipes)[EmbedderName] | undefined;
  if (!recipe)
    throw new UsageError(`--embedding ${name}: unknown; one of ${Object.keys(embedderRecipes).join(', ')}`);
  try {
    const network = await readFile(file);
    // Says what is wrong before ONNX Runtime does, which prints lines of its own.
    decodeOnnx(network);
    return await createEmbedder(nodeRuntime({ threads: 1 }), network, recipe);
  } catch (error) {
    throw new UsageError(
      `--embedding ${name}=${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : messageOf(error)}`,
    );
  }
}

/** Writes `<folder>/<condition>/<photo>.png`. */
function photoWriter(
  folder: string,
): (id: string, condition: string, image: Parameters<typeof encodePng>[0]) => Promise<void> {
  // Of photos that differ in their endings alone, all but the first keep theirs.
  const owners = new Map<string, string>();
  return async (id, condition, image) => {
    const stem = withoutEnding(id);
    const name = `${conditionFolder(condition)}/${stem.toLowerCase()}`;
    if (!owners.has(name)) owners.set(name, id);
    const own = owners.get(name) === id ? stem : id;
    const path = insideFolder(join(folder, conditionFolder(condition)), `${own}.png`);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, await encodePng(image));
  };
}
