import { z } from 'zod';
import { rotationToEuler } from '../math/rotation.js';
import { hairLengths } from '../model/hair-file.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { coverKinds, faceAreas } from './appearance/face-covers.js';
import type { Reconstruction } from './reconstruction.js';
import { version } from './version.js';

const finite = z.number();
const share = z.number().min(0).max(1);
const point = z.tuple([finite, finite]);
const vector3 = z.tuple([finite, finite, finite]);

const imageSchema = z
  .strictObject({
    file: z.string().nullable().describe('Path of the photo as it was given; null when it came as pixels.'),
    width: z.int().positive(),
    height: z.int().positive(),
  })
  .describe('The upright photo; all pixel values below refer to it.');

const faceSchema = z.strictObject({
  box: z
    .strictObject({ x: finite, y: finite, width: finite, height: finite })
    .describe('Pixels; may reach beyond the photo.'),
  score: share.describe("The detector's confidence."),
});

const poseSchema = z.strictObject({
  rotation: z.tuple([vector3, vector3, vector3]).describe('Head to camera, rows.'),
  euler: z
    .strictObject({ order: z.literal('YXZ'), yaw: finite, pitch: finite, roll: finite })
    .describe('Degrees.'),
  translation: vector3.describe("The head's origin in camera space, mm."),
});

const coefficientsSchema = z.strictObject({
  shape: z.array(finite).describe('Standard deviations.'),
  expression: z.record(z.string(), finite).describe("By the model's name of the unit; 0 is neutral, 1 full."),
  gaze: z
    .strictObject({ yaw: finite, pitch: finite })
    .describe('Radians relative to the head: yaw towards picture right, pitch down.'),
  albedo: z.array(finite).describe('Standard deviations.'),
  light: z
    .array(finite)
    .length(27)
    .describe('Irradiance, spherical harmonics of order 2: R0…R8, G0…G8, B0…B8.'),
});

/** The content of `result.json`: one reconstructed face (docs/result.md). Version 1. */
export const resultSchema = z.strictObject({
  schema: z.literal('rogue-face/result'),
  version: z.literal(1),
  method: z
    .enum(['refine', 'network', 'landmarks'])
    .describe(
      'How the head was found: fitted to landmarks and prediction, predicted, or fitted to landmarks.',
    ),
  image: imageSchema,
  face: faceSchema,
  camera: z.strictObject({ focal: finite.positive(), cx: finite, cy: finite }).describe('Pinhole, pixels.'),
  pose: poseSchema,
  coefficients: coefficientsSchema,
  landmarks68: z.array(point).length(68).describe('iBUG points of the fitted head, projected; pixels.'),
  landmarks478: z
    .array(point)
    .length(478)
    .describe('MediaPipe points of the fitted head, projected; pixels.'),
  visibility: z.strictObject({
    face: share.describe('Share of the whole face that is seen.'),
    covers: z
      .array(
        z.strictObject({
          kind: z
            .enum(coverKinds)
            .describe('What hides it: a guess after where it is, but for hair, border and turned away.'),
          areas: z
            .partialRecord(z.enum(faceAreas), share)
            .describe("Share of each part of the face that it hides; right and left are the person's."),
        }),
      )
      .describe('What hides the rest of the face.'),
    vertices: z
      .array(share)
      .optional()
      .describe("How surely the photo shows each vertex of the skin, in the model's order."),
    landmarks: z.array(share).length(478).describe('Confidence of each dense landmark.'),
  }),
  hair: z
    .strictObject({
      style: z.string().describe("The style's name; `bald` and `shaved` have no cards."),
      length: z.enum(hairLengths).describe('How far it reaches.'),
      color: vector3.nullable().describe("Without the photo's light, linear 0…1; null for the bald."),
      sure: share.describe('How surely the photo tells the style; 0 where it was asked for by name.'),
    })
    .nullable()
    .describe('What hair the head wears; null where none was asked for.'),
  warnings: z.array(z.string()),
  seed: z.int().nullable().describe('Seed of random choices; null: none were made.'),
  versions: z.strictObject({ rogue: z.string(), model: z.string(), node: z.string().optional() }),
});

export type Result = z.infer<typeof resultSchema>;

/** What a result says beside the reconstruction itself. */
export interface ResultContext {
  /** Path of the photo. */
  readonly file?: string;
  /** Pixels of the reconstructed image per pixel of the file, where the decoder shrank it. Default 1. */
  readonly scale?: number;
  /** Size of the upright photo in the file. Default: the reconstructed image's. */
  readonly originalWidth?: number;
  readonly originalHeight?: number;
  readonly seed?: number;
  /** Version of Node. */
  readonly node?: string;
}

/** Numbers with few decimals: what is beyond is noise, and files stay small. */
export function rounded(values: ArrayLike<number>, decimals = 4): number[] {
  // Adding 0 turns −0 into 0.
  return Array.from(values, (value) => Number(value.toFixed(decimals)) + 0);
}

/** Expression coefficients by the model's names. */
export function namedExpression(
  model: MorphableModel,
  expression: ArrayLike<number>,
): Record<string, number> {
  const values = rounded(expression);
  return Object.fromEntries(model.expression.names.map((name, k) => [name, values[k] ?? 0]));
}

const one = (value: number, decimals = 4): number => rounded([value], decimals)[0]!;

/**
 * The reconstruction as plain JSON in pixels of the original photo, checked against {@link resultSchema}.
 *
 * @throws Error naming the first value that does not fit: a defect of the reconstruction, not of the photo
 */
export function resultOf(
  model: MorphableModel,
  reconstruction: Reconstruction,
  context: ResultContext = {},
): Result {
  const { scale = 1, file, seed, node } = context;
  const { image, face, camera, visibility } = reconstruction;
  const pixel = (value: number) => one(value / scale, 2);
  const result = {
    schema: 'rogue-face/result',
    version: 1,
    method: reconstruction.method,
    image: {
      file: file ?? null,
      width: context.originalWidth ?? image.width,
      height: context.originalHeight ?? image.height,
    },
    face: {
      box: {
        x: pixel(face.box.x),
        y: pixel(face.box.y),
        width: pixel(face.box.width),
        height: pixel(face.box.height),
      },
      score: one(face.score),
    },
    camera: { focal: pixel(camera.focal), cx: pixel(camera.cx), cy: pixel(camera.cy) },
    pose: poseOf(reconstruction.pose),
    coefficients: coefficientsOf(model, reconstruction.coefficients),
    landmarks68: pointsOf(reconstruction.landmarks68, pixel),
    landmarks478: pointsOf(reconstruction.landmarks478, pixel),
    visibility: {
      face: one(visibility.face),
      covers: visibility.covers.map(({ kind, areas }) => ({
        kind,
        areas: Object.fromEntries(Object.entries(areas).map(([area, part]) => [area, one(part, 3)])),
      })),
      ...(visibility.vertices && { vertices: rounded(visibility.vertices, 2) }),
      landmarks: rounded(visibility.landmarks, 3),
    },
    hair: hairOf(reconstruction.hair),
    warnings: [...reconstruction.warnings],
    seed: seed ?? null,
    versions: {
      rogue: version,
      model: `${model.name} ${model.metadata['formatVersion'] ?? ''}`.trim(),
      ...(node !== undefined && { node }),
    },
  };
  const checked = resultSchema.safeParse(result);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Error(
    `resultOf: ${issue?.path.join('.') ?? 'result'}: ${issue?.message ?? 'does not fit the schema'}; please report this photo.`,
  );
}

function hairOf(hair: Reconstruction['hair']) {
  if (!hair) return null;
  const { style, length, color, sure } = hair;
  return { style, length, color: color ? rounded(color) : null, sure: one(sure, 2) };
}

function poseOf({ rotation, translation }: Reconstruction['pose']) {
  const r = rounded(rotation, 6);
  const { yaw, pitch, roll } = rotationToEuler(rotation);
  return {
    rotation: [r.slice(0, 3), r.slice(3, 6), r.slice(6, 9)],
    euler: { order: 'YXZ', yaw: one(yaw, 2), pitch: one(pitch, 2), roll: one(roll, 2) },
    translation: rounded(translation, 3),
  };
}

function coefficientsOf(
  model: MorphableModel,
  { shape, expression, gaze, albedo, light }: Reconstruction['coefficients'],
) {
  return {
    shape: rounded(shape),
    expression: namedExpression(model, expression),
    gaze: { yaw: one(gaze.yaw), pitch: one(gaze.pitch) },
    albedo: rounded(albedo),
    light: rounded(light, 5),
  };
}

function pointsOf(points: Float32Array, pixel: (value: number) => number): number[][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [
    pixel(points[2 * i]!),
    pixel(points[2 * i + 1]!),
  ]);
}
