import type { MorphableModel } from './morphable-model.js';

/** Vertices of the skin by which a head's difference from the mean is known between them. */
const GUIDES = 200;
/** Guides nearer than this count alike, mm: hair follows the skin below it, not a single vertex. */
const SOFT = 12;
/** Regions that move with the face rather than with the skull. */
const MOVING = ['mouth', 'eyes', 'nose', 'mouthCavity', 'sockets', 'cheeks'];

const guidesOf = new WeakMap<MorphableModel, Uint32Array>();

/**
 * Moves points at rest on one head to another head of the same vertices, as the skin around them moves: by
 * the mean of what guides on skull, neck and shoulders move, weighed by 1/d⁴ (Shepard 1968). That is smooth,
 * also far from the head, where what hangs on single triangles would fly about.
 *
 * @param points P×3, mm, on the head `from`
 * @param from V×3 vertices of that head, mm
 * @param to V×3 vertices of the other head
 * @returns P×3, mm
 */
export function followHead(
  model: MorphableModel,
  points: Float32Array,
  from: Float32Array,
  to: Float32Array,
): Float32Array {
  const guides = guideVertices(model);
  const count = guides.length;
  const places = new Float64Array(3 * count);
  const moves = new Float64Array(3 * count);
  guides.forEach((vertex, k) => {
    for (let axis = 0; axis < 3; axis++) {
      places[3 * k + axis] = from[3 * vertex + axis]!;
      moves[3 * k + axis] = to[3 * vertex + axis]! - from[3 * vertex + axis]!;
    }
  });
  const out = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    let total = 0;
    let mx = 0;
    let my = 0;
    let mz = 0;
    for (let k = 0; k < 3 * count; k += 3) {
      const dx = places[k]! - x;
      const dy = places[k + 1]! - y;
      const dz = places[k + 2]! - z;
      const near = 1 / (dx * dx + dy * dy + dz * dz + SOFT * SOFT);
      const weight = near * near;
      total += weight;
      mx += weight * moves[k]!;
      my += weight * moves[k + 1]!;
      mz += weight * moves[k + 2]!;
    }
    out[i] = x + mx / total;
    out[i + 1] = y + my / total;
    out[i + 2] = z + mz / total;
  }
  return out;
}

/** Vertices of the mean skin as far from each other as they can be, the first at the crown. */
function guideVertices(model: MorphableModel): Uint32Array {
  const known = guidesOf.get(model);
  if (known) return known;
  const { meanShape, regions } = model;
  const moving = MOVING.map((name) => regions.get(name)).filter((region) => region !== undefined);
  const skin = Array.from({ length: model.parts[0]!.vertexCount }, (_, v) => v).filter((v) =>
    moving.every((region) => region[v]! < 0.3),
  );
  const away = new Float64Array(skin.length).fill(Infinity);
  const guides: number[] = [];
  let next = skin.reduce(
    (best, v, i) => (meanShape[3 * v + 1]! > meanShape[3 * skin[best]! + 1]! ? i : best),
    0,
  );
  while (guides.length < Math.min(GUIDES, skin.length)) {
    const chosen = skin[next]!;
    guides.push(chosen);
    let farthest = -1;
    skin.forEach((v, i) => {
      const squared =
        (meanShape[3 * v]! - meanShape[3 * chosen]!) ** 2 +
        (meanShape[3 * v + 1]! - meanShape[3 * chosen + 1]!) ** 2 +
        (meanShape[3 * v + 2]! - meanShape[3 * chosen + 2]!) ** 2;
      away[i] = Math.min(away[i]!, squared);
      if (away[i]! > farthest) {
        farthest = away[i]!;
        next = i;
      }
    });
  }
  const found = Uint32Array.from(guides);
  guidesOf.set(model, found);
  return found;
}
