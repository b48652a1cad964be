/**
 * sRGB ↔ linear light (IEC 61966-2-1). Values are 0…1; bytes are sRGB-encoded 0…255.
 */

/** Linear light of an sRGB-encoded value. */
export function srgbToLinear(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/** The sRGB encoding of a linear value. */
export function linearToSrgb(linear: number): number {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Linear light of each sRGB byte. */
export const linearOfByte: Float32Array = Float32Array.from({ length: 256 }, (_, byte) =>
  srgbToLinear(byte / 255),
);

/** The least linear value that rounds to each byte; one more entry, out of reach, ends the list. */
const byteStarts = Float64Array.from({ length: 257 }, (_, byte) =>
  byte === 0 ? -Infinity : byte === 256 ? Infinity : srgbToLinear((byte - 0.5) / 255),
);

/**
 * Bins narrower than the narrowest byte (3.03e-4), so that each bin holds at most one boundary between bytes.
 */
const binCount = 4096;
const byteOfBin = Uint8Array.from({ length: binCount + 1 }, (_, bin) => {
  const encoded = Math.round(linearToSrgb(bin / binCount) * 255);
  return bin / binCount < byteStarts[encoded]! ? encoded - 1 : encoded;
});

/** The sRGB byte of a linear value, rounded exactly; values outside 0…1 are clamped, NaN gives 0. */
export function byteOfLinear(linear: number): number {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 255;
  const byte = byteOfBin[(linear * binCount) | 0]!;
  return linear >= byteStarts[byte + 1]! ? byte + 1 : byte;
}

/** Encodes linear values as sRGB bytes, one by one. */
export function encodeSrgb(linear: ArrayLike<number>, out: Uint8Array | Uint8ClampedArray): void {
  for (let i = 0; i < out.length; i++) out[i] = byteOfLinear(linear[i]!);
}

/** Decodes sRGB bytes to linear values, one by one. */
export function decodeSrgb(bytes: ArrayLike<number>, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = linearOfByte[bytes[i]!]!;
}

/** How bright a linear colour is (Rec. 709). */
export function luminance(color: readonly [number, number, number]): number {
  return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2];
}
