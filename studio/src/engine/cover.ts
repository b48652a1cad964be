import {
  decodeInBrowser,
  encodeJpeg,
  type Image,
  type MorphableModel,
  type Reconstruction,
} from 'rogue-face';
import {
  greyBox,
  greyBoxKinds,
  handFromTensors,
  noiseEffects,
  noiseProtocol,
  occludedFaceOf,
  reachocc,
  readSafetensors,
  type HandModel,
  type JpegCodec,
  type NoiseName,
} from 'rogue-face/data';
import type { Cover, FaceBox } from './views.js';

/** The hand that holds and covers; fetched when first needed. */
export interface Covers {
  hand: HandModel | undefined;
  readonly assets: string;
}

/**
 * Side of the square around a face, in sizes of its box, that noise levels are stated for: as `rogue corrupt`
 * has it.
 */
const cropPerBox = 1.6;

const codec: JpegCodec = { encodeJpeg, decode: async (file) => (await decodeInBrowser(file)).image };

/** A copy of a photo with a face covered or the picture made worse, by the code of `rogue corrupt`. */
export async function cover(
  photo: Image,
  model: MorphableModel,
  head: Reconstruction,
  box: FaceBox,
  what: Cover,
  covers: Covers,
): Promise<Image> {
  switch (what.kind) {
    case 'object':
      return reachocc(
        photo,
        occludedFaceOf(model, head),
        (covers.hand ??= await loadHand(covers.assets)),
        what.seed,
        { occluder: what.name },
      ).image;
    case 'box':
      return greyBox(
        photo,
        occludedFaceOf(model, head),
        greyBoxKinds.find((kind) => kind === what.name)!,
        what.seed,
      ).image;
    case 'noise': {
      const faceSize = cropPerBox * Math.max(box.width, box.height);
      const effect = what.name as NoiseName;
      if (!(effect in noiseEffects)) throw new Error(`There is no noise named ${effect}.`);
      return (await noiseProtocol(photo, 1, { faceSize, codec }, { effect, level: what.level })).image;
    }
  }
}

async function loadHand(assets: string): Promise<HandModel> {
  const response = await fetch(`${assets}hand.safetensors`);
  if (!response.ok) throw new Error('The hand cannot be fetched; reload the page.');
  const { tensors, metadata } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  return handFromTensors(tensors, metadata);
}
