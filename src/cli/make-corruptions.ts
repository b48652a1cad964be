import { noiseProtocol } from '../data/noise/protocol.js';
import { greyBox } from '../data/occlusion/grey-boxes.js';
import { greyBoxKinds } from '../data/occlusion/grey-box-kinds.js';
import type { HandModel } from '../data/occlusion/hand/hand-file.js';
import { occludedFaceOf, type OccludedFace } from '../data/occlusion/occluded-face.js';
import type { Occlusion } from '../data/occlusion/occlusion.js';
import { reachocc } from '../data/occlusion/reachocc.js';
import { synchocc } from '../data/occlusion/synchocc.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import type { Image } from '../math/image.js';
import { loadHand } from '../node/files/assets.js';
import { encodeJpeg, encodePng } from '../node/files/image-codec.js';
import { jpegCodec } from '../node/files/jpeg-codec.js';
import type { Reconstructor } from './make-heads.js';
import type { OpenedPhoto } from './photo-makers.js';

export type CorruptProtocol = 'reachocc' | 'synchocc' | 'noise' | 'boxes';

/** What decides which pictures come of a photo. */
export interface CorruptSettings {
  readonly protocol: CorruptProtocol;
  readonly perImage: number;
  readonly seed: string;
  readonly format: 'png' | 'jpg';
  /** 0…1. */
  readonly coverage?: number;
  readonly allFaces?: boolean;
}

/** One line of `manifest.jsonl`: a written picture and what was done to it. */
export interface ManifestLine {
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

/** A picture with its mask, ready to be written. */
export interface MadePicture {
  readonly line: ManifestLine;
  readonly files: readonly { readonly name: string; readonly content: Uint8Array }[];
}

/** What corrupts photos. */
export interface CorruptTools {
  readonly rogue: Reconstructor;
  readonly hand: HandModel;
  release(): Promise<void>;
}

export async function corruptTools(load: () => Promise<Reconstructor>): Promise<CorruptTools> {
  const [rogue, hand] = await Promise.all([load(), loadHand()]);
  return { rogue, hand, release: () => rogue.release() };
}

/** JPEG quality of `--format jpg`: the corruption is meant to be what degrades the picture. */
const QUALITY = 95;
/** Side of the square around a face, in sizes of its box, that the noise levels are stated for. */
const CROP_PER_BOX = 1.6;

const noFace = 'no face found; use a photo in which a face is in view and at least 4 % of the width';

/**
 * All pictures of one photo.
 * @throws Error of one line for a photo without a face
 */
export async function corruptedPictures(
  { rogue, hand }: CorruptTools,
  { path, stem, decoded }: OpenedPhoto,
  flags: CorruptSettings,
): Promise<MadePicture[]> {
  const { image } = decoded;
  const faces = await rogue.reconstruct(decoded, {
    texture: 'none',
    hair: 'none',
    ...(!flags.allFaces && { maxFaces: 1 }),
  });
  if (faces.length === 0) throw new Error(noFace);
  const pictures: MadePicture[] = [];
  for (const [index, face] of faces.entries()) {
    const name = index === 0 ? stem : `${stem}-face-${index + 1}`;
    const geometry = occludedFaceOf(rogue.model, face);
    for (let k = 1; k <= flags.perImage; k++) {
      const seed = `${flags.seed}/${name}/${k}`;
      const base = `${name}-${flags.protocol}-${k}`;
      const made = await corrupted(image, face, { face: geometry, hand }, flags, seed, k);
      const file = `${base}.${flags.format}`;
      const mask = `${base}-mask.png`;
      const content = await (flags.format === 'png'
        ? encodePng(made.image)
        : encodeJpeg(made.image, QUALITY));
      const masks = made.mask ? [{ name: mask, content: await encodePng(made.mask) }] : [];
      const line: ManifestLine = {
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
      };
      pictures.push({ line, files: [{ name: file, content }, ...masks] });
    }
  }
  return pictures;
}

type Corrupted = Omit<Occlusion, 'mask'> & { readonly mask?: Image };

async function corrupted(
  image: Image,
  { face }: Reconstruction,
  scene: { readonly face: OccludedFace; readonly hand: HandModel },
  flags: CorruptSettings,
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
