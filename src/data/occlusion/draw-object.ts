import { cropCamera, project, type Camera } from '../../math/camera.js';
import { createImage, type Image } from '../../math/image.js';
import { irradiancePolynomial } from '../../math/spherical-harmonics.js';
import { byteOfLinear, linearOfByte } from '../../render/color.js';
import { drawLayers } from '../../render/layers.js';
import { vertexNormals } from '../../render/normals.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';
import type { ScenePart } from '../../render/scene-part.js';
import { dominantLight, shadePart, type PartShading } from '../../render/shade-part.js';
import type { Random } from '../random.js';
import type { PixelBox } from './face-region.js';
import { sceneParts, type ObjectModel } from './object-model.js';
import { hidingPositions, type OccludedFace } from './occluded-face.js';
import type { PhotoLook } from './photo-look.js';
import { blurChannels, softened } from './planes.js';

/**
 * Crops up to this many pixels are drawn with 2×2 samples per pixel; larger ones are blurred a little
 * instead.
 */
const FINE_PIXELS = 160_000;

/**
 * Draws an object into a copy of a photo, with its shadow on the head.
 * @returns the picture and the object's alpha
 */
export function drawObject(
  photo: Image,
  face: OccludedFace,
  object: ObjectModel,
  look: PhotoLook,
  random: Random,
): { image: Image; mask: Image } {
  const image: Image = {
    width: photo.width,
    height: photo.height,
    channels: 3,
    data: Uint8Array.from(photo.data),
  };
  const mask = createImage(photo.width, photo.height, 1);
  const parts = sceneParts(face, object);
  const scale = pixelsPerMm(face);
  const margin = Math.ceil(4 + scale * (2 + 1.2 * object.shadow.gap));
  const box = boxAround(parts, face.camera, margin, photo);
  if (!box) return { image, mask };
  const { layer, head } = renderLayer(face, parts, box, look);
  castShadow(image, layer, head, box, shadowOf(object, look, scale));
  blend(image, mask, layer, box, look.noise, random);
  return { image, mask };
}

/** Pixels that a millimetre at the head's distance takes. */
export function pixelsPerMm({ camera, translation }: OccludedFace): number {
  return camera.focal / Math.max(1, -translation[2]!);
}

function boxAround(
  parts: readonly ScenePart[],
  camera: Camera,
  margin: number,
  { width, height }: Image,
): PixelBox | undefined {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const { positions } of parts) {
    const pixels = project(positions, camera, new Float32Array((positions.length / 3) * 2));
    for (let i = 0; i < pixels.length; i += 2) {
      if (Number.isNaN(pixels[i]!)) continue;
      left = Math.min(left, pixels[i]!);
      right = Math.max(right, pixels[i]!);
      top = Math.min(top, pixels[i + 1]!);
      bottom = Math.max(bottom, pixels[i + 1]!);
    }
  }
  const x = Math.max(0, Math.floor(left) - margin);
  const y = Math.max(0, Math.floor(top) - margin);
  const box = {
    x,
    y,
    width: Math.min(width, Math.ceil(right) + margin) - x,
    height: Math.min(height, Math.ceil(bottom) + margin) - y,
  };
  return box.width > 0 && box.height > 0 ? box : undefined;
}

/**
 * The object alone, hidden where the head is nearer.
 * @returns linear premultiplied colours, and where the head is, 0…1
 */
function renderLayer(
  face: OccludedFace,
  parts: readonly ScenePart[],
  box: PixelBox,
  look: PhotoLook,
): { layer: Float32Array; head: Float32Array } {
  const samples = box.width * box.height <= FINE_PIXELS ? 2 : 1;
  const raster = createRasterTarget(box.width * samples, box.height * samples);
  const camera = cropCamera(face.camera, box.x, box.y, samples);
  const linear = new Float32Array(4 * raster.triangle.length);
  rasterize(raster, hidingPositions(face), face.triangles, camera, { cull: 'back' });
  const head = headShares(raster, samples, box);
  const light = irradiancePolynomial(look.light);
  const lamp = dominantLight(look.light);
  let idOffset = face.triangles.length / 3;
  const shadings = parts.map((part): PartShading => {
    const normals = vertexNormals(part.positions, part.triangles, new Float32Array(part.positions.length));
    const shading = { part, normals, camera, light, lamp, idOffset };
    idOffset += part.triangles.length / 3;
    return shading;
  });
  const solid = shadings.filter(({ part }) => part.alpha === undefined);
  const clear = shadings.filter(({ part }) => part.alpha !== undefined);
  const bounds = solid.map(({ part, idOffset: offset }) => {
    rasterize(raster, part.positions, part.triangles, camera, { clear: false, idOffset: offset });
    return { ...raster.bounds };
  });
  solid.forEach((shading, k) => {
    shadePart(raster, shading, bounds[k]!, linear);
  });
  if (clear.length > 0) drawLayers(raster, linear, clear, 1, 4);
  const layer = samples === 1 ? linear : resolved(linear, samples, box);
  const blur = samples === 1 ? Math.max(0.55, look.blur) : look.blur;
  if (blur > 0.3) blurChannels(layer, box.width, box.height, 4, blur);
  return { layer, head };
}

function headShares({ triangle, width }: RasterTarget, samples: number, box: PixelBox): Float32Array {
  const head = new Float32Array(box.width * box.height);
  const share = 1 / (samples * samples);
  for (let i = 0; i < triangle.length; i++) {
    if (triangle[i]! < 0) continue;
    const y = Math.floor(i / width);
    head[Math.floor(y / samples) * box.width + Math.floor((i - y * width) / samples)]! += share;
  }
  return head;
}

function resolved(linear: Float32Array, samples: number, { width, height }: PixelBox): Float32Array {
  const out = new Float32Array(4 * width * height);
  const share = 1 / (samples * samples);
  for (let y = 0; y < height * samples; y++) {
    const row = Math.floor(y / samples) * width;
    for (let x = 0; x < width * samples; x++) {
      const i = 4 * (y * width * samples + x);
      const o = 4 * (row + Math.floor(x / samples));
      // Clamped before averaging, as a sensor saturates: bright samples would make jagged edges.
      for (let k = 0; k < 4; k++) out[o + k]! += share * Math.min(1, linear[i + k]!);
    }
  }
  return out;
}

interface Shadow {
  readonly dx: number;
  readonly dy: number;
  readonly soft: number;
  readonly strength: number;
  readonly contact: number;
}

/** Away from the brightest direction, the further the object is from the skin. */
function shadowOf({ shadow: { gap, strength } }: ObjectModel, look: PhotoLook, scale: number): Shadow {
  const lamp = dominantLight(look.light) ?? { x: 0, y: 0.6, z: 0.8 };
  const depth = Math.max(0.55, lamp.z);
  const reach = Math.min(22, gap) * scale;
  return {
    dx: (-lamp.x / depth) * reach * 0.8,
    dy: (lamp.y / depth) * reach * 0.8 + 0.15 * reach,
    soft: 0.6 + 0.4 * reach,
    strength,
    contact: 0.5 + 2.2 * scale,
  };
}

function castShadow(
  image: Image,
  layer: Float32Array,
  head: Float32Array,
  box: PixelBox,
  shadow: Shadow,
): void {
  const { width, height } = box;
  const alpha = new Float32Array(width * height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = layer[4 * i + 3]!;
  const far = softened(alpha, width, height, shadow.soft);
  const near = softened(alpha, width, height, shadow.contact);
  const onto = softened(head, width, height, 1);
  const dx = Math.round(shadow.dx);
  const dy = Math.round(shadow.dy);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (onto[i]! < 0.01 || alpha[i]! > 0.995) continue;
      const sx = x - dx;
      const sy = y - dy;
      const cast = sx >= 0 && sy >= 0 && sx < width && sy < height ? far[sy * width + sx]! : 0;
      const dark = shadow.strength * onto[i]! * (0.75 * cast + 0.4 * near[i]! * (1 - 0.5 * cast));
      if (dark < 0.004) continue;
      const at = 3 * ((box.y + y) * image.width + box.x + x);
      // Light that comes through skin is red, so shadows on it are less dark in red.
      for (let k = 0; k < 3; k++)
        image.data[at + k] = byteOfLinear(
          linearOfByte[image.data[at + k]!]! * (1 - dark * (k === 0 ? 0.86 : 1)),
        );
    }
  }
}

function blend(
  image: Image,
  mask: Image,
  layer: Float32Array,
  box: PixelBox,
  noise: number,
  random: Random,
): void {
  const grain = new Float32Array(1024);
  random.fork('grain').fillNormal(grain);
  for (let y = 0; y < box.height; y++) {
    // A stretch of ready-made numbers from another start in each row: cheaper than a number per pixel. Starts
    // are scattered (Knuth's multiplicative hash), since even ones that only wander make streaks.
    const g = Math.imul(y + 1, 0x9e3779b1) >>> 22;
    for (let x = 0; x < box.width; x++) {
      const o = 4 * (y * box.width + x);
      const alpha = Math.min(1, layer[o + 3]!);
      if (alpha < 1 / 512) continue;
      const pixel = (box.y + y) * image.width + box.x + x;
      const rest = 1 - alpha;
      const n = noise * alpha * grain[(g + x) % 1024]!;
      for (let k = 0; k < 3; k++) {
        const value = byteOfLinear(layer[o + k]! + rest * linearOfByte[image.data[3 * pixel + k]!]!) + n;
        image.data[3 * pixel + k] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
      }
      mask.data[pixel] = Math.round(255 * alpha);
    }
  }
}
