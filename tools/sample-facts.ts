import type { SampleTruth } from '../src/data/synthetic/sample.js';
import { vertexAlbedo } from '../src/fit/appearance/vertex-albedo.js';
import { irradiance } from '../src/math/spherical-harmonics.js';
import type { MorphableModel } from '../src/model/morphable-model.js';

/** What the plots show of one synthetic photo; degrees, metres, years. */
export interface SampleFacts {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly expression: Readonly<Record<string, number>>;
  /** Coefficient of the first albedo mode, standard deviations. */
  readonly tone: number;
  /** Individual typology angle of the face's mean albedo, degrees: see {@link typologyAngle}. */
  readonly typologyAngle: number;
  /** Direction of the strongest lamp: 0 is from the camera; right and up are positive. */
  readonly lamp: { readonly azimuth: number; readonly elevation: number };
  /** Share of the light that comes from the lamp, 0…1. */
  readonly lampShare: number;
  /** (most − least) ÷ (most + least) of the brightness that faces turned to the camera's side can have. */
  readonly contrast: number;
  readonly distance: number;
  /** Of the photo's width. */
  readonly fieldOfView: number;
  /** Root of the area of the landmarks' box in parts of the photo's width. */
  readonly faceSize: number;
  readonly years: number;
  /** 0 female … 1 male. */
  readonly male: number;
  readonly descent: SampleTruth['attributes']['descent'];
  readonly hair: string;
  readonly beard: string;
  readonly spectacles: boolean;
  /** Of a photo with a covered version: share of the face that is hidden, 0…1, and what hides it. */
  readonly coverage: number | undefined;
  readonly occluder: string | undefined;
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;
/** Rec. 709. */
const luminance = (r: number, g: number, b: number): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** A function that reads the facts from the truth of a sample. */
export function factsReader(model: MorphableModel): (truth: SampleTruth) => SampleFacts {
  const skin = meanAlbedo(model);
  return (truth) => {
    const {
      attributes: { age, male, descent },
      camera,
      pose,
      coefficients,
      image,
      landmarks68,
      lighting,
      covered,
    } = truth;
    const range = (axis: 0 | 1): number =>
      Math.max(...landmarks68.map((p) => p[axis])) - Math.min(...landmarks68.map((p) => p[axis]));
    const [x, y, z] = lighting.lamp;
    return {
      yaw: pose.yaw,
      pitch: pose.pitch,
      roll: pose.roll,
      expression: coefficients.expression,
      tone: coefficients.albedo[0]!,
      typologyAngle: typologyAngle(skin(coefficients.albedo)),
      lamp: { azimuth: degrees(Math.atan2(x!, z!)), elevation: degrees(Math.atan2(y!, Math.hypot(x!, z!))) },
      lampShare: lighting.lampShare,
      contrast: contrastOf(coefficients.light),
      distance: -pose.translation[2]! / 1000,
      fieldOfView: degrees(2 * Math.atan(image.width / 2 / camera.focal)),
      faceSize: Math.sqrt(range(0) * range(1)) / image.width,
      years: age < 0.5 ? 1 + 48 * age : 25 + 130 * (age - 0.5),
      male,
      descent,
      hair: truth.hair ?? 'none',
      beard: truth.beard ?? 'none',
      spectacles: truth.spectacles,
      coverage: covered?.coverage,
      occluder: covered?.occluder,
    };
  };
}

/** Mean linear albedo over the face for coefficients of the basis. */
function meanAlbedo(model: MorphableModel): (coefficients: readonly number[]) => [number, number, number] {
  const mask = model.regions.get('face');
  const { mean, modes, count } = vertexAlbedo(model);
  if (!mask)
    throw new Error(
      'sample facts: the head model has no "face" region; build it again with "npm run build-head-model".',
    );
  const over = (values: Float32Array): number[] => {
    const sum = [0, 0, 0];
    let weight = 0;
    mask.forEach((share, v) => {
      weight += share;
      for (let c = 0; c < 3; c++) sum[c]! += share * values[v * 3 + c]!;
    });
    return sum.map((value) => value / weight);
  };
  const rest = over(mean);
  const changes = Array.from({ length: count }, (_, k) =>
    over(modes.subarray(k * mean.length, (k + 1) * mean.length)),
  );
  return (coefficients) =>
    rest.map((value, c) =>
      Math.max(
        0.01,
        changes.reduce((sum, change, k) => sum + coefficients[k]! * change[c]!, value),
      ),
    ) as [number, number, number];
}

/**
 * Individual typology angle, degrees: atan((L* − 50) / b*) in CIELAB (Chardon, Cretois & Hourseau 1991).
 * @param rgb linear, Rec. 709 primaries, white is 1
 */
export function typologyAngle([r, g, b]: readonly [number, number, number]): number {
  const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29);
  const y = luminance(r, g, b);
  const z = (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883;
  return degrees(Math.atan2(116 * f(y) - 16 - 50, 200 * (f(y) - f(z))));
}

/** Classes of the angle from dark to light, with their upper ends (Del Bino & Bernerd 2013). */
export const typologyClasses: readonly (readonly [name: string, below: number])[] = [
  ['dark', -30],
  ['brown', 10],
  ['tan', 28],
  ['intermediate', 41],
  ['light', 55],
  ['very light', Infinity],
];

/** Unit normals all over the half of the sphere that a camera sees. */
const normals = Float64Array.from({ length: 200 }, (_, k) => k).reduce<number[]>((list, k) => {
  const z = (k + 0.5) / 200;
  const angle = k * Math.PI * (3 - Math.sqrt(5));
  const radius = Math.sqrt(1 - z * z);
  list.push(radius * Math.cos(angle), radius * Math.sin(angle), z);
  return list;
}, []);

function contrastOf(light: readonly number[]): number {
  const values = irradiance(normals, light, new Float64Array(normals.length));
  let most = -Infinity;
  let least = Infinity;
  for (let i = 0; i < values.length; i += 3) {
    const value = Math.max(0, luminance(values[i]!, values[i + 1]!, values[i + 2]!));
    most = Math.max(most, value);
    least = Math.min(least, value);
  }
  return (most - least) / (most + least);
}
