import type { Camera } from '../math/camera.js';
import { createRasterTarget, rasterize, type RasterTarget } from './rasterize.js';
import type { SkinSurface } from './skin-surface.js';
import { sampleSpot } from './texture.js';

/**
 * What rasterising tells about the pixels of a batch that show painted skin: no gradient goes through any of
 * it. Each face has P places; those that its skin leaves empty repeat one of its pixels with weight 0.
 */
export interface SkinPixels {
  /** N×P: the painted triangle seen. */
  readonly triangle: Int32Array;
  /** N×P: where in the picture, `y · size + x`. */
  readonly place: Int32Array;
  /** N×P: 1, or 0 in places left empty. */
  readonly weight: Float32Array;
  /** N×size²: which of the P places holds each pixel of the picture, −1 where there is no painted skin. */
  readonly slot: Int32Array;
  /** N×P×3: what the mean albedo's texture shows there beyond the mean of the triangle's corners, linear. */
  readonly detail: Float32Array;
}

/**
 * Surfaces seen at a flatter angle than this (cosine) are left out: their barycentrics change too fast to
 * follow.
 */
const grazing = 0.12;

/** Draws the skin of one head after the other. Reuse it: it allocates only its buffers. */
export interface SkinRasterizer {
  readonly size: number;
  readonly capacity: number;
  /**
   * @param vertices V×3 camera space, mm, of the skin
   * @param face which of the batch: what is written to
   * @returns how many pixels show painted skin; more than there is room for are thinned out evenly, and the
   *   others take the place of one that is kept
   */
  draw(vertices: Float32Array, pixels: SkinPixels, face: number): number;
}

export function createSkinPixels(batch: number, capacity: number, size: number): SkinPixels {
  const count = batch * capacity;
  return {
    slot: new Int32Array(batch * size * size),
    triangle: new Int32Array(count),
    place: new Int32Array(count),
    weight: new Float32Array(count),
    detail: new Float32Array(3 * count),
  };
}

/**
 * @param size width and height of pictures, pixels
 * @param capacity P of {@link SkinPixels}
 * @param camera in pixels of that size
 */
export function createSkinRasterizer(
  surface: SkinSurface,
  size: number,
  capacity: number,
  camera: Camera,
): SkinRasterizer {
  const target = createRasterTarget(size, size);
  const seen = new Int32Array(size * size);
  return {
    size,
    capacity,
    draw(vertices, pixels, face) {
      rasterize(target, vertices, surface.triangles, camera);
      const found = visiblePainted(surface, target, vertices, seen);
      const kept = Math.min(found, capacity);
      const start = face * capacity;
      const share = kept / found;
      const slot = pixels.slot.subarray(face * size * size, (face + 1) * size * size).fill(-1);
      for (let i = 0; i < found; i++) slot[seen[i]!] = Math.floor(i * share);
      for (let i = 0; i < capacity; i++) {
        const used = i < kept;
        const place = used ? seen[Math.min(found - 1, Math.ceil(i / share))]! : found > 0 ? seen[0]! : 0;
        pixels.place[start + i] = place;
        pixels.triangle[start + i] = found > 0 ? surface.paintedOf[target.triangle[place]!]! : 0;
        pixels.weight[start + i] = used ? 1 : 0;
      }
      writeDetail(surface, target, vertices, camera, pixels, start, kept);
      pixels.detail.fill(0, 3 * (start + kept), 3 * (start + capacity));
      return found;
    },
  };
}

/** Lists the pixels that show painted skin not too flatly. */
function visiblePainted(
  surface: SkinSurface,
  target: RasterTarget,
  vertices: Float32Array,
  seen: Int32Array,
): number {
  const { width, triangle } = target;
  const { minX, minY, maxX, maxY } = target.bounds;
  let found = 0;
  let current = -1;
  let faces = false;
  for (let y = minY; y < maxY; y++) {
    for (let i = y * width + minX; i < y * width + maxX; i++) {
      const id = triangle[i]!;
      if (id < 0 || surface.paintedOf[id]! < 0) continue;
      if (id !== current) {
        current = id;
        faces = cosineSeen(surface.triangles, vertices, id) > grazing;
      }
      if (faces) seen[found++] = i;
    }
  }
  return found;
}

/** The cosine between a triangle's normal and the way to the camera. */
function cosineSeen(triangles: Uint32Array, vertices: Float32Array, id: number): number {
  const a = 3 * triangles[3 * id]!;
  const b = 3 * triangles[3 * id + 1]!;
  const c = 3 * triangles[3 * id + 2]!;
  const x = vertices[a]!;
  const y = vertices[a + 1]!;
  const z = vertices[a + 2]!;
  const ux = vertices[b]! - x;
  const uy = vertices[b + 1]! - y;
  const uz = vertices[b + 2]! - z;
  const vx = vertices[c]! - x;
  const vy = vertices[c + 1]! - y;
  const vz = vertices[c + 2]! - z;
  const nx = uy * vz - uz * vy;
  const ny = uz * vx - ux * vz;
  const nz = ux * vy - uy * vx;
  return (
    -(nx * x + ny * y + nz * z) / (Math.sqrt(nx * nx + ny * ny + nz * nz) * Math.sqrt(x * x + y * y + z * z))
  );
}

const spot = new Float64Array(4);
const texel = new Float32Array(4);

function writeDetail(
  surface: SkinSurface,
  target: RasterTarget,
  vertices: Float32Array,
  camera: Camera,
  pixels: SkinPixels,
  start: number,
  count: number,
): void {
  const { cornerUvs: uvs, cornerAlbedo: colours, meanAlbedo } = surface;
  const { width: texels } = meanAlbedo.levels[0]!;
  let current = -1;
  let level = 0;
  for (let i = start; i < start + count; i++) {
    const place = pixels.place[i]!;
    const painted = pixels.triangle[i]!;
    const w0 = target.barycentric[2 * place]!;
    const w1 = target.barycentric[2 * place + 1]!;
    const w2 = 1 - w0 - w1;
    const t = 6 * painted;
    const c = 9 * painted;
    const id = target.triangle[place]!;
    if (id !== current) {
      current = id;
      const texelsSeen =
        0.5 *
        texels *
        texels *
        Math.abs(
          (uvs[t + 2]! - uvs[t]!) * (uvs[t + 5]! - uvs[t + 1]!) -
            (uvs[t + 4]! - uvs[t]!) * (uvs[t + 3]! - uvs[t + 1]!),
        );
      // log₂ of texels per pixel along one axis, as the square root of the ratio of areas.
      level = Math.max(0, 0.5 * Math.log2(texelsSeen / pixelArea(surface.triangles, vertices, id, camera)));
    }
    spot[0] = w0 * uvs[t]! + w1 * uvs[t + 2]! + w2 * uvs[t + 4]!;
    spot[1] = w0 * uvs[t + 1]! + w1 * uvs[t + 3]! + w2 * uvs[t + 5]!;
    spot[2] = level;
    sampleSpot(meanAlbedo, spot, texel);
    for (let k = 0; k < 3; k++)
      pixels.detail[3 * i + k] =
        texel[k]! - (w0 * colours[c + k]! + w1 * colours[c + 3 + k]! + w2 * colours[c + 6 + k]!);
  }
}

/** The area of a triangle in the picture, pixels². */
function pixelArea(triangles: Uint32Array, vertices: Float32Array, id: number, { focal }: Camera): number {
  const [a, b, c] = [0, 1, 2].map((k) => {
    const v = 3 * triangles[3 * id + k]!;
    const scale = -focal / vertices[v + 2]!;
    return [vertices[v]! * scale, vertices[v + 1]! * scale] as const;
  }) as [readonly [number, number], readonly [number, number], readonly [number, number]];
  return 0.5 * Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
}
