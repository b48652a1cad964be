import { constantLike, range } from '../graph/ops/constants.js';
import { irradiance } from '../graph/ops/geometry.js';
import { concat, constant, shapeError, where, type Tensor } from '../graph/tensor.js';
import { headVertexCount } from '../model/head-and-bust.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { SkinSurface } from '../render/skin-surface.js';
import { type Code } from './code.js';
import { cropFocal } from './crop-camera.js';
import { headPoints, type HeadPoints } from './head-points.js';

/** `SkinPixels` as tensors: what the host's rasteriser says of N faces of P pixels each. */
export interface SkinPixelTensors {
  /** `[N, P]` int32: the painted triangle seen. */
  readonly triangle: Tensor;
  /** `[N, P]` int32: `y · size + x`. */
  readonly place: Tensor;
  /** `[N, P]`: 1, or 0 in places left empty. */
  readonly weight: Tensor;
  /** `[N, P, 3]`: the texture's detail within the triangle, linear. */
  readonly detail: Tensor;
  /** `[N, size²]` int32: which of the P holds each pixel of the picture, or −1. */
  readonly slot: Tensor;
}

/** What is drawn. */
export interface SkinScene {
  /** `[N, V, 3]` mm, crop camera: the vertices of the head's skin. */
  readonly vertices: Tensor;
  /** `[N, K]` albedo coefficients. */
  readonly albedo: Tensor;
  /** `[N, 27]` irradiance, crop camera. */
  readonly light: Tensor;
}

/** The vertices of the head's skin as a traceable function of the code. */
export function skinVertices(model: MorphableModel): HeadPoints {
  const count = headVertexCount(model);
  return headPoints(model, {
    count,
    vertices: Uint32Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3)),
    weights: Float32Array.from({ length: 3 * count }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  });
}

/** What `skinRenderer` draws of a code: shape, expression and pose are in the vertices. */
export const skinScene = (
  vertices: Tensor,
  { albedo, light }: Pick<Code, 'albedo' | 'light'>,
): SkinScene => ({ vertices, albedo, light });

/**
 * @returns colours `[N, P, 3]`, sRGB −1…1 as regressors see photos; more than 1 where it is brighter than
 *   white
 */
export type SkinRenderer = (
  scene: SkinScene,
  pixels: Pick<SkinPixelTensors, 'triangle' | 'place' | 'detail'>,
) => Tensor;

/**
 * A differentiable renderer of skin. Which triangle a pixel shows is the host's word
 * (`render/skin-pixels.ts`); everything else is computed here, so that gradients reach vertices, albedo and
 * light: barycentrics from the viewing ray and the triangle, normals from the triangles around each vertex,
 * albedo from the corners' and a detail that the host has read in the texture, irradiance, and the encoding.
 * Visibility is a constant: pixels that skin gains or loses give no gradient, so that outlines must be held
 * by landmarks.
 *
 * @param size width and height of the crop, pixels
 */
export function skinRenderer(surface: SkinSurface, size: number): SkinRenderer {
  const rays = viewingRays(size);
  const tables = surfaceTables(surface);
  return (scene, pixels) => {
    const [batch, count] = pixels.place.shape as [number, number];
    const triangles = surface.corners.length / 3;
    if (scene.vertices.shape[0] !== batch || scene.vertices.shape[1] !== surface.vertexCount) {
      throw shapeError(
        'skinRenderer',
        [scene.vertices.shape, pixels.place.shape],
        `expected vertices [${batch}, ${surface.vertexCount}, 3] for these pixels`,
      );
    }
    const { spans, normals } = tables.geometry(scene.vertices);
    const looks = concat([normals, tables.albedo(scene.albedo)], 2).reshape([batch * triangles, 18]);
    const chosen = pixels.triangle.add(range(batch, triangles).unsqueeze(1)).reshape([batch * count]);
    const ray = constantLike(scene.vertices, rays, [size * size, 9]).take(
      pixels.place.reshape([batch * count]),
      0,
    );
    const shares = barycentrics(spans.reshape([batch * triangles, 9]).take(chosen, 0), ray);
    const mixed = looks.take(chosen, 0).mul(times(shares, spreading));
    const normal = unit(times(mixed, firstThree));
    const colour = times(mixed, lastThree).reshape([batch, count, 3]).add(pixels.detail);
    return encodeView(colour.mul(irradiance(normal.reshape([batch, count, 3]), scene.light)));
  };
}

/**
 * Corner i weighs `d · (v_j × v_k)` over the sum of all three, d being the viewing ray: exact perspective, as
 * in `render/resolve-barycentrics.ts`.
 * @param spans `[M, 9]` the three cross products @param ray `[M, 9]` the ray, three times @returns `[M, 3]`
 */
function barycentrics(spans: Tensor, ray: Tensor): Tensor {
  const parts = times(spans.mul(ray), summing);
  const total = times(parts, everyOther);
  // Places left empty may name a triangle that their ray grazes.
  return parts.mul(where(total.abs().less(1e-6), 1, total).reciprocal());
}

/**
 * Products with small constant matrices: sums and repetitions along short axes, which backends are slow at
 * otherwise.
 */
interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}
function matrix(rows: number, columns: number, entry: (i: number, j: number) => boolean): Matrix {
  return {
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, (_, k) =>
      entry(Math.floor(k / columns), k % columns) ? 1 : 0,
    ),
  };
}
const times = (x: Tensor, { values, rows, columns }: Matrix): Tensor =>
  x.matmul(constantLike(x, values, [rows, columns]));

/** Rows of length one. @param rows `[…, 3]` */
const unit = (rows: Tensor): Tensor =>
  rows.mul(times(rows.square(), everyOther).maximum(1e-12).sqrt().reciprocal());

/** The cross product of rows. @param a `[…, 3]` @param b the same shape */
function cross(a: Tensor, b: Tensor): Tensor {
  // (x, y, z) → (y, z, x). The products come out as (z, x, y) and need one more turn.
  const turn = (v: Tensor): Tensor => times(v, turning);
  return turn(a.mul(turn(b)).sub(turn(a).mul(b)));
}

const turning = matrix(3, 3, (i, j) => i === (j + 1) % 3);
const summing = matrix(9, 3, (i, j) => Math.floor(i / 3) === j);
const everyOther = matrix(3, 3, () => true);
/** A corner's share to that corner's three numbers of the normal and of the albedo. */
const spreading = matrix(3, 18, (i, j) => Math.floor((j % 9) / 3) === i);
const firstThree = matrix(18, 3, (i, j) => i < 9 && i % 3 === j);
const lastThree = matrix(18, 3, (i, j) => i >= 9 && i % 3 === j);

/** Directions through pixel centres with z = −1, each three times: size²×9. */
function viewingRays(size: number): Float64Array {
  const rays = new Float64Array(9 * size * size);
  const step = 2 / (size * cropFocal);
  for (let i = 0; i < rays.length; i += 3) {
    const place = Math.floor(i / 9);
    rays.set(
      [((place % size) + 0.5 - size / 2) * step, (size / 2 - Math.floor(place / size) - 0.5) * step, -1],
      i,
    );
  }
  return rays;
}

interface SurfaceTables {
  /**
   * Per face and painted triangle: `[N, T, 9]` the cross products that barycentrics are made of and the
   * corners' unit normals.
   * @param vertices `[N, V, 3]`
   */
  geometry(vertices: Tensor): { readonly spans: Tensor; readonly normals: Tensor };
  /** `[N, T, 9]` linear albedo at corners. @param coefficients `[N, K]` */
  albedo(coefficients: Tensor): Tensor;
}

function surfaceTables(surface: SkinSurface): SurfaceTables {
  const { ringTriangles, rings, ringSize, corners } = surface;
  const around = ringTriangles.length / 3;
  const triangles = corners.length / 3;
  const painted = surface.painted.length;
  const ends = [0, 1, 2].map((k) => Int32Array.from({ length: around }, (_, t) => ringTriangles[3 * t + k]!));
  const modes = Float64Array.from(surface.albedoModes);
  const mean = Float64Array.from(surface.cornerAlbedo);
  return {
    geometry(vertices) {
      const batch = vertices.shape[0]!;
      // All faces of a vertex side by side: one index fetches a row of 3·N numbers.
      const rows = vertices.transpose([1, 0, 2]).reshape([surface.vertexCount, 3 * batch]);
      const [a, b, c] = ends.map((end) => rows.take(constant(end), 0).reshape([around, batch, 3])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const facing = cross(b.sub(a), c.sub(a))
        .reshape([around, 3 * batch])
        .pad([
          [0, 1],
          [0, 0],
        ]);
      const smooth = unit(
        facing
          .take(constant(rings), 0)
          .reshape([painted, ringSize, 3 * batch])
          .sum(1)
          .reshape([painted, batch, 3]),
      );
      const chosen = constant(corners).add(range(batch, painted).unsqueeze(1));
      const normals = smooth
        .transpose([1, 0, 2])
        .reshape([batch * painted, 3])
        .take(chosen, 0)
        .reshape([batch, triangles, 9]);
      // Vertices are far away compared to the triangle: a × b as a × (b − a) loses no digits.
      const [p, q, r] = [a, b, c].map((x) => x.slice(0, 0, triangles)) as [Tensor, Tensor, Tensor];
      const spans = concat([cross(q, r.sub(q)), cross(r, p.sub(r)), cross(p, q.sub(p))], 2).transpose([
        1, 0, 2,
      ]);
      return { spans, normals };
    },
    albedo: (coefficients) =>
      coefficients
        .matmul(constantLike(coefficients, modes, [surface.albedoCount, mean.length]))
        .add(constantLike(coefficients, mean, [mean.length]))
        .reshape([coefficients.shape[0]!, triangles, 9]),
  };
}

/** Where the sRGB curve bends. */
const bend = 0.0031308;

/**
 * The sRGB encoding of linear light as −1…1, differentiable everywhere: below zero its straight beginning
 * goes on, above one its curve, so that neither black nor white holds a gradient back.
 */
export function encodeView(linear: Tensor): Tensor {
  const power = linear
    .maximum(bend)
    .log()
    .mul(1 / 2.4)
    .exp()
    .mul(2.11)
    .sub(1.11);
  return where(linear.less(bend), linear.mul(25.84).sub(1), power);
}

/** The photo's colours at the pixels. @param photo `[N, 3, size, size]` @returns `[N, P, 3]` */
export function photoAt(photo: Tensor, { place }: Pick<SkinPixelTensors, 'place'>): Tensor {
  return pixelRows(photo)
    .take(placesOf(photo, place), 0)
    .reshape([...place.shape, 3]);
}

/**
 * The photo with the skin drawn over it.
 * @param photo `[N, 3, size, size]`, sRGB −1…1 @param colours `[N, P, 3]` of a `SkinRenderer`
 * @returns `[N, 3, size, size]`
 */
export function drawOver(photo: Tensor, colours: Tensor, { slot }: Pick<SkinPixelTensors, 'slot'>): Tensor {
  const [batch, , height, width] = photo.shape as [number, number, number, number];
  const count = colours.shape[1]!;
  // Where there is no skin any place will do: it is not shown.
  const from = slot.maximum(0).add(range(batch, count).unsqueeze(1)).reshape([slot.size]);
  const drawn = colours.reshape([batch * count, 3]).take(from, 0);
  const rows = where(slot.reshape([slot.size, 1]).less(0), pixelRows(photo), drawn);
  return rows.reshape([batch, height, width, 3]).transpose([0, 3, 1, 2]);
}

const pixelRows = (photo: Tensor): Tensor => photo.transpose([0, 2, 3, 1]).reshape([-1, 3]);
const placesOf = (photo: Tensor, place: Tensor): Tensor =>
  place.add(range(photo.shape[0]!, photo.shape[2]! * photo.shape[3]!).unsqueeze(1)).reshape([place.size]);
