import type { Random } from '../random.js';
import { shapes, type Shape } from './shapes.js';

/**
 * Covers that are thin and let the face be seen between them; signed distance in the face's own axes, in
 * sizes of it (some 11 cm).
 */
export const thinCovers = {
  /** Spectacles with clear lenses: only their rims, bridge and temples hide. */
  rims: (random: Random, eyes: number): Shape => {
    const apart = random.uniform(0.24, 0.31);
    const wide = random.uniform(0.16, 0.24);
    const high = wide * random.uniform(0.55, 1);
    const round = random.uniform(2, 5);
    const low = eyes + random.uniform(-0.01, 0.06);
    const thin = random.uniform(0.004, 0.014);
    // Browlines are thick above, half rims open below.
    const above = random.uniform() < 0.25 ? thin + random.uniform(0, 0.02) : thin;
    const below = random.uniform() < 0.2 ? -1 : thin;
    const arch = low - high * random.uniform(0, 0.5);
    return (x, y) => {
      const side = Math.abs(x);
      const u = Math.abs((side - apart) / wide);
      const v = Math.abs((y - low) / high);
      const ring = (Math.pow(Math.pow(u, round) + Math.pow(v, round), 1 / round) - 1) * Math.min(wide, high);
      const rim = Math.abs(ring) - (y < low ? above : below);
      const bridge = Math.max(Math.abs(y - arch) - thin, side - apart + wide);
      const temple = Math.max(Math.abs(y - arch) - thin, apart + wide - side, side - 0.62);
      return Math.min(rim, bridge, temple);
    };
  },
  /** Strands that hang over the face. */
  strands: (random: Random): Shape => {
    const count = random.integer(1, 6);
    const root = random.normal(0, 0.3);
    const strands = Array.from({ length: count }, () => ({
      from: root + random.normal(0, 0.12),
      lean: random.normal(0, 0.35),
      bend: random.normal(0, 0.3),
      wave: random.uniform(0, 0.03),
      rate: random.uniform(4, 14),
      thin: random.uniform(0.003, 0.02),
      end: random.uniform(-0.3, 0.6),
    }));
    return (x, y) => {
      let nearest = Infinity;
      for (const { from, lean, bend, wave, rate, thin, end } of strands) {
        const down = y + 0.7;
        const middle = from + lean * down + bend * down * down + wave * Math.sin(rate * down);
        nearest = Math.min(nearest, Math.max(Math.abs(x - middle) - thin, y - end));
      }
      return nearest;
    };
  },
  /** A line of letters. */
  text: (random: Random): Shape => {
    const letters = shapes.text!(random, 0.3);
    const size = random.uniform(0.3, 0.7);
    const angle = random.normal(0, 0.15);
    const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
    const shiftX = random.normal(0, 0.15);
    const shiftY = random.normal(0.1, 0.3);
    return (x, y) =>
      size * letters(cos * (x - shiftX) + sin * (y - shiftY), cos * (y - shiftY) - sin * (x - shiftX));
  },
};
