import { byteOfLinear } from '../render/color.js';

/** What the numbers of an RGB picture mean, for pictures whose decoder leaves that to its caller. */
export interface ColorProfile {
  /** Linear RGB to XYZ relative to D50 (the connection space of ICC profiles), row-major 3×3. */
  readonly toXyz: readonly number[];
  /** 256 linear values, 0…1, of the bytes of each channel. */
  readonly curves: readonly [Float32Array, Float32Array, Float32Array];
}

/** XYZ under D50 of each primary, red, green, blue (ICC.1:2022, annex E; ITU-R BT.2020; SMPTE EG 432-1). */
const srgbPrimaries = [0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.7141];
const p3Primaries = [0.51512, 0.2412, -0.00105, 0.29198, 0.69225, 0.04189, 0.1571, 0.06657, 0.78407];
const bt2020Primaries = [0.67348, 0.27904, -0.00194, 0.16566, 0.67534, 0.02998, 0.12505, 0.04561, 0.79686];

/** Colours that differ less than this, linear, are taken as they are. */
const NEARLY_SRGB = 0.004;

/** Byte curve of a function of 0…1. */
function curveOf(linear: (value: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => Math.min(1, Math.max(0, linear(byte / 255))));
}

const srgbCurve = curveOf((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));

/** Columns from red, green and blue to a row-major matrix. */
function columns(primaries: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((primary) => primaries[primary * 3 + row]!));
}

/**
 * The colours that code points of ISO/IEC 23091-2 name: Display P3 (11, 12) and BT.2020 (9); nothing for all
 * others, which are sRGB or near it. Their curves are taken for sRGB's.
 */
export function profileOfPrimaries(primaries: number): ColorProfile | undefined {
  const known = primaries === 9 ? bt2020Primaries : primaries === 11 || primaries === 12 ? p3Primaries : [];
  return known.length > 0 ? { toXyz: columns(known), curves: [srgbCurve, srgbCurve, srgbCurve] } : undefined;
}

/**
 * The colours of an ICC profile made of three primaries and their curves, as those of cameras and screens are
 * (ICC.1:2022, section 8.3.3); nothing for sRGB itself, other kinds of profiles, and damaged ones.
 */
export function profileOfIcc(icc: Uint8Array): ColorProfile | undefined {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  try {
    if (text(view, 16) !== 'RGB ' || text(view, 20) !== 'XYZ ') return undefined;
    const tags = new Map<string, number>();
    const count = Math.min(100, view.getUint32(128));
    for (let k = 0; k < count; k++) tags.set(text(view, 132 + 12 * k), view.getUint32(136 + 12 * k));
    const primaries = ['rXYZ', 'gXYZ', 'bXYZ'].flatMap((name) =>
      [0, 1, 2].map((axis) => view.getInt32(tags.get(name)! + 8 + 4 * axis) / 65536),
    );
    const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveAt(view, tags.get(name)!));
    if (!red || !green || !blue) return undefined;
    const profile: ColorProfile = { toXyz: columns(primaries), curves: [red, green, blue] };
    return isNearlySrgb(profile) ? undefined : profile;
  } catch (error) {
    // Offsets beyond the profile, or tags that it lacks: a damaged profile is no reason to refuse the
    // picture.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(at + k)));
}

/** A `curv` or `para` element (ICC.1:2022, sections 10.6 and 10.18). */
function curveAt(view: DataView, at: number): Float32Array | undefined {
  const kind = text(view, at);
  if (kind === 'curv') return sampledCurve(view, at);
  if (kind !== 'para') return undefined;
  const type = view.getUint16(at + 8);
  const count = [1, 3, 4, 5, 7][type];
  if (count === undefined) return undefined;
  const p = Array.from({ length: count }, (_, k) => view.getInt32(at + 12 + 4 * k) / 65536);
  const [g, a, b, c] = [p[0]!, p[1] ?? 1, p[2] ?? 0, p[3] ?? 0];
  const power = (value: number): number => Math.max(0, a * value + b) ** g;
  if (type < 3) return curveOf((value) => (a * value + b >= 0 ? power(value) : 0) + (type === 2 ? c : 0));
  const [d, e, f] = [p[4]!, p[5] ?? 0, p[6] ?? 0];
  return curveOf((value) => (value >= d ? power(value) + e : c * value + f));
}

function sampledCurve(view: DataView, at: number): Float32Array {
  const count = view.getUint32(at + 8);
  if (count === 0) return curveOf((value) => value);
  if (count === 1) {
    const gamma = view.getUint16(at + 12) / 256;
    return curveOf((value) => value ** gamma);
  }
  return curveOf((value) => {
    const place = value * (count - 1);
    const below = Math.min(count - 2, Math.floor(place));
    const low = view.getUint16(at + 12 + 2 * below);
    const high = view.getUint16(at + 14 + 2 * below);
    return (low + (high - low) * (place - below)) / 65535;
  });
}

function isNearlySrgb({ toXyz, curves }: ColorProfile): boolean {
  const srgb = columns(srgbPrimaries);
  return (
    toXyz.every((value, k) => Math.abs(value - srgb[k]!) < NEARLY_SRGB) &&
    curves.every((curve) => curve.every((value, k) => Math.abs(value - srgbCurve[k]!) < NEARLY_SRGB))
  );
}

/**
 * Turns pixels of a profile into sRGB, in place; colours that sRGB lacks are clipped.
 * @param channels values per pixel, at least three; the fourth is left alone
 */
export function convertToSrgb(
  data: Uint8Array | Uint8ClampedArray,
  channels: number,
  { toXyz, curves }: ColorProfile,
): void {
  const fromXyz = inverted(columns(srgbPrimaries));
  const m = multiplied(fromXyz, toXyz);
  for (let at = 0; at + 2 < data.length; at += channels) {
    const r = curves[0][data[at]!]!;
    const g = curves[1][data[at + 1]!]!;
    const b = curves[2][data[at + 2]!]!;
    data[at] = byteOfLinear(m[0]! * r + m[1]! * g + m[2]! * b);
    data[at + 1] = byteOfLinear(m[3]! * r + m[4]! * g + m[5]! * b);
    data[at + 2] = byteOfLinear(m[6]! * r + m[7]! * g + m[8]! * b);
  }
}

function multiplied(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + a[i - (i % 3) + k]! * b[3 * k + (i % 3)]!, 0),
  );
}

/** Inverse of a regular 3×3 matrix by its adjugate. */
function inverted(m: readonly number[]): number[] {
  const cofactor = (row: number, column: number): number => {
    const at = (r: number, c: number): number => m[((row + r) % 3) * 3 + ((column + c) % 3)]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const determinant = m[0]! * cofactor(0, 0) + m[1]! * cofactor(0, 1) + m[2]! * cofactor(0, 2);
  return Array.from({ length: 9 }, (_, i) => cofactor(i % 3, Math.floor(i / 3)) / determinant);
}
