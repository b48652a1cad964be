import type { Image } from '../math/image.js';
import { sampleCrop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Embedder, FaceToEmbed } from './embedders.js';
import { imageError } from './image-error.js';
import { nme } from './landmark-error.js';
import { perceptualError } from './perceptual-error.js';
import type { FacePrediction, FaceRendering } from './prediction.js';
import type { Measure } from './report.js';
import { meanVertexDistance, vertexError } from './vertex-error.js';

/** What is known of a face. */
export interface FaceTruth {
  readonly clean: Image;
  /** 68 pairs, pixels. */
  readonly landmarks68?: ArrayLike<number>;
  /** V×3, mm, and which part of the head each vertex belongs to: weights by region. */
  readonly vertices?: Float32Array;
  readonly regions?: ReadonlyMap<string, Float32Array>;
  /** The clean photo's face, to be recognised. */
  readonly recognised?: Omit<FaceToEmbed, 'image'>;
}

export interface MeasureContext {
  readonly truth: FaceTruth;
  /** The same method's prediction from the clean photo. */
  readonly clean: FacePrediction | undefined;
  readonly condition: string;
  /** Weights of the vertices that drift is measured over. */
  readonly faceMask: Float32Array;
}

/** One protocol's measures of a prediction; a measure that cannot be taken is left out. */
export interface FaceMeasurer {
  readonly measures: readonly Measure[];
  measure(
    prediction: FacePrediction,
    context: MeasureContext,
  ): Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>;
}

const mm = (name: string): Measure => ({ name, unit: 'mm', better: 'lower', digits: 2 });

/** Landmark error of the inner 51 points and of all 68. */
export const landmarkMeasurer: FaceMeasurer = {
  measures: [
    { name: 'NME, inner 51', unit: '%', better: 'lower', digits: 2 },
    { name: 'NME, all 68', unit: '%', better: 'lower', digits: 2 },
  ],
  measure({ landmarks68 }, { truth }): Record<string, number> {
    return landmarks68 && truth.landmarks68
      ? {
          'NME, inner 51': nme(landmarks68, truth.landmarks68, 17, 68),
          'NME, all 68': nme(landmarks68, truth.landmarks68, 0, 68),
        }
      : {};
  },
};

/** How far the shape moves when something covers the face. */
export const consistencyMeasurer: FaceMeasurer = {
  measures: [mm('drift, pose-free'), mm('drift, posed')],
  measure({ shape }, { clean, condition, faceMask }): Record<string, number> {
    if (condition === 'clean' || !shape || !clean?.shape) return {};
    return {
      'drift, pose-free': meanVertexDistance(shape.vertices, clean.shape.vertices, faceMask),
      ...(shape.posed &&
        clean.shape.posed && {
          'drift, posed': meanVertexDistance(shape.posed, clean.shape.posed, faceMask),
        }),
    };
  },
};

/**
 * Vertex error against the true head, over the face and by region.
 * @param regions names of regions besides the face
 */
export function vertexMeasurer(regions: readonly string[]): FaceMeasurer {
  return {
    measures: [
      mm('vertex error'),
      mm('vertex error, RMS'),
      ...regions.map((region) => mm(`vertex error, ${region}`)),
    ],
    measure({ shape }, { truth, faceMask }): Record<string, number> {
      if (!shape || !truth.vertices || shape.vertices.length !== truth.vertices.length) return {};
      const { mean, rms } = vertexError(shape.vertices, truth.vertices, faceMask);
      const byRegion = regions.flatMap((region) => {
        const weights = truth.regions?.get(region);
        return weights
          ? [[`vertex error, ${region}`, vertexError(shape.vertices, truth.vertices!, weights).mean] as const]
          : [];
      });
      return { 'vertex error': mean, 'vertex error, RMS': rms, ...Object.fromEntries(byRegion) };
    },
  };
}

/**
 * The paper's perceptual error by one recognition network.
 * @param name of the network in the measure's name
 */
export function perceptualMeasurer(name: string, embedder: Embedder): FaceMeasurer {
  const error = `perceptual error, ${name}`;
  const verified = `verified, ${name}`;
  const { threshold } = embedder.recipe;
  let latest: { readonly of: Image; readonly embedding: Promise<Float32Array> } | undefined;
  return {
    measures: [
      { name: error, unit: '', better: 'lower', digits: 3 },
      ...(threshold === undefined
        ? []
        : [{ name: verified, unit: '%', better: 'higher', digits: 1 } as const]),
    ],
    async measure({ rendering }, { truth }): Promise<Record<string, number>> {
      if (!rendering || !truth.recognised) return {};
      // All methods and conditions ask for the same clean photo.
      if (latest?.of !== truth.clean)
        latest = { of: truth.clean, embedding: embedder.embed({ image: truth.clean, ...truth.recognised }) };
      // Faces may be measured at the same time: the next one's photo takes this one's place meanwhile.
      const { embedding } = latest;
      const drawn = rendering();
      const distance = perceptualError(
        await embedder.embed({
          image: drawn.image,
          alignment: drawn.alignment,
          box: boxIn(drawn, truth.recognised.box),
        }),
        await embedding,
      );
      return {
        [error]: distance,
        ...(threshold !== undefined && { [verified]: distance < threshold ? 100 : 0 }),
      };
    },
  };
}

/** The clean photo's box in a rendering; all of a rendering whose place is not known. */
function boxIn({ image, place }: FaceRendering, box: FaceToEmbed['box']): FaceToEmbed['box'] {
  if (!place) return { x: 0, y: 0, width: image.width, height: image.height };
  const { left, top, scale } = place;
  return {
    x: (box.x - left) * scale,
    y: (box.y - top) * scale,
    width: box.width * scale,
    height: box.height * scale,
  };
}

/** How alike the drawn skin and the clean photo are, where skin of the face is drawn. */
export const photometricMeasurer: FaceMeasurer = {
  measures: [
    { name: 'L1', unit: '/255', better: 'lower', digits: 1 },
    { name: 'PSNR', unit: 'dB', better: 'higher', digits: 1 },
    { name: 'SSIM', unit: '', better: 'higher', digits: 3 },
  ],
  measure({ rendering }, { truth }): Record<string, number> {
    const drawn = rendering?.();
    if (!drawn?.place || !drawn.skin?.some((value) => value > 0)) return {};
    const { l1, psnr, ssim } = imageError(drawn.image, cutAs(truth.clean, drawn), drawn.skin);
    return { L1: l1, PSNR: psnr, SSIM: ssim };
  },
};

/** The photo's part that a rendering shows, at the rendering's size. */
function cutAs(photo: Image, { image: { width, height }, place }: FaceRendering): Image {
  const { left, top, scale } = place!;
  const plane = width * height;
  const planes = new Float32Array(3 * plane);
  const data = new Uint8Array(3 * plane);
  sampleCrop(
    new ImagePyramid(photo),
    {
      centreX: left + width / 2 / scale,
      centreY: top + height / 2 / scale,
      scale: 1 / scale,
      roll: 0,
      width,
      height,
    },
    { gain: 1, offset: 0 },
    planes,
  );
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(planes[c * plane + i]!);
  return { width, height, channels: 3, data };
}
