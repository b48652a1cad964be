import type { MorphableModel } from '../../model/morphable-model.js';

/** Neck and shoulders under a head: the head model ends below the jaw. */
export interface Bust {
  /** V×3, mm, head space; written anew for each person. */
  readonly positions: Float32Array;
  /** T×3 */
  readonly triangles: Uint32Array;
  /** V×3, 1 for skin and 0 for clothes. */
  readonly skin: Float32Array;
}

/**
 * Distance down, mm, and how much the ring's width and depth have grown, per ring; the first is the head's
 * own edge.
 */
const RINGS = [
  { down: 0, wide: 1, deep: 1 },
  { down: 12, wide: 0.98, deep: 0.98 },
  { down: 26, wide: 1, deep: 1 },
  { down: 40, wide: 1.12, deep: 1.05 },
  { down: 53, wide: 1.5, deep: 1.15 },
  { down: 66, wide: 2.2, deep: 1.3 },
  { down: 86, wide: 3, deep: 1.45 },
  { down: 135, wide: 3.5, deep: 1.6 },
  { down: 300, wide: 3.7, deep: 1.7 },
];
/** Clothes begin here. */
const COLLAR = 4;

/** Builds busts on the lower edge of a head. */
export class BustMaker {
  private readonly edge: readonly number[];

  /** @throws Error when the model's skin has no open edge below */
  constructor(model: MorphableModel) {
    this.edge = lowerEdge(model);
  }

  /** Neck and shoulders for a head's vertices. */
  make(vertices: Float32Array): Bust {
    const n = this.edge.length;
    const positions = new Float32Array(RINGS.length * n * 3);
    const skin = new Float32Array(RINGS.length * n);
    const middle = [0, 1, 2].map((axis) =>
      this.edge.reduce((sum, v) => sum + vertices[v * 3 + axis]! / n, 0),
    );
    RINGS.forEach(({ down, wide, deep }, ring) => {
      this.edge.forEach((vertex, i) => {
        const at = (ring * n + i) * 3;
        const [x, y, z] = [0, 1, 2].map((axis) => vertices[vertex * 3 + axis]! - middle[axis]!) as [
          number,
          number,
          number,
        ];
        // The edge is uneven; its unevenness fades on the way down.
        const level = Math.max(0, 1 - ring / 3);
        positions[at] = middle[0]! + x * wide;
        positions[at + 1] = middle[1]! + y * level - down;
        positions[at + 2] = middle[2]! + z * deep - 0.12 * down;
        skin[ring * n + i] = ring < COLLAR ? 1 : 0;
      });
    });
    const triangles: number[] = [];
    for (let ring = 0; ring + 1 < RINGS.length; ring++) {
      for (let i = 0; i < n; i++) {
        const a = ring * n + i;
        const b = ring * n + ((i + 1) % n);
        const c = a + n;
        const d = b + n;
        triangles.push(a, c, b, b, c, d);
      }
    }
    return { positions, triangles: Uint32Array.from(triangles), skin };
  }
}

/** The longest loop of edges that only one triangle has and that lies lowest. */
function lowerEdge(model: MorphableModel): number[] {
  const { triangles } = model.parts[0]!;
  const next = new Map<number, number>();
  const seen = new Set<string>();
  for (let t = 0; t < triangles.length; t += 3)
    for (let k = 0; k < 3; k++) seen.add(`${triangles[t + k]},${triangles[t + ((k + 1) % 3)]}`);
  for (const edge of seen) {
    const [a, b] = edge.split(',').map(Number) as [number, number];
    if (!seen.has(`${b},${a}`)) next.set(a, b);
  }
  const loops: number[][] = [];
  while (next.size > 0) {
    const start = next.keys().next().value!;
    const loop = [start];
    for (
      let at = next.get(start);
      at !== undefined && at !== start && loop.length <= next.size + loop.length;
      at = next.get(at)
    ) {
      loop.push(at);
      if (loop.length > 2000) break;
    }
    for (const vertex of loop) next.delete(vertex);
    loops.push(loop);
  }
  const height = (loop: number[]): number =>
    loop.reduce((sum, v) => sum + model.meanShape[v * 3 + 1]!, 0) / loop.length;
  const lowest = loops.filter((loop) => loop.length >= 16).sort((p, q) => height(p) - height(q))[0];
  if (lowest === undefined)
    throw new Error('BustMaker: the skin of the head model has no open edge to hang a neck on.');
  return lowest;
}
