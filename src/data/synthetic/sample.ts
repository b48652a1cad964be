import { readSafetensors, writeSafetensors } from '../../io/safetensors.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { projectLandmarks68 } from '../../model/project-landmarks.js';
import { headVertices, type CoveredPhoto } from './covered.js';
import type { PhotoTruth, SyntheticPhoto } from './photographer.js';

/** Version of the layout below. */
export const SAMPLE_VERSION = 2;
/** Vertices are stored in steps of this, mm. */
const STEP = 0.01;
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const NOWHERE = [0, 0, 0];

/**
 * What is known of a synthetic photo, as stored beside it; lengths in mm, angles in degrees, pixels of the
 * photo.
 */
export interface SampleTruth {
  readonly version: typeof SAMPLE_VERSION;
  readonly seed: number | string;
  readonly image: { readonly width: number; readonly height: number };
  readonly attributes: PhotoTruth['attributes'];
  readonly camera: PhotoTruth['camera'];
  readonly pose: {
    readonly yaw: number;
    readonly pitch: number;
    readonly roll: number;
    readonly rotation: readonly number[];
    readonly translation: readonly number[];
  };
  readonly coefficients: {
    readonly shape: readonly number[];
    readonly expression: Readonly<Record<string, number>>;
    readonly albedo: readonly number[];
    readonly light: readonly number[];
  };
  readonly gaze: PhotoTruth['gaze'];
  /** Styles, `null` for none. */
  readonly hair: string | null;
  readonly beard: string | null;
  readonly spectacles: boolean;
  /**
   * Towards the strongest lamp, camera space, and its share of the light; `coefficients.light` is the light
   * itself.
   */
  readonly lighting: { readonly lamp: readonly number[]; readonly lampShare: number };
  /** 68 pairs, contour points where the pose puts them. */
  readonly landmarks68: readonly (readonly [number, number])[];
  /** What is in front of the face in the covered version, `null` where there is none. */
  readonly covered: Pick<CoveredPhoto, 'protocol' | 'occluder' | 'coverage' | 'parameters'> | null;
}

/** Members of a sample beside the pictures: the photo itself and its labels. */
export interface SampleMembers {
  readonly json: Uint8Array;
  /** `vertices`: Int16 V×3, head-space mm in steps of `metadata.step`. */
  readonly safetensors: Uint8Array;
}

const round = (value: number, digits = 5): number => Number(value.toFixed(digits));
const rounded = (values: ArrayLike<number>, digits = 5): number[] =>
  Array.from(values, (value) => round(value, digits));

/** The truth of a photo as it is stored. */
export function describePhoto(
  model: MorphableModel,
  { image, truth }: SyntheticPhoto,
  seed: number | string,
  covered?: CoveredPhoto,
): SampleTruth {
  const points = projectLandmarks68(model, truth.vertices, IDENTITY, NOWHERE, truth.camera);
  const { angles, rotation, translation } = truth.pose;
  return {
    version: SAMPLE_VERSION,
    seed,
    image: { width: image.width, height: image.height },
    attributes: truth.attributes,
    camera: truth.camera,
    pose: {
      yaw: round(angles.yaw),
      pitch: round(angles.pitch),
      roll: round(angles.roll),
      rotation: rounded(rotation, 7),
      translation: rounded(translation, 4),
    },
    coefficients: {
      shape: rounded(truth.shape),
      albedo: rounded(truth.albedo),
      light: rounded(truth.lighting.light),
      expression: Object.fromEntries(
        model.expression.names.flatMap((name, k) =>
          truth.expression[k] === 0 ? [] : [[name, round(truth.expression[k]!)]],
        ),
      ),
    },
    gaze: { yaw: round(truth.gaze.yaw), pitch: round(truth.gaze.pitch) },
    hair: truth.hair ?? null,
    beard: truth.beard?.style ?? null,
    spectacles: truth.spectacles,
    lighting: { lamp: rounded(truth.lighting.lamp), lampShare: round(truth.lighting.lampShare) },
    landmarks68: Array.from({ length: 68 }, (_, i): [number, number] => [
      round(points[i * 2]!, 3),
      round(points[i * 2 + 1]!, 3),
    ]),
    covered: covered
      ? {
          protocol: covered.protocol,
          occluder: covered.occluder,
          coverage: round(covered.coverage, 4),
          parameters: covered.parameters,
        }
      : null,
  };
}

/** The members to store beside a photo and its covered version. */
export function encodeSample(
  model: MorphableModel,
  photo: SyntheticPhoto,
  seed: number | string,
  covered?: CoveredPhoto,
): SampleMembers {
  const head = headVertices(photo.truth);
  const steps = new Int16Array(head.length);
  for (let i = 0; i < steps.length; i++)
    steps[i] = Math.round(Math.max(-32_767, Math.min(32_767, head[i]! / STEP)));
  return {
    json: new TextEncoder().encode(`${JSON.stringify(describePhoto(model, photo, seed, covered))}\n`),
    safetensors: writeSafetensors(new Map([['vertices', { shape: [steps.length / 3, 3], data: steps }]]), {
      step: String(STEP),
      unit: 'mm',
      space: 'head',
    }),
  };
}

/** A stored sample read back. */
export interface StoredSample {
  readonly truth: SampleTruth;
  /** V×3, mm, head space. */
  readonly vertices: Float32Array;
}

/** Most between two values of a vertex, mm: ours are thousandths, and heads are smaller than a kilometre. */
const LARGEST_STEP = 30;

/**
 * Reads the members of a sample.
 * @throws Error of one line when a member is damaged or of another version
 */
export function decodeSample({ json, safetensors }: SampleMembers): StoredSample {
  let truth: SampleTruth;
  try {
    truth = { ...(JSON.parse(new TextDecoder().decode(json)) as SampleTruth | null) } as SampleTruth;
  } catch (error) {
    throw new Error('sample: its json member is damaged; write the shard again.', { cause: error });
  }
  if (truth.version !== SAMPLE_VERSION)
    throw new Error(
      `sample: version ${String(truth.version)}, expected ${SAMPLE_VERSION}; write the shard again.`,
    );
  const { tensors, metadata } = readSafetensors(safetensors);
  const stored = tensors.get('vertices')?.data;
  const step = Number(metadata['step']);
  if (!(stored instanceof Int16Array) || stored.length % 3 !== 0 || !(step > 0 && step <= LARGEST_STEP))
    throw new Error('sample: its safetensors member has no vertices; write the shard again.');
  const vertices = new Float32Array(stored.length);
  for (let i = 0; i < vertices.length; i++) vertices[i] = stored[i]! * step;
  return { truth, vertices };
}
