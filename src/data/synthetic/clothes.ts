import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { vertexNormals } from '../../render/normals.js';
import type { ScenePart } from '../../render/scene-part.js';
import { parsingLabels } from '../../network/parsing/parsing-classes.js';
import type { Random } from '../random.js';

/** Clothes begin where the neck's mask falls below one of these: high, low, at the collar bones. */
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

/** What somebody wears, and what it leaves of the skin. */
export interface Dress {
  readonly part: ScenePart;
  /** Triangles of the skin that are not under it, T×3, and their texture coordinates. */
  readonly bare: { readonly triangles: Uint32Array; readonly uvTriangles: Uint32Array };
}

/** One way to cut clothes: triangles over the bust's vertices, and what they leave bare. */
interface Cut {
  readonly triangles: Uint32Array;
  readonly bare: Dress['bare'];
}

/** Dresses the bust of a head model. */
export class Tailor {
  private readonly first: number;
  private readonly count: number;
  private readonly skin: Uint32Array;
  private readonly cuts: readonly Cut[];
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
    this.cuts = COLLARS.map((collar) => this.cut(model, (v) => v >= this.first && neck[v]! < collar));
  }

  /** Skin under the clothes' hem stays, so that nothing gapes. */
  private cut({ parts }: MorphableModel, covered: (vertex: number) => boolean): Cut {
    const { triangles, uvTriangles } = parts[0]!;
    const starts = Array.from({ length: triangles.length / 3 }, (_, t) => 3 * t);
    const isCloth = (t: number): boolean => [0, 1, 2].every((k) => covered(triangles[t + k]!));
    const atHem = new Set(
      starts.filter((t) => !isCloth(t)).flatMap((t) => [...triangles.subarray(t, t + 3)]),
    );
    const bare = starts.filter((t) => !isCloth(t) || [0, 1, 2].some((k) => atHem.has(triangles[t + k]!)));
    const pick = (from: Uint32Array, list: readonly number[]): Uint32Array =>
      Uint32Array.from(list.flatMap((t) => [...from.subarray(t, t + 3)]));
    return {
      triangles: pick(triangles, starts.filter(isCloth)).map((v) => v - this.first),
      bare: { triangles: pick(triangles, bare), uvTriangles: pick(uvTriangles, bare) },
    };
  }

  /** Clothes of a random colour and cut. @param head V×3, mm, head space */
  dress(head: Float32Array, random: Random): Dress {
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
    const { triangles, bare } = random.choice([...this.cuts]);
    const color = cloth as [number, number, number];
    return { part: { positions, triangles, color, label: parsingLabels.background }, bare };
  }
}
