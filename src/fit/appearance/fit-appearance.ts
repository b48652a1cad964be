import type { Image } from '../../math/image.js';
import { constantLight, irradiance } from '../../math/spherical-harmonics.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { CAST_SPREAD, CORRELATION, LIGHT_SPREAD, solveAllLights, TYPICAL_LIGHT } from './solve-lights.js';
import type { SkinCertainty } from './skin-certainty.js';
import { skinAroundFace, type SeenHead } from './skin-geometry.js';
import {
  collectSkin,
  LEAST_FACING,
  sampleColor,
  sampleRadius,
  skinWeight,
  thinned,
  type SkinSamples,
} from './skin-samples.js';
import {
  basisAt,
  sampledAlbedo,
  skinPrior,
  solveAlbedo,
  type SampledBasis,
  type SkinFit,
  type SkinPrior,
} from './solve-albedo.js';
import { LIGHT_MODES, vertexAlbedo, type VertexAlbedoBasis } from './vertex-albedo.js';

/** Light and skin of a face, and which parts of the skin follow them. */
export interface Appearance {
  /** 27 irradiance coefficients. */
  readonly light: Float32Array;
  /** Albedo coefficients, standard deviations. */
  readonly albedo: Float32Array;
  /** How well each vertex agrees with the fitted skin, 0…1; 0 where the photo does not show it. V. */
  readonly inlier: Float32Array;
  /** Share of the face's visible-side skin that agrees, 0…1. */
  readonly faceVisibility: number;
  /** Mean linear colour of the face's skin in the photo; nothing where hardly any is seen. */
  readonly skinColor?: readonly [number, number, number];
}

/**
 * Expected deviation of a pixel from the model, linear, and the largest that is believed: more means that
 * something covers the skin.
 */
const LEAST_NOISE = 0.02;
const LARGEST_NOISE = 0.07;
/** Ears and neck may differ this many times more from the face's skin than the face itself does. */
const SURROUNDINGS_TOLERANCE = 4;
/** But not more than this share of what is expected there. */
const SURROUNDINGS_SHARE = 0.45;

/** Robust weights and the noise scale from the residuals (median absolute deviation). */
function reweight(
  samples: SkinSamples,
  albedo: Float32Array,
  light: Float32Array,
  robust: Float32Array,
  tightness: number,
): { noise: number; cost: number } {
  const shade = irradiance(samples.normals, light, new Float32Array(samples.normals.length));
  const residuals = new Float32Array(robust.length);
  for (let i = 0; i < robust.length; i++) {
    let sum = 0;
    for (let c = 0; c < 3; c++)
      sum += (samples.colors[i * 3 + c]! - Math.max(0, shade[i * 3 + c]!) * albedo[i * 3 + c]!) ** 2;
    residuals[i] = Math.sqrt(sum / 3);
  }
  const noise = Math.min(
    LARGEST_NOISE,
    Math.max(LEAST_NOISE, 1.48 * (residuals.slice().sort()[residuals.length >> 1] ?? 0)),
  );
  let cost = 0;
  for (let i = 0; i < robust.length; i++) {
    const e = (residuals[i]! / (tightness * noise)) ** 2;
    robust[i] = 1 / (1 + e) ** 2;
    cost += (samples.weights[i]! * Math.min(9, (residuals[i]! / LEAST_NOISE) ** 2)) / CORRELATION;
  }
  return { noise, cost };
}

/**
 * Fits light (spherical harmonics of order 2, Ramamoorthi & Hanrahan 2001) and albedo coefficients to the
 * photo's skin, alternating between the two with robust weights, so that what is not skin (a hand, hair,
 * glasses) has no say.
 *
 * A dark skin in bright light and a light skin in dim light look alike; the priors decide, what a network
 * guesses of the skin above all: several tones are tried first, and the likeliest of them and of its light
 * wins.
 */
export function fitAppearance(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  faceSize: number,
  guess?: AppearanceGuess,
  certainty?: SkinCertainty,
): Appearance {
  const everywhere = vertexAlbedo(model, LIGHT_MODES);
  const samples = collectSkin(model, head, image, faceSize, certainty);
  const inlier = new Float32Array(model.vertexCount);
  const n = samples.vertices.length;
  if (n < LEAST_SAMPLES) {
    const fit = guess && exposedGuess(model, everywhere, image, faceSize, guess);
    return {
      light: fit?.light ?? constantLight(TYPICAL_LIGHT),
      albedo: allModes(model, fit?.coefficients ?? []),
      inlier,
      faceVisibility: 0,
    };
  }
  const basis = basisAt(everywhere, samples.vertices);
  const prior = skinPrior(basis.count, guess);
  const start = bestStart(everywhere, thinned(samples, START_STRIDE), prior, model);
  const fit: SkinFit = { ...start, robust: new Float32Array(n) };
  const albedo = new Float32Array(n * 3);
  sampledAlbedo(basis, fit.coefficients, albedo);
  fit.noise = reweight(samples, albedo, fit.light, fit.robust, 3).noise;
  refine(basis, samples, fit, prior, 4);
  for (let i = 0; i < n; i++) inlier[samples.vertices[i]!] = fit.robust[i]!;
  judgeSurroundings(
    model,
    head,
    image,
    everywhere,
    { light: fit.light, albedo: fit.coefficients, noise: fit.noise, radius: sampleRadius(faceSize) },
    inlier,
  );
  return {
    light: fit.light,
    albedo: allModes(model, fit.coefficients),
    inlier,
    faceVisibility: visibleShare(model, head, samples, fit.robust),
    skinColor: meanColor(samples, fit.robust),
  };
}

/** Coefficients of all of the model's modes; 0 where none is given. */
function allModes({ albedo }: MorphableModel, coefficients: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: albedo?.count ?? 0 }, (_, k) => coefficients[k] ?? 0);
}

/** Mean colour of what agrees with the fitted skin. */
function meanColor({ colors, weights }: SkinSamples, robust: Float32Array): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let total = 1e-9;
  for (let i = 0; i < robust.length; i++) {
    const weight = weights[i]! * robust[i]!;
    for (let k = 0; k < 3; k++) sum[k]! += weight * colors[i * 3 + k]!;
    total += weight;
  }
  return [sum[0] / total, sum[1] / total, sum[2] / total];
}

/** What a network says of light and skin. */
export interface AppearanceGuess {
  /** 27 irradiance coefficients, in the photo's camera. */
  readonly light: ArrayLike<number>;
  /** The skin, standard deviations. */
  readonly albedo: ArrayLike<number>;
  /** Whether its tone comes from who somebody is, not from how bright the photo is. */
  readonly knowsTone?: boolean;
  /** The head as if nothing covered it. */
  readonly bare: SeenHead;
}

/** Fewer samples of skin in plain view say nothing. */
const LEAST_SAMPLES = 50;
/**
 * How far a sample's hue may be from that of the guessed skin, natural logarithms of red to green and of
 * green to blue; farther ones are covers.
 */
const HUE_TOLERANCE = 0.15;
/** Natural logarithm of the largest exposure of a guessed light. */
const LARGEST_EXPOSURE = 0.8;

/**
 * Light and skin where hardly any skin is surely in view, as between sunglasses and a mask: what the network
 * guesses, as bright as what has that skin's hue. More than the exposure would follow the cover, of which
 * there is more than of skin.
 */
function exposedGuess(
  model: MorphableModel,
  basis: VertexAlbedoBasis,
  image: Image,
  faceSize: number,
  guess: AppearanceGuess,
): Pick<SkinFit, 'light' | 'coefficients'> {
  const samples = collectSkin(model, guess.bare, image, faceSize);
  const n = samples.vertices.length;
  const light = Float32Array.from(guess.light);
  const coefficients = Float32Array.from({ length: basis.count }, (_, k) => guess.albedo[k] ?? 0);
  const expected = new Float32Array(n * 3);
  const shade = irradiance(samples.normals, light, new Float32Array(n * 3));
  sampledAlbedo(basisAt(basis, samples.vertices), coefficients, expected);
  const exposures: [exposure: number, weight: number][] = [];
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [0, 1, 2].map((c) =>
      Math.log(
        (samples.colors[i * 3 + c]! + 1e-3) / (Math.max(0, shade[i * 3 + c]!) * expected[i * 3 + c]! + 1e-3),
      ),
    ) as [number, number, number];
    const hue = Math.hypot(r - g, g - b) / HUE_TOLERANCE;
    exposures.push([(r + g + b) / 3, samples.weights[i]! / (1 + hue * hue) ** 2]);
  }
  const exposure = Math.exp(
    Math.min(LARGEST_EXPOSURE, Math.max(-LARGEST_EXPOSURE, weightedMedian(exposures))),
  );
  return { light: light.map((value) => exposure * value), coefficients };
}

/** The value with half of the weight on either side; 0 without weight. */
function weightedMedian(values: readonly (readonly [value: number, weight: number])[]): number {
  const half = values.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  let below = 0;
  return (
    [...values]
      .sort((a, b) => a[0] - b[0])
      .find(([, weight]) => (below += weight) >= half && half > 0)?.[0] ?? 0
  );
}

function refine(
  basis: SampledBasis,
  samples: SkinSamples,
  fit: SkinFit,
  prior: SkinPrior,
  iterations: number,
): void {
  const albedo = new Float32Array(samples.vertices.length * 3);
  for (let iteration = 0; iteration < iterations; iteration++) {
    sampledAlbedo(basis, fit.coefficients, albedo);
    solveAllLights(samples, albedo, fit.robust, fit.noise, prior.light, fit.light);
    if (basis.count > 0) solveAlbedo(basis, samples, fit, prior);
    sampledAlbedo(basis, fit.coefficients, albedo);
    fit.noise = reweight(samples, albedo, fit.light, fit.robust, iteration === 0 ? 3 : 2.5).noise;
  }
}

/** Trials use every so manieth sample. */
const START_STRIDE = 3;
/** A start from part of the face must explain this much more skin than the whole face's. */
const START_MARGIN = 1.05;
/** Noise by which starts are compared. */
const START_NOISE = 0.04;

/**
 * A least-squares start from the whole face gives a large cover half the say. So parts of the face are tried
 * as well, right, left, upper and lower half, and the start wins under which most skin looks like skin.
 */
function bestStart(
  everywhere: VertexAlbedoBasis,
  samples: SkinSamples,
  prior: SkinPrior,
  model: MorphableModel,
): SkinFit {
  const n = samples.vertices.length;
  const basis = basisAt(everywhere, samples.vertices);
  const position = (i: number, axis: number) => model.meanShape[samples.vertices[i]! * 3 + axis]!;
  const heights = Array.from({ length: n }, (_, i) => position(i, 1)).sort((a, b) => a - b);
  const middle = heights[n >> 1]!;
  const parts: ((i: number) => boolean)[] = [
    () => true,
    (i) => position(i, 0) < 0,
    (i) => position(i, 0) > 0,
    (i) => position(i, 1) > middle,
    (i) => position(i, 1) < middle,
  ];
  let best: SkinFit | undefined;
  let bestScore = -Infinity;
  for (const [index, part] of parts.entries()) {
    const robust = Float32Array.from({ length: n }, (_, i) => (part(i) ? 1 : 0));
    const coefficients = prior.mean.slice();
    if (basis.count > 0) coefficients[0] = likeliestTone(basis, samples, robust, prior);
    const fit: SkinFit = { light: constantLight(TYPICAL_LIGHT), coefficients, robust, noise: 0.05 };
    refine(basis, samples, fit, prior, 2);
    const score = explained(basis, samples, fit) * (index === 0 ? START_MARGIN : 1);
    if (score > bestScore) {
      bestScore = score;
      best = fit;
    }
  }
  return best!;
}

/** How much of the skin a fit explains within a fixed noise. */
function explained(basis: SampledBasis, samples: SkinSamples, fit: SkinFit): number {
  const albedo = new Float32Array(samples.vertices.length * 3);
  const shade = irradiance(samples.normals, fit.light, new Float32Array(albedo.length));
  sampledAlbedo(basis, fit.coefficients, albedo);
  let sum = 0;
  for (let i = 0; i < samples.vertices.length; i++) {
    let squared = 0;
    for (let c = 0; c < 3; c++)
      squared += (samples.colors[i * 3 + c]! - Math.max(0, shade[i * 3 + c]!) * albedo[i * 3 + c]!) ** 2;
    sum += samples.weights[i]! / (1 + squared / 3 / START_NOISE ** 2) ** 2;
  }
  return sum;
}

/**
 * Also says of ears, neck and the face's grazing border whether the photo shows skin there: often it is hair,
 * a collar or the background.
 */
function judgeSurroundings(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  basis: VertexAlbedoBasis,
  fit: { light: Float32Array; albedo: Float32Array; noise: number; radius: number },
  inlier: Float32Array,
): void {
  const face = model.regions.get('face');
  const vertices: number[] = [];
  for (let v = 0; v < model.parts[0]!.vertexCount; v++) {
    const x = head.pixels[v * 2]!;
    const y = head.pixels[v * 2 + 1]!;
    const inside = x >= 0 && x < image.width && y >= 0 && y < image.height;
    const border = head.facing[v]! < LEAST_FACING ? (face?.[v] ?? 0) : 0;
    if (
      inside &&
      head.unhidden[v]! > 0 &&
      inlier[v] === 0 &&
      Math.max(skinAroundFace(model, v), border) > 0.1
    )
      vertices.push(v);
  }
  const ids = Int32Array.from(vertices);
  const albedo = new Float32Array(ids.length * 3);
  const color = new Float32Array(3);
  sampledAlbedo(basisAt(basis, ids), fit.albedo, albedo);
  const shade = irradiance(head.normals, fit.light, new Float32Array(head.normals.length));
  vertices.forEach((v, i) => {
    sampleColor(image, head.pixels[v * 2]!, head.pixels[v * 2 + 1]!, fit.radius, color, 0);
    let sum = 0;
    let bright = 0;
    for (let c = 0; c < 3; c++) {
      const expected = Math.max(0, shade[v * 3 + c]!) * albedo[i * 3 + c]!;
      sum += (color[c]! - expected) ** 2 / 3;
      bright += expected / 3;
    }
    // The shadow that a chin casts on the neck is far darker than any light of low order says.
    const tolerance = Math.min(SURROUNDINGS_TOLERANCE * fit.noise, SURROUNDINGS_SHARE * bright + 1e-3);
    inlier[v] = 1 / (1 + sum / tolerance ** 2) ** 2;
  });
}

/**
 * What a tone leaves unexplained says less of it than if the model were right: most of that no tone explains.
 * In full, it made some fair people brown; a quarter of it, some dark ones lighter.
 */
const PIXELS_SAY = 0.5;
const TONES = [-2, -1.5, -1, -0.5, 0, 0.4, 0.8, 1.2];

/** The tone of the given samples: `mask` says which count. */
function likeliestTone(
  basis: SampledBasis,
  samples: SkinSamples,
  mask: Float32Array,
  { mean, tonePrecision, light: expected }: SkinPrior,
): number {
  const n = samples.vertices.length;
  const albedo = new Float32Array(n * 3);
  const light = new Float32Array(27);
  const robust = new Float32Array(n);
  const masked: SkinSamples = { ...samples, weights: samples.weights.map((weight, i) => weight * mask[i]!) };
  const unit = constantLight(1)[0]!;
  let best = 0;
  let bestCost = Infinity;
  for (const tone of TONES) {
    const coefficients = mean.slice();
    coefficients[0] = tone;
    sampledAlbedo(basis, coefficients, albedo);
    robust.fill(1);
    solveAllLights(masked, albedo, robust, 0.05, expected, light);
    const { cost } = reweight(masked, albedo, light, robust, 3);
    const grey = (light[0]! + light[9]! + light[18]!) / (3 * unit);
    let cast = 0;
    for (let c = 0; c < 3; c++) cast += ((light[c * 9]! / unit - grey) / CAST_SPREAD) ** 2;
    const unlikely = ((grey - TYPICAL_LIGHT) / LIGHT_SPREAD) ** 2 + tonePrecision * (tone - mean[0]!) ** 2;
    const total = PIXELS_SAY * START_STRIDE * cost + cast + unlikely;
    if (total < bestCost) {
      bestCost = total;
      best = tone;
    }
  }
  return best;
}

/** Share of the face on the camera's side that is inside the photo and looks like this skin. */
function visibleShare(
  model: MorphableModel,
  head: SeenHead,
  samples: SkinSamples,
  robust: Float32Array,
): number {
  let total = 0;
  let seen = 0;
  const count = headVertexCount(model);
  for (let v = 0; v < count; v++) {
    if (head.facing[v]! >= LEAST_FACING && head.unhidden[v]! > 0)
      total += skinWeight(model, v) * head.facing[v]!;
  }
  samples.vertices.forEach((v, i) => {
    seen += skinWeight(model, v) * head.facing[v]! * Math.min(1, 1.5 * robust[i]!);
  });
  return total > 0 ? Math.min(1, seen / total) : 0;
}
