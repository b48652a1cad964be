import { addDirectionalLight, constantLight } from '../../math/spherical-harmonics.js';
import type { Random } from '../random.js';

/** The light of a photo: its irradiance and the lamp that casts shadows. */
export interface Lighting {
  /** 27 irradiance coefficients (docs/conventions.md), camera space. */
  readonly light: Float32Array;
  /** From the face towards the strongest lamp, unit length, camera space. */
  readonly lamp: readonly [number, number, number];
  /** Share of the brightness that comes from the lamp, 0…1: what a shadow takes away. */
  readonly lampShare: number;
}

type Color = [number, number, number];

/**
 * Colours between candle light and blue sky, normalised to a brightness of 1. The basis' skins were
 * photographed in warm light: the middle is bluish, so that faces have the mean colour of those in photos
 * (log G/B 0.22 there, 0.41 with white in the middle).
 */
function warmth(random: Random): Color {
  const t = random.normal(-0.03, 0.1);
  return [1 + t, 1, 1.12 - t];
}

/** An environment with a brighter side, and one or two lamps: window, lamp, sun. */
export function sampleLighting(random: Random): Lighting {
  const level = Math.exp(random.normal(Math.log(0.92), 0.3));
  const share = random.uniform() < 0.3 ? random.uniform(0, 0.25) : random.uniform(0.25, 0.85);
  const ambient = warmth(random).map((value) => value * level * (1 - share) * 0.85) as Color;
  const light = constantLight(...ambient);
  // Skies and ceilings are brighter than floors.
  const tilt: Color = [random.normal(0, 0.5), random.uniform(0.2, 1.2), random.normal(0.2, 0.5)];
  addDirectionalLight(light, tilt, ambient.map((value) => value * random.uniform(0.1, 0.5)) as Color);
  const lamp = lampDirection(random);
  addDirectionalLight(light, lamp, warmth(random).map((value) => value * level * share * 1.1) as Color);
  if (random.uniform() < 0.35) {
    const second = lampDirection(random);
    addDirectionalLight(
      light,
      [-second[0], second[1], second[2]],
      warmth(random).map((value) => value * level * share * random.uniform(0.1, 0.5)) as Color,
    );
  }
  return { light, lamp, lampShare: share };
}

/** Mostly from above and before the face, sometimes from the side or behind. */
function lampDirection(random: Random): [number, number, number] {
  const azimuth = random.normal(0, 0.8);
  const elevation = Math.min(1.3, Math.max(-0.4, random.normal(0.55, 0.35)));
  return [
    Math.sin(azimuth) * Math.cos(elevation),
    Math.sin(elevation),
    Math.cos(azimuth) * Math.cos(elevation),
  ];
}
