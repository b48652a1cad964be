import type { MorphableModel, Reconstruction } from 'rogue-face';
import type { CoveredHead } from './views.js';

/**
 * How far a head behind a cover is from that of the clean photo: in head space, where pose does not count,
 * mm.
 */
export function compareHeads(
  model: MorphableModel,
  clean: Reconstruction,
  covered: Reconstruction,
): CoveredHead {
  const mask = model.regions.get('face');
  const distances = new Float32Array(model.vertexCount);
  let sum = 0;
  let total = 0;
  for (let v = 0; v < model.vertexCount; v++) {
    const at = 3 * v;
    const distance = Math.hypot(
      ...[0, 1, 2].map((axis) => covered.vertices[at + axis]! - clean.vertices[at + axis]!),
    );
    distances[v] = distance;
    sum += (mask?.[v] ?? 1) * distance;
    total += mask?.[v] ?? 1;
  }
  return {
    method: covered.method,
    vertices: covered.vertices,
    distances,
    error: sum / total,
    landmarkError: landmarkDistance(clean, covered),
    landmarks68: covered.landmarks68,
  };
}

/** Mean distance of the landmarks in the photo, % of the root of their box' area. */
function landmarkDistance({ landmarks68: a }: Reconstruction, { landmarks68: b }: Reconstruction): number {
  let [x0, x1, y0, y1, sum] = [Infinity, -Infinity, Infinity, -Infinity, 0];
  for (let i = 0; i < a.length; i += 2) {
    x0 = Math.min(x0, a[i]!);
    x1 = Math.max(x1, a[i]!);
    y0 = Math.min(y0, a[i + 1]!);
    y1 = Math.max(y1, a[i + 1]!);
    sum += Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!);
  }
  return (100 * sum) / (a.length / 2) / Math.sqrt((x1 - x0) * (y1 - y0));
}
