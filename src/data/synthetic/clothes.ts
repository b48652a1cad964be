import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { vertexNormals } from '../../render/normals.js';
import type { ScenePart } from '../../render/scene-part.js';
import { parsingLabels } from '../../network/parsing/parsing-classes.js';
import type { Random } from '../random.js';

/** Clothes begin where the neck's mask falls below one of these: at the neck, below it, at the collar bones. */
const COLLARS = [0.8, 0.5, 0.1] as const;
/** How far cloth lies over the skin, mm. */
const OVER_SKIN = 4;
/**
 * The bust's end, so many mm of it, is drawn out downwards so far, and so much wider: photos show more of a
 * body than a bust has.
 */
const END = 32;
const DOWN = 230;
const WIDER = 0.15;

/** Dresses the bust of a head model. */
export class Tailor {
  private readonly first: number;
  private readonly count: number;
  private readonly skin: Uint32Array;
  private readonly cuts: readonly Uint32Array[];
  /** How far each of the bust's vertices lies in its end, 0…1. */
  private readonly ends: Float32Array;

  /** @throws Error when the model has no bust */
  constructor(model: MorphableModel) {
    const { triangles, vertexCount } = model.parts[0]!;
    const neck = model.regions.get('neck');
    this.first = headVertexCount(model);
    this.count = vertexCount - this.first;
    if (this.count === 0 || !neck)
      throw new Error('Tailor: the head model has no bust; build it with "npm run build-head-model".');
    this.skin = triangles;
    const height = (v: number): number => model.meanShape[3 * (this.first + v) + 1]!;
    const lowest = Array.from({ length: this.count }, (_, v) => height(v)).reduce((a, b) => Math.min(a, b));
    this.ends = Float32Array.from({ length: this.count }, (_, v) =>
      Math.max(0, 1 - (height(v) - lowest) / END),
    );
    this.cuts = COLLARS.map((collar) => {
      const kept: number[] = [];
      for (let t = 0; t < triangles.length; t += 3) {
        const corners = [...triangles.subarray(t, t + 3)];
        if (corners.every((v) => v >= this.first && neck[v]! < collar))
          kept.push(...corners.map((v) => v - this.first));
      }
      return Uint32Array.from(kept);
    });
  }

  /** Clothes of a random colour and cut. @param head V×3, mm, head space */
  dress(head: Float32Array, random: Random): ScenePart {
    const level = Math.exp(random.normal(-1.9, 0.9));
    const saturation = random.uniform(0, 0.4);
    const cloth = [0, 1, 2].map(() =>
      Math.min(1, Math.max(0.01, level * (1 + saturation * random.normal()))),
    );
    const normals = vertexNormals(head, this.skin, new Float32Array(head.length));
    const positions = new Float32Array(3 * this.count);
    for (let v = 0; v < this.count; v++) {
      const from = 3 * (this.first + v);
      const end = this.ends[v]!;
      for (let axis = 0; axis < 3; axis++)
        positions[3 * v + axis] = head[from + axis]! + OVER_SKIN * normals[from + axis]!;
      positions[3 * v]! *= 1 + WIDER * end;
      positions[3 * v + 1]! -= DOWN * end;
    }
    return {
      positions,
      triangles: random.choice([...this.cuts]),
      color: cloth as [number, number, number],
      label: parsingLabels.background,
    };
  }
}
