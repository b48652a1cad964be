import { alignedSize, alignmentCrop } from '../detect/alignment.js';
import { sampleCrop, type Crop, type Normalisation } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Image } from '../math/image.js';
import { floatOutput, type Runtime } from '../runtime/session.js';

/** What a recognition network wants to see. */
export interface EmbedderRecipe {
  /**
   * `aligned`: InsightFace's five points. `box`: the detector's box, enlarged to a square with black beside
   * it, as DeepFace does (aspect-preserving resize, centred padding).
   */
  readonly crop: 'aligned' | 'box';
  /** Of bytes. */
  readonly normalisation: Normalisation;
  readonly channels: 'rgb' | 'bgr';
  /** Distances below this mean the same person; absent where nobody has said. */
  readonly threshold?: number;
}

const unit: Normalisation = { gain: 1 / 255, offset: 0 };

/**
 * Known networks. DeepFace's take [0, 1] in the channel order of OpenCV, which is meant; the `-published`
 * ones take RGB instead, as the paper's notebook passed it (DESIGN section 6). Thresholds are DeepFace's for
 * the L2 distance of normalised embeddings.
 */
export const embedderRecipes = {
  mobilefacenet: { crop: 'aligned', normalisation: { gain: 1 / 128, offset: -127.5 / 128 }, channels: 'rgb' },
  faceplugin: { crop: 'aligned', normalisation: { gain: 1 / 128, offset: -127 / 128 }, channels: 'rgb' },
  facenet512: { crop: 'box', normalisation: unit, channels: 'bgr', threshold: 1.04 },
  'facenet512-published': { crop: 'box', normalisation: unit, channels: 'rgb', threshold: 1.04 },
  arcface: { crop: 'box', normalisation: unit, channels: 'bgr', threshold: 1.13 },
  'arcface-published': { crop: 'box', normalisation: unit, channels: 'rgb', threshold: 1.13 },
} as const satisfies Record<string, EmbedderRecipe>;

export type EmbedderName = keyof typeof embedderRecipes;

/** A face in a picture, to be recognised. */
export interface FaceToEmbed {
  readonly image: Image;
  /** Five pairs, pixels. */
  readonly alignment: ArrayLike<number>;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface Embedder {
  readonly recipe: EmbedderRecipe;
  embed(face: FaceToEmbed): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Loads a recognition network.
 * @param network an ONNX file with one input, `[N, 3, S, S]` or `[N, S, S, 3]`; the first output is the
 *   embedding
 * @throws Error of one line when it has another input
 */
export async function createEmbedder(
  runtime: Runtime,
  network: Uint8Array,
  recipe: EmbedderRecipe,
): Promise<Embedder> {
  const session = await runtime.createSession(network);
  const [input] = session.inputNames;
  const dims = session.inputDims[input!] ?? [];
  const channelsLast = dims.at(-1) === 3;
  const size = channelsLast ? dims[1] : dims.at(-1);
  if (
    session.inputNames.length !== 1 ||
    dims.length !== 4 ||
    typeof size !== 'number' ||
    (!channelsLast && dims[1] !== 3)
  ) {
    await session.release();
    throw new Error(
      `the network has inputs ${session.inputNames.map((name) => `${name} [${session.inputDims[name]!.join(', ')}]`).join(', ')}; expected one of a picture, [N, 3, S, S] or [N, S, S, 3]`,
    );
  }
  const plane = size * size;
  return {
    recipe,
    async embed({ image, alignment, box }) {
      // Calls may overlap: each has arrays of its own.
      const planes = new Float32Array(3 * plane);
      const data = new Float32Array(3 * plane);
      const { gain, offset } = recipe.normalisation;
      sampleCrop(
        new ImagePyramid(image),
        recipe.crop === 'aligned' ? alignedTo(size, alignment) : squareOf(box, size),
        { gain, offset },
        planes,
        0,
        recipe.crop === 'box' ? 0 : undefined,
      );
      for (let i = 0; i < plane; i++)
        for (let c = 0; c < 3; c++)
          data[channelsLast ? 3 * i + c : c * plane + i] =
            planes[(recipe.channels === 'bgr' ? 2 - c : c) * plane + i]!;
      return floatOutput(
        await session.run({
          [input!]: { dims: channelsLast ? [1, size, size, 3] : [1, 3, size, size], data },
        }),
        session.outputNames[0]!,
      ).slice();
    },
    release: () => session.release(),
  };
}

/** InsightFace's template, at another size. */
function alignedTo(size: number, points: ArrayLike<number>): Crop {
  const crop = alignmentCrop(points);
  return { ...crop, width: size, height: size, scale: (crop.scale * alignedSize) / size };
}

function squareOf({ x, y, width, height }: FaceToEmbed['box'], size: number): Crop {
  return {
    centreX: x + width / 2,
    centreY: y + height / 2,
    scale: Math.max(width, height) / size,
    roll: 0,
    width: size,
    height: size,
  };
}
