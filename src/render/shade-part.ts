import type { Camera } from '../math/camera.js';
import type { PixelBounds, RasterTarget } from './raster-target.js';
import type { ScenePart } from './scene-part.js';
import { irradianceAt } from './shade.js';
import { sampleSpot } from './texture.js';

/** Everything needed to colour one part's pixels. */
export interface PartShading {
  readonly part: ScenePart;
  readonly normals: Float32Array;
  /** In samples of the raster target. */
  readonly camera: Camera;
  /** Irradiance polynomial. */
  readonly light: Float64Array;
  readonly lamp: Lamp | undefined;
  readonly idOffset: number;
}

/** The strongest direction of a light, as a lamp for highlights. */
export interface Lamp {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Linear brightness per channel. */
  readonly color: readonly [number, number, number];
}

/**
 * The lamp whose first-order light is that of the given coefficients; none where the light has no direction.
 */
export function dominantLight(light: ArrayLike<number>): Lamp | undefined {
  const first = (k: number) => 0.2126 * light[k]! + 0.7152 * light[9 + k]! + 0.0722 * light[18 + k]!;
  const y = first(1);
  const z = first(2);
  const x = first(3);
  const length = Math.hypot(x, y, z);
  if (!(length > 1e-6)) return undefined;
  // A lamp of colour c adds c · (2π/3) · √(3/4π) along its direction (see addDirectionalLight).
  const perLamp = 1 / (((2 * Math.PI) / 3) * Math.sqrt(3 / (4 * Math.PI)) * length);
  const along = (k: number) =>
    Math.max(0, (light[k + 3]! * x + light[k + 1]! * y + light[k + 2]! * z) * perLamp);
  return { x: x / length, y: y / length, z: z / length, color: [along(0), along(9), along(18)] };
}

/**
 * Powers of 0…1 in equal steps, for one exponent at a time; computing them per pixel took as long as all the
 * rest.
 */
const powerSteps = 1024;
const powers = { exponent: NaN, table: new Float64Array(powerSteps + 2) };

function powerTable(exponent: number): Float64Array {
  if (powers.exponent !== exponent) {
    for (let k = 0; k < powers.table.length; k++) powers.table[k] = Math.min(1, k / powerSteps) ** exponent;
    powers.exponent = exponent;
  }
  return powers.table;
}

/**
 * Samples of one pixel and one part share a colour where their depths differ by less than this, mm: not
 * across the nose's edge.
 */
const sameSurface = 4;

const texel = new Float32Array(4);
const spot = new Float64Array(4);
const whiteColor = [1, 1, 1] as const;

/**
 * Colours every pixel of `bounds` that shows the part.
 *
 * @param out w·h·4 linear with premultiplied alpha, overwritten at those pixels.
 * @param share Samples per pixel along each axis when only those on a pixel's diagonal are to be shaded and
 *   the others to take their row's colour, as multisampling does; the diagonal's mean lies at the pixel's
 *   centre. Divides the target's width. Default 1.
 */
export function shadePart(
  target: RasterTarget,
  shading: PartShading,
  bounds: PixelBounds,
  out: Float32Array,
  share = 1,
): void {
  const { width, triangle, barycentric, depth } = target;
  const { part, normals, light, lamp, idOffset, camera } = shading;
  const { positions, triangles, texture, uvs, vertexColors, specular, alpha = 'opaque' } = part;
  const uvTriangles = part.uvTriangles ?? triangles;
  const [baseRed, baseGreen, baseBlue] = part.color ?? whiteColor;
  const high = idOffset + triangles.length / 3;
  const perFocal = 1 / camera.focal;
  const textured = texture !== undefined && uvs !== undefined;
  const mipmapped = textured && texture.levels.length > 1;
  const texelsX = textured ? texture.levels[0]!.width : 0;
  const texelsY = textured ? texture.levels[0]!.height : 0;
  const power = powerTable(specular?.shininess ?? 1);
  const straight = textured && texture.channels === 4;
  let current = -1;
  let a = 0;
  let b = 0;
  let c = 0;
  let ua = 0;
  let ub = 0;
  let uc = 0;
  let facing = 1;
  // Gradients of the weights' numerators and of their sum (see resolveBarycentrics), already in texels of uv.
  let gradUx = 0;
  let gradVx = 0;
  let gradUy = 0;
  let gradVy = 0;
  let sumX = 0;
  let sumY = 0;
  let volume = 1;
  for (let y = bounds.minY; y < bounds.maxY; y++) {
    const diagonal = y % share;
    let shaded = -1;
    for (let step = bounds.minX - (bounds.minX % share); step < bounds.maxX; step++) {
      // Within a pixel the sample on the diagonal comes first.
      const nth = step % share;
      const x = share === 1 ? step : step - nth + ((nth + diagonal) % share);
      const i = y * width + x;
      const id = triangle[i]!;
      if (nth === 0) shaded = -1;
      if (id < idOffset || id >= high) continue;
      if (shaded >= 0 && Math.abs(depth[i]! - depth[shaded]!) < sameSurface) {
        for (let k = 0; k < 4; k++) out[4 * i + k] = out[4 * shaded + k]!;
        continue;
      }
      shaded = i;
      if (id !== current) {
        current = id;
        const t = 3 * (id - idOffset);
        a = 3 * triangles[t]!;
        b = 3 * triangles[t + 1]!;
        c = 3 * triangles[t + 2]!;
        ua = 2 * uvTriangles[t]!;
        ub = 2 * uvTriangles[t + 1]!;
        uc = 2 * uvTriangles[t + 2]!;
        const ax = positions[a]!;
        const ay = positions[a + 1]!;
        const az = positions[a + 2]!;
        const bx = positions[b]!;
        const by = positions[b + 1]!;
        const bz = positions[b + 2]!;
        const cx = positions[c]!;
        const cy = positions[c + 1]!;
        const cz = positions[c + 2]!;
        const n0x = by * cz - bz * cy;
        const n0y = bz * cx - bx * cz;
        const n0z = bx * cy - by * cx;
        volume = ax * n0x + ay * n0y + az * n0z;
        // The surface faces the camera, at the origin, when its normal points against the way to it.
        facing = volume < 0 ? 1 : -1;
        if (mipmapped) {
          const n1x = cy * az - cz * ay;
          const n1y = cz * ax - cx * az;
          const n2x = ay * bz - az * by;
          const n2y = az * bx - ax * bz;
          const u0 = uvs[ua]! * texelsX;
          const u1 = uvs[ub]! * texelsX;
          const u2 = uvs[uc]! * texelsX;
          const v0 = uvs[ua + 1]! * texelsY;
          const v1 = uvs[ub + 1]! * texelsY;
          const v2 = uvs[uc + 1]! * texelsY;
          gradUx = n0x * u0 + n1x * u1 + n2x * u2;
          gradUy = n0y * u0 + n1y * u1 + n2y * u2;
          gradVx = n0x * v0 + n1x * v1 + n2x * v2;
          gradVy = n0y * v0 + n1y * v1 + n2y * v2;
          sumX = n0x + n1x + n2x;
          sumY = n0y + n1y + n2y;
        }
      }
      const w0 = barycentric[2 * i]!;
      const w1 = barycentric[2 * i + 1]!;
      const w2 = 1 - w0 - w1;
      let red = baseRed;
      let green = baseGreen;
      let blue = baseBlue;
      let opacity = 1;
      if (vertexColors !== undefined) {
        red *= w0 * vertexColors[a]! + w1 * vertexColors[b]! + w2 * vertexColors[c]!;
        green *= w0 * vertexColors[a + 1]! + w1 * vertexColors[b + 1]! + w2 * vertexColors[c + 1]!;
        blue *= w0 * vertexColors[a + 2]! + w1 * vertexColors[b + 2]! + w2 * vertexColors[c + 2]!;
      }
      if (textured) {
        const u = w0 * uvs[ua]! + w1 * uvs[ub]! + w2 * uvs[uc]!;
        const v = w0 * uvs[ua + 1]! + w1 * uvs[ub + 1]! + w2 * uvs[uc + 1]!;
        let level = 0;
        if (mipmapped) {
          // d(uv)/dx = (numerator's gradient − uv · sum's gradient) / sum, with sum = volume / depth; y
          // likewise.
          const scale = (depth[i]! / volume) * perFocal;
          const ux = (gradUx - u * texelsX * sumX) * scale;
          const vx = (gradVx - v * texelsY * sumX) * scale;
          const uy = (gradUy - u * texelsX * sumY) * scale;
          const vy = (gradVy - v * texelsY * sumY) * scale;
          const across = ux * ux + vx * vx;
          const down = uy * uy + vy * vy;
          const footprint = share * (across > down ? across : down);
          level = footprint > 1 ? 0.5 * Math.log2(footprint) : 0;
        }
        spot[0] = u;
        spot[1] = v;
        spot[2] = level;
        sampleSpot(texture, spot, texel);
        const perAlpha = straight && texel[3]! > 0 ? 1 / texel[3]! : 1;
        red *= texel[0]! * perAlpha;
        green *= texel[1]! * perAlpha;
        blue *= texel[2]! * perAlpha;
        if (straight && alpha !== 'opaque')
          opacity = alpha === 'mask' ? (texel[3]! >= 0.5 ? 1 : 0) : texel[3]!;
      }
      let nx = w0 * normals[a]! + w1 * normals[b]! + w2 * normals[c]!;
      let ny = w0 * normals[a + 1]! + w1 * normals[b + 1]! + w2 * normals[c + 1]!;
      let nz = w0 * normals[a + 2]! + w1 * normals[b + 2]! + w2 * normals[c + 2]!;
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
      const unit = length > 0 ? facing / length : 0;
      nx *= unit;
      ny *= unit;
      nz *= unit;
      const lightRed = irradianceAt(light, 0, nx, ny, nz);
      const lightGreen = irradianceAt(light, 9, nx, ny, nz);
      const lightBlue = irradianceAt(light, 18, nx, ny, nz);
      red *= lightRed > 0 ? lightRed : 0;
      green *= lightGreen > 0 ? lightGreen : 0;
      blue *= lightBlue > 0 ? lightBlue : 0;
      if (specular !== undefined && lamp !== undefined) {
        // Halfway between the lamp and the way back to the camera.
        const rayX = (x + 0.5 - camera.cx) * perFocal;
        const rayY = (camera.cy - y - 0.5) * perFocal;
        const back = 1 / Math.sqrt(rayX * rayX + rayY * rayY + 1);
        const hx = lamp.x - rayX * back;
        const hy = lamp.y - rayY * back;
        const hz = lamp.z + back;
        const cosine = (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
        if (cosine > 0 && nx * lamp.x + ny * lamp.y + nz * lamp.z > 0) {
          const step = cosine < 1 ? cosine * powerSteps : powerSteps;
          const k = step | 0;
          const highlight = specular.strength * (power[k]! + (step - k) * (power[k + 1]! - power[k]!));
          red += highlight * lamp.color[0];
          green += highlight * lamp.color[1];
          blue += highlight * lamp.color[2];
        }
      }
      out[4 * i] = red * opacity;
      out[4 * i + 1] = green * opacity;
      out[4 * i + 2] = blue * opacity;
      out[4 * i + 3] = opacity;
    }
  }
}
