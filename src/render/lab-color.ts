import { linearOfByte } from './color.js';

/** Reference white D65 in XYZ. */
const WHITE = [0.95047, 1, 1.08883] as const;

/** CIELAB (D65) of a linear colour, 0…1 each: lightness 0…100, then green–red and blue–yellow. */
export function labOfLinear(red: number, green: number, blue: number): [number, number, number] {
  const [x, y, z] = [
    (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / WHITE[0],
    (0.2126729 * red + 0.7151522 * green + 0.072175 * blue) / WHITE[1],
    (0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / WHITE[2],
  ].map((value) => (value > 216 / 24_389 ? Math.cbrt(value) : (841 / 108) * value + 4 / 29)) as [
    number,
    number,
    number,
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIELAB of an sRGB colour, bytes, which may lie between two. */
export function labOfSrgb(red: number, green: number, blue: number): [number, number, number] {
  const linear = (value: number): number => linearOfByte[Math.min(255, Math.max(0, Math.round(value)))]!;
  return labOfLinear(linear(red), linear(green), linear(blue));
}
