import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateVertices } from '../../src/model/evaluate.js';
import { headTriangles, headVertexCount } from '../../src/model/head-and-bust.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { createRandom } from '../../src/data/random.js';
import { tinyModel } from './tiny-model.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

describe('headVertexCount, headTriangles', () => {
  it('leave a model without a bust as it is', () => {
    const tiny = tinyModel();
    expect(headVertexCount(tiny)).toBe(tiny.parts[0]!.vertexCount);
    expect(headTriangles(tiny).triangles).toEqual(tiny.parts[0]!.triangles);
  });

  it('part the head that ships from its bust', () => {
    const count = headVertexCount(model);
    const bust = model.regions.get('bust')!;
    for (let v = 0; v < model.parts[0]!.vertexCount; v++) expect(bust[v]! > 0.5, `${v}`).toBe(v >= count);
    const { triangles, uvTriangles } = headTriangles(model);
    expect(uvTriangles).toHaveLength(triangles.length);
    expect(Math.max(...triangles)).toBe(count - 1);
    expect(headTriangles(model).triangles).toBe(triangles);
  });
});

/** Sharpest fold between neighbouring triangles, cosine, over edges with a corner among some vertices. */
function sharpestFold(
  positions: Float32Array,
  triangles: Uint32Array,
  among: (v: number) => boolean,
): number {
  const normals = new Map<string, number[]>();
  let least = 1;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => triangles[t + k]!) as [number, number, number];
    const span = (from: number, to: number): number[] =>
      [0, 1, 2].map((axis) => positions[to * 3 + axis]! - positions[from * 3 + axis]!);
    const [p, q] = [span(a, b), span(a, c)] as [number[], number[]];
    const cross = [0, 1, 2].map((i) => p[(i + 1) % 3]! * q[(i + 2) % 3]! - p[(i + 2) % 3]! * q[(i + 1) % 3]!);
    const length = Math.hypot(...cross);
    const normal = cross.map((value) => value / length);
    for (const [v, w] of [
      [a, b],
      [b, c],
      [c, a],
    ] as const) {
      if (!among(v) || !among(w)) continue;
      const other = normals.get(`${w},${v}`);
      if (other)
        least = Math.min(
          least,
          normal.reduce((sum, value, i) => sum + value * other[i]!, 0),
        );
      else normals.set(`${v},${w}`, normal);
    }
  }
  return least;
}

describe('the bust that ships', () => {
  /** Neck and shoulders, the neck's edge among them, without the rounded end. */
  const onNeck = (): ((v: number) => boolean) => {
    const count = headVertexCount(model);
    const neck = model.regions.get('neck')!;
    const bust = model.regions.get('bust')!;
    const lowest = Math.min(
      ...Array.from({ length: model.parts[0]!.vertexCount }, (_, v) => model.meanShape[v * 3 + 1]!),
    );
    return (v) => (v < count ? neck[v]! > 0.9 : bust[v]! > 0.5 && model.meanShape[v * 3 + 1]! > lowest + 55);
  };

  it('does not fold at three standard deviations of any component, nor on random people', () => {
    const among = onNeck();
    const { triangles } = model.parts[0]!;
    const random = createRandom('people');
    const people = [
      ...Array.from({ length: model.shape.count }, (_, k) =>
        [-3, 3].map((value) => Float32Array.from({ length: k + 1 }, (__, i) => (i === k ? value : 0))),
      ).flat(),
      ...Array.from({ length: 100 }, () => Float32Array.from({ length: 120 }, () => random.normal())),
    ];
    for (const shape of people)
      expect(sharpestFold(evaluateVertices(model, { shape }), triangles, among)).toBeGreaterThan(0.3);
  });

  it('is closed: each edge of the skin below the pockets has two triangles', () => {
    const { triangles } = model.parts[0]!;
    const edges = new Set<string>();
    for (let t = 0; t < triangles.length; t += 3)
      for (let k = 0; k < 3; k++) edges.add(`${triangles[t + k]},${triangles[t + ((k + 1) % 3)]}`);
    const open = [...edges].filter((edge) => !edges.has(edge.split(',').reverse().join()));
    expect(open).toEqual([]);
  });

  it('rests below the neck whatever the face does', () => {
    const first = headVertexCount(model);
    const neck = model.regions.get('neck')!;
    let most = 0;
    for (let k = 0; k < model.expression.count; k++)
      for (let v = first; v < model.parts[0]!.vertexCount; v++)
        if (neck[v] === 0)
          for (let axis = 0; axis < 3; axis++)
            most = Math.max(
              most,
              Math.abs(model.expression.displacements[(k * model.vertexCount + v) * 3 + axis]!),
            );
    expect(most).toBeLessThan(0.6);
  });

  it('leaves at least 45 % of the texels that are used to the face', () => {
    const { triangles, uvs, uvTriangles } = model.parts[0]!;
    const face = model.regions.get('face')!;
    let all = 0;
    let ofFace = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const [ax, ay, bx, by, cx, cy] = [0, 1, 2].flatMap((k) => [
        uvs[uvTriangles[t + k]! * 2]!,
        uvs[uvTriangles[t + k]! * 2 + 1]!,
      ]) as [number, number, number, number, number, number];
      const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
      all += area;
      const share = [0, 1, 2].reduce((sum, k) => sum + face[triangles[t + k]!]! / 3, 0);
      if (share > 0.5) ofFace += area;
    }
    expect(ofFace / all).toBeGreaterThan(0.45);
  });
});
