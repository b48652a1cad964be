import { noiseProtocol } from '../data/noise/protocol.js';
import { greyBox, greyBoxKinds } from '../data/occlusion/grey-boxes.js';
import type { HandModel } from '../data/occlusion/hand/hand-file.js';
import { occludedFaceOf, type OccludedFace } from '../data/occlusion/occluded-face.js';
import type { Occlusion } from '../data/occlusion/occlusion.js';
import { reachocc } from '../data/occlusion/reachocc.js';
import { synchocc } from '../data/occlusion/synchocc.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import type { Image } from '../math/image.js';
import { loadHand } from '../node/files/assets.js';
import { decodeImage, encodeJpeg, encodePng } from '../node/files/image-codec.js';
import { jpegCodec } from '../node/files/jpeg-codec.js';
import { messageOf, OutputError } from './errors.js';
import { findPhotos, shown, type FailedInput, type PhotoJob } from './inputs.js';
import { OutputFolder } from './output-folder.js';
import { createProgress } from './progress.js';
import type { Reconstructor } from './make-heads.js';
import { onInterrupt } from './reconstruct-photos.js';
import { complain, print } from './terminal.js';

export type CorruptProtocol = 'reachocc' | 'synchocc' | 'noise' | 'boxes';

export interface CorruptFlags {
  readonly protocol: CorruptProtocol;
  readonly perImage: number;
  readonly seed: string;
  readonly out: string;
  readonly format: 'png' | 'jpg';
  /** 0…1. */
  readonly coverage?: number;
  readonly allFaces?: boolean;
}

/** One line of `manifest.jsonl`: a written picture and what was done to it. */
interface ManifestLine {
  readonly source: string;
  readonly file: string;
  /** The mask's file; noise has none. */
  readonly mask?: string;
  readonly protocol: string;
  /** Name of the occluder, or of the effect. */
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: string;
  /** Share of the face's visible skin that is hidden, 0…1. */
  readonly coverage?: number;
  readonly width: number;
  readonly height: number;
  readonly face: Reconstruction['face'];
  /** 68×2 pixels, from the fit to the photo as it was. */
  readonly landmarks68: readonly number[];
}

interface NamedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** JPEG quality of `--format jpg`: the corruption is meant to be what degrades the picture. */
const QUALITY = 95;
/** Side of the square around a face, in sizes of its box, that the noise levels are stated for. */
const CROP_PER_BOX = 1.6;

const noFace = 'no face found; use a photo in which a face is in view and at least 4 % of the width';

/**
 * Writes corrupted versions of the faces of the given pictures and folders; goes on past pictures that fail
 * and lists them at the end.
 *
 * @param load makes the reconstructor; called only when there are pictures
 * @returns whether every input gave a result
 * @throws OutputError when results cannot be written: then nothing more is tried
 */
export async function corruptPhotos(
  paths: readonly string[],
  flags: CorruptFlags,
  load: () => Promise<Reconstructor> = async () => (await import('../node.js')).loadRogue(),
): Promise<boolean> {
  const { jobs, failures: missing } = await findPhotos(paths, flags.out);
  const failures: FailedInput[] = [...missing];
  if (jobs.length > 0) failures.push(...(await corruptJobs(jobs, flags, load)));
  if (failures.length > 1) complain(`${failures.length} inputs gave no result:`);
  for (const { path, reason } of failures)
    complain(`${failures.length > 1 ? '  ' : 'rogue: '}${shown(path)}: ${reason}`);
  return failures.length === 0;
}

async function corruptJobs(
  jobs: readonly PhotoJob[],
  flags: CorruptFlags,
  load: () => Promise<Reconstructor>,
): Promise<FailedInput[]> {
  const output = await OutputFolder.open(flags.out);
  const progress = createProgress(jobs.length);
  const stopWatching = onInterrupt(() => {
    progress.stop();
    output.abandon();
  });
  const failures: FailedInput[] = [];
  const lines: ManifestLine[] = [];
  let rogue: Reconstructor | undefined;
  try {
    await output.refuseForeignList('manifest.jsonl', 'protocol');
    rogue = await load();
    const hand = await loadHand();
    for (const job of jobs) {
      try {
        const { files, manifest } = await corruptJob(rogue, hand, job, flags);
        for (const { name, content } of files) await output.writeFile(name, content);
        lines.push(...manifest);
        progress.done(`${shown(job.path)}: ${manifest.length} pictures`);
      } catch (error) {
        if (error instanceof OutputError) throw error;
        failures.push({ path: job.path, reason: messageOf(error) });
        progress.done(`${shown(job.path)}: ${messageOf(error)}`);
      }
    }
    if (lines.length > 0)
      await output.writeFile('manifest.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    progress.stop();
    if (lines.length > 0)
      print(
        `${lines.length} pictures from ${jobs.length - failures.length} of ${jobs.length} photos in ${shown(output.path)}`,
      );
  } finally {
    progress.stop();
    stopWatching();
    await output.close();
    await rogue?.release();
  }
  return failures;
}

/** All files of one photo: nothing is written before the last is made. */
async function corruptJob(
  rogue: Reconstructor,
  hand: HandModel,
  { path, stem }: PhotoJob,
  flags: CorruptFlags,
): Promise<{ files: NamedFile[]; manifest: ManifestLine[] }> {
  const decoded = await decodeImage(path);
  const { image } = decoded;
  const faces = await rogue.reconstruct(decoded, {
    texture: 'none',
    ...(!flags.allFaces && { maxFaces: 1 }),
  });
  if (faces.length === 0) throw new Error(noFace);
  const files: NamedFile[] = [];
  const manifest: ManifestLine[] = [];
  for (const [index, face] of faces.entries()) {
    const name = index === 0 ? stem : `${stem}-face-${index + 1}`;
    const geometry = occludedFaceOf(rogue.model, face);
    for (let k = 1; k <= flags.perImage; k++) {
      const seed = `${flags.seed}/${name}/${k}`;
      const base = `${name}-${flags.protocol}-${k}`;
      const made = await corrupted(image, face, { face: geometry, hand }, flags, seed, k);
      const file = `${base}.${flags.format}`;
      const mask = `${base}-mask.png`;
      files.push({
        name: file,
        content: await (flags.format === 'png' ? encodePng(made.image) : encodeJpeg(made.image, QUALITY)),
      });
      if (made.mask) files.push({ name: mask, content: await encodePng(made.mask) });
      manifest.push({
        source: path,
        file,
        ...(made.mask && { mask, coverage: Math.round(made.coverage * 1e4) / 1e4 }),
        protocol: flags.protocol,
        kind: made.occluder,
        parameters: made.parameters,
        seed,
        width: image.width,
        height: image.height,
        face: face.face,
        landmarks68: Array.from(face.landmarks68, (value) => Math.round(value * 100) / 100),
      });
    }
  }
  return { files, manifest };
}

type Corrupted = Omit<Occlusion, 'mask'> & { readonly mask?: Image };

async function corrupted(
  image: Image,
  { face }: Reconstruction,
  scene: { readonly face: OccludedFace; readonly hand: HandModel },
  flags: CorruptFlags,
  seed: string,
  k: number,
): Promise<Corrupted> {
  const options = flags.coverage === undefined ? {} : { coverage: flags.coverage };
  switch (flags.protocol) {
    case 'reachocc':
      return reachocc(image, scene.face, scene.hand, seed, options);
    case 'synchocc':
      return synchocc(image, scene.face, seed, options);
    case 'boxes':
      return greyBox(image, scene.face, greyBoxKinds[(k - 1) % greyBoxKinds.length]!, seed);
    case 'noise': {
      const faceSize = CROP_PER_BOX * Math.max(face.box.width, face.box.height);
      const {
        image: noisy,
        effect,
        level,
      } = await noiseProtocol(image, seed, { faceSize, codec: jpegCodec });
      return { image: noisy, coverage: 0, occluder: effect, parameters: { level } };
    }
  }
}
