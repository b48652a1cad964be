import type { Camera } from '../../math/camera.js';
import { clearRasterTarget, createRasterTarget } from '../../render/raster-target.js';
import type { RasterTarget } from '../../render/raster-target.js';
import { rasterize } from '../../render/rasterize.js';

/** A surface that casts shadows: V×3 mm and T×3. */
export interface Caster {
  readonly positions: Float32Array;
  readonly triangles: Uint32Array;
}

/** Distance of the viewpoint from which light is traced, mm: far enough to be nearly parallel. */
const DISTANCE = 6000;
/**
 * Depth, mm, by which a vertex may lie behind the surface and still be lit: more than the rasterizer's and
 * mesh's unevenness.
 */
const BIAS = 4;
/** Half width of what the map covers, mm. */
const REACH = 220;

/** Tells for each vertex how much of the light from one direction reaches it. */
export class OcclusionMap {
  private readonly target: RasterTarget;
  private readonly camera: Camera;
  private rotated: Float32Array[] = [];

  /** @param size pixels along each side of the depth map */
  constructor(private readonly size = 96) {
    this.target = createRasterTarget(size, size);
    this.camera = { focal: (size / 2 / REACH) * DISTANCE, cx: size / 2, cy: size / 2 };
  }

  /**
   * @param casters surfaces that cast and, the first, receive shadow
   * @param centre the middle of the scene, mm
   * @param direction towards the light, unit length
   * @param softness radius of the average, in pixels of the map
   * @returns 0 in full shadow … 1 in full light, one per vertex of the first surface
   */
  trace(
    casters: readonly Caster[],
    centre: readonly number[],
    direction: readonly number[],
    softness = 1,
    out = new Float32Array(casters[0]!.positions.length / 3),
  ): Float32Array {
    const axes = frame(direction);
    clearRasterTarget(this.target);
    casters.forEach((caster, index) => {
      let rotated = this.rotated[index];
      if (rotated?.length !== caster.positions.length)
        rotated = this.rotated[index] = new Float32Array(caster.positions.length);
      for (let i = 0; i < rotated.length; i += 3) {
        const x = caster.positions[i]! - centre[0]!;
        const y = caster.positions[i + 1]! - centre[1]!;
        const z = caster.positions[i + 2]! - centre[2]!;
        rotated[i] = axes[0]! * x + axes[1]! * y + axes[2]! * z;
        rotated[i + 1] = axes[3]! * x + axes[4]! * y + axes[5]! * z;
        rotated[i + 2] = axes[6]! * x + axes[7]! * y + axes[8]! * z - DISTANCE;
      }
      rasterize(this.target, rotated, caster.triangles, this.camera, { clear: false });
    });
    const receiver = this.rotated[0]!;
    const { inverseDepth } = this.target;
    const { focal, cx, cy } = this.camera;
    for (let v = 0; v < out.length; v++) {
      const far = -receiver[v * 3 + 2]!;
      const u = cx + (receiver[v * 3]! * focal) / far;
      const w = cy - (receiver[v * 3 + 1]! * focal) / far;
      let lit = 0;
      let count = 0;
      for (let dy = -softness; dy <= softness; dy++) {
        for (let dx = -softness; dx <= softness; dx++) {
          const x = Math.floor(u) + dx;
          const y = Math.floor(w) + dy;
          count++;
          if (x < 0 || y < 0 || x >= this.size || y >= this.size) {
            lit++;
            continue;
          }
          if (inverseDepth[y * this.size + x]! * (far - BIAS) < 1) lit++;
        }
      }
      out[v] = lit / count;
    }
    return out;
  }
}

/** Rows: right, up and towards the light. */
function frame(direction: readonly number[]): number[] {
  const [x, y, z] = direction as [number, number, number];
  const helper = Math.abs(y) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const right = normalize([
    helper[1]! * z - helper[2]! * y,
    helper[2]! * x - helper[0]! * z,
    helper[0]! * y - helper[1]! * x,
  ]);
  const up = [y * right[2]! - z * right[1]!, z * right[0]! - x * right[2]!, x * right[1]! - y * right[0]!];
  return [...right, ...up, x, y, z];
}

function normalize(v: number[]): number[] {
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}

/**
 * Ambient occlusion: the share of a cloudy sky that each vertex sees, from evenly spread directions.
 * @param normals V×3, unit length
 */
export function ambientOcclusion(
  caster: Caster,
  normals: Float32Array,
  centre: readonly number[],
  directions = 96,
): Float32Array {
  const map = new OcclusionMap(160);
  const count = caster.positions.length / 3;
  const sum = new Float32Array(count);
  const weight = new Float32Array(count);
  const lit = new Float32Array(count);
  for (let k = 0; k < directions; k++) {
    // A spiral of equal areas (Vogel 1979).
    const y = 1 - (2 * (k + 0.5)) / directions;
    const radius = Math.sqrt(1 - y * y);
    const angle = k * Math.PI * (3 - Math.sqrt(5));
    const direction = [radius * Math.cos(angle), y, radius * Math.sin(angle)];
    map.trace([caster], centre, direction, 0, lit);
    for (let v = 0; v < count; v++) {
      const facing =
        normals[v * 3]! * direction[0]! +
        normals[v * 3 + 1]! * direction[1]! +
        normals[v * 3 + 2]! * direction[2]!;
      if (facing <= 0) continue;
      sum[v]! += facing * lit[v]!;
      weight[v]! += facing;
    }
  }
  return sum.map((value, v) => (weight[v]! > 0 ? value / weight[v]! : 1));
}
