import { basename, join } from 'node:path';
import type { FindFacesOptions, GivenBox } from '../detect/find-faces.js';
import type { NoFaceCause } from '../detect/no-face-cause.js';
import type { Reconstruction, ReconstructMethod, TextureSource } from '../fit/reconstruction.js';
import type { Result } from '../fit/result.js';
import type { ReconstructPhotoOptions } from '../fit/rogue.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { decodeImage, encodePng, type DecodedImage } from '../node/files/image-codec.js';
import { exitCodes, messageOf, OutputError, UsageError } from './errors.js';
import { faceFiles, type FaceFilesOptions, type Format } from './face-files.js';
import { findPhotos, shown, type FailedInput, type PhotoJob } from './inputs.js';
import { noFaceMessage } from './no-face.js';
import { OutputFolder } from './output-folder.js';
import { createProgress } from './progress.js';
import { complain, print } from './terminal.js';

export interface ReconstructFlags {
  readonly out: string;
  readonly format: readonly Format[];
  readonly texture: TextureSource;
  readonly seen?: boolean;
  readonly maxFaces?: number;
  readonly focal35mm?: number;
  readonly minFace?: number;
  readonly minScore?: number;
  readonly box?: GivenBox;
  readonly method?: ReconstructMethod;
  readonly network?: string;
}

/** What the command needs of a `Rogue`. */
export interface Reconstructor {
  readonly model: MorphableModel;
  reconstruct(photo: DecodedImage, options: ReconstructPhotoOptions): Promise<Reconstruction[]>;
  whyNoFace(photo: DecodedImage, options: FindFacesOptions): Promise<NoFaceCause>;
  release(): Promise<void>;
}

async function loadFromPackage({ network }: Pick<ReconstructFlags, 'network'>): Promise<Reconstructor> {
  const [{ loadRogue }, { engineHere }] = await Promise.all([
    import('../node.js'),
    import('../runtime/node.js'),
  ]);
  const { engine, reason } = engineHere();
  if (engine === 'wasm' && process.stderr.isTTY)
    complain(`rogue: computing in WebAssembly; native code is faster (${reason}).`);
  return loadRogue(network === undefined ? {} : { regressor: network });
}

/** One line of `results.jsonl`. */
type ResultLine = Result & { readonly folder: string };

/**
 * Reconstructs every face of the given pictures and folders and writes the results; goes on past pictures
 * that fail and lists them at the end.
 *
 * @param load makes the reconstructor; called only when there are pictures
 * @returns whether every input gave a result
 * @throws OutputError when results cannot be written: then nothing more is tried
 */
export async function reconstructPhotos(
  paths: readonly string[],
  flags: ReconstructFlags,
  load = loadFromPackage,
): Promise<boolean> {
  const { jobs, failures: missing, batch } = await findPhotos(paths, flags.out);
  if (flags.box && jobs.length + missing.length > 1)
    throw new UsageError('--box is for one photo; give each photo its own call');
  const failures: FailedInput[] = [...missing];
  if (jobs.length > 0) failures.push(...(await reconstructJobs(jobs, batch, flags, load)));
  if (failures.length > 1) complain(`${failures.length} inputs gave no result:`);
  for (const { path, reason } of failures)
    complain(`${failures.length > 1 ? '  ' : 'rogue: '}${shown(path)}: ${reason}`);
  return failures.length === 0;
}

async function reconstructJobs(
  jobs: readonly PhotoJob[],
  batch: boolean,
  flags: ReconstructFlags,
  load: typeof loadFromPackage,
): Promise<FailedInput[]> {
  const output = await OutputFolder.open(flags.out);
  const progress = createProgress(jobs.length);
  const stopWatching = onInterrupt(() => {
    progress.stop();
    output.abandon();
  });
  const failures: FailedInput[] = [];
  const lines: ResultLine[] = [];
  const options: FaceFilesOptions = {
    formats: flags.format,
    texture: flags.texture,
    seen: flags.seen ?? false,
    encodePng: rememberingEncoder(),
  };
  // The first picture is decoded while the networks load, each further one while its predecessor is worked
  // on.
  const loading = load(flags);
  // Its failure is thrown where it is awaited; until then nobody listens.
  loading.catch(() => undefined);
  let decoding = decode(jobs[0]!);
  try {
    if (batch) await output.refuseForeignList('results.jsonl', 'folder');
    for (const [index, job] of jobs.entries()) {
      const decoded = await decoding;
      const next = jobs[index + 1];
      if (next) decoding = decode(next);
      try {
        if (decoded instanceof Error) throw decoded;
        const written = await reconstructJob(await loading, { ...job, decoded }, output, flags, options);
        lines.push(...written);
        progress.done(`${shown(job.path)}: ${written.length === 1 ? '1 face' : `${written.length} faces`}`);
        if (jobs.length === 1) announce(output.path, written);
      } catch (error) {
        // Without an output folder or a head model no other picture fares better.
        if (error instanceof OutputError || !(await isReady(loading))) throw error;
        failures.push({ path: job.path, reason: messageOf(error) });
        progress.done(`${shown(job.path)}: ${messageOf(error)}`);
      }
    }
    if (batch && lines.length > 0)
      await output.writeFile('results.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    progress.stop();
    if (jobs.length > 1)
      print(
        `${lines.length} heads from ${jobs.length - failures.length} of ${jobs.length} pictures in ${shown(output.path)}`,
      );
  } finally {
    progress.stop();
    stopWatching();
    await output.close();
    await loading.then(
      (rogue) => rogue.release(),
      () => undefined,
    );
  }
  return failures;
}

async function reconstructJob(
  rogue: Reconstructor,
  job: PhotoJob & { readonly decoded: DecodedImage },
  output: OutputFolder,
  flags: ReconstructFlags,
  options: FaceFilesOptions,
): Promise<ResultLine[]> {
  const { maxFaces, focal35mm, texture, box, method, minFace, minScore } = flags;
  const { scale } = job.decoded;
  const finding: FindFacesOptions = {
    ...(minFace !== undefined && { minFace: Math.max(4, minFace * scale) }),
    ...(minScore !== undefined && { threshold: minScore }),
  };
  const faces = await rogue.reconstruct(job.decoded, {
    texture,
    ...finding,
    ...(maxFaces !== undefined && { maxFaces }),
    ...(focal35mm !== undefined && { focal35mm }),
    ...(method && { method }),
    ...(box && { boxes: [scaledBox(box, scale)] }),
  });
  if (faces.length === 0) throw new Error(noFaceMessage(await rogue.whyNoFace(job.decoded, finding), scale));
  const written = [];
  for (const face of faces) written.push(await faceFiles(rogue.model, job, face, options));
  const folders = await output.writeFaces(
    job.stem,
    written.map(({ files }) => files),
  );
  return written.map(({ result }, k) => ({ folder: folders[k]!, ...result }));
}

/** Very large photos are decoded smaller. */
function scaledBox({ x, y, width, height, ...turn }: GivenBox, scale: number): GivenBox {
  return { ...turn, x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

function announce(outputFolder: string, lines: readonly ResultLine[]): void {
  for (const { folder, warnings } of lines) {
    print(shown(join(outputFolder, folder)));
    for (const warning of warnings) complain(`note on ${basename(folder)}: ${warning}`);
  }
}

/** Never rejects: an error is looked at when the picture's turn comes. */
function decode({ path }: PhotoJob): Promise<DecodedImage | Error> {
  return decodeImage(path).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}

function isReady(loading: Promise<unknown>): Promise<boolean> {
  return loading.then(
    () => true,
    () => false,
  );
}

/** Encodes each image once: the textures of eyes and teeth are the same for every face. */
function rememberingEncoder(): (image: Image) => Promise<Uint8Array> {
  const known = new WeakMap<Image, Promise<Uint8Array>>();
  return (image) => {
    const encoded = known.get(image) ?? encodePng(image);
    known.set(image, encoded);
    return encoded;
  };
}

/** Runs `clean` and ends the process at Ctrl-C or a termination request. @returns stops watching */
export function onInterrupt(clean: () => void): () => void {
  const end = (): never => {
    clean();
    complain('rogue: interrupted; finished pictures are kept, unfinished ones left nothing behind');
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return () => {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}
