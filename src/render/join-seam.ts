/**
 * The atlas is unrolled from a seam down the back of the head: its left, right and upper borders, which are
 * mirror images. There a texture has to be one, so towards the borders it turns into the mean of itself and
 * its mirror image. In place.
 *
 * @param texture size×size×channels, floats or bytes
 * @param band how far from the borders it begins to, share of the size
 */
export function joinSeam(
  texture: Float32Array | Uint8Array | Uint8ClampedArray,
  size: number,
  channels: number,
  band: number,
): void {
  const reach = band * size;
  const half = Math.floor(size / 2);
  for (let y = 0; y < size; y++) {
    const end = y < reach ? half : Math.min(half, Math.ceil(reach));
    for (let x = 0; x < end; x++) {
      // One whole texel at the border is the same on both sides: it is read up to its edge.
      const away = Math.max(0, Math.min(x, y) - 0.5) / reach;
      if (away >= 1) continue;
      const share = 1 - away * away * (3 - 2 * away);
      const left = (y * size + x) * channels;
      const right = (y * size + size - 1 - x) * channels;
      for (let c = 0; c < channels; c++) {
        const change = (share * (texture[right + c]! - texture[left + c]!)) / 2;
        texture[left + c]! += change;
        texture[right + c]! -= change;
      }
    }
  }
}
