import { einsum } from '../../../src/graph/ops/contraction.js';
import {
  cross,
  crossMatrix,
  dot,
  irradiance,
  multiply3x3,
  multiplyVector,
  normalize,
  rotatePoints,
  rotationFrom6d,
  rotationFromAxisAngle,
  sphericalHarmonics,
  transpose3x3,
} from '../../../src/graph/ops/geometry.js';
import { gather, gatherPoints, oneHot, scatterAdd, takeAlongAxis } from '../../../src/graph/ops/indexing.js';
import { fixed, graphCase, held, integers, unaryCase, uniform } from './graph-case.js';
import type { GraphCase } from './graph-case.js';

/** Contractions, indexing and geometry. */
export const vectorCases: readonly GraphCase[] = [
  graphCase('einsum, matrix product', { a: [2, 3], b: [3, 4] }, ({ a, b }) => einsum('ij,jk->ik', a, b)),
  graphCase('einsum, basis times coefficients', { basis: [4, 3, 2], s: [3, 2] }, ({ basis, s }) =>
    einsum('vck,bk->bvc', basis, s),
  ),
  graphCase('einsum, batch', { a: [2, 3, 4], b: [2, 5, 4] }, ({ a, b }) => einsum('bij,bkj->bik', a, b)),
  graphCase('einsum, order of the result', { a: [2, 3, 4], b: [2, 5, 4] }, ({ a, b }) =>
    einsum('bij,bkj->kib', a, b),
  ),
  graphCase('einsum, outer', { a: [3], b: [2] }, ({ a, b }) => einsum('i,j->ji', a, b)),
  graphCase('einsum, pointwise and sums', { a: [2, 3], b: [2, 3] }, ({ a, b }) => ({
    pointwise: einsum('ij,ij->ij', a, b),
    inner: einsum('ij,ij->', a, b),
    alone: einsum('ij,ik->j', a, b),
  })),
  graphCase('einsum, one operand', { a: [2, 3, 4] }, ({ a }) => ({
    order: einsum('ijk->kij', a),
    sum: einsum('ijk->j', a),
  })),
  graphCase('einsum, three operands', { a: [2, 3], b: [3, 4], c: [4, 2] }, ({ a, b, c }) =>
    einsum('ij,jk,kl->il', a, b, c),
  ),
  graphCase('einsum, axis of size 1', { a: [2, 1], b: [1, 3] }, ({ a, b }) => einsum('ij,jk->ik', a, b)),

  graphCase('gather', { x: [5, 3], i: integers([2, 2], 5) }, ({ x, i }) => gather(x, i)),
  graphCase('takeAlongAxis, last axis', { x: [2, 3, 4], i: integers([2, 3, 2], 4) }, ({ x, i }) =>
    takeAlongAxis(x, i, -1),
  ),
  graphCase('takeAlongAxis, middle axis', { x: [2, 3, 4], i: integers([2, 5, 4], 3) }, ({ x, i }) =>
    takeAlongAxis(x, i, 1),
  ),
  graphCase('takeAlongAxis, first axis', { x: [3, 2], i: integers([1, 2], 3) }, ({ x, i }) =>
    takeAlongAxis(x, i, 0),
  ),
  graphCase('gatherPoints', { x: [2, 5, 3], i: integers([2, 4], 5) }, ({ x, i }) => gatherPoints(x, i)),
  graphCase('scatterAdd', { updates: [4, 2], i: fixedIndices([4], [0, 2, 0, 3]) }, ({ updates, i }) =>
    scatterAdd(updates, i, 5),
  ),
  graphCase(
    'scatterAdd, middle axis, matrix of indices',
    { updates: [2, 2, 3, 2], i: integers([2, 3], 4) },
    ({ updates, i }) => scatterAdd(updates, i, 4, 1),
  ),
  graphCase('scatterAdd, squared', { updates: [4], i: integers([4], 2) }, ({ updates, i }) =>
    scatterAdd(updates, i, 3).square(),
  ),
  graphCase('oneHot', { i: integers([2, 3], 4), x: [4] }, ({ i, x }) => oneHot(i, 4, x.type).mul(x)),

  graphCase('dot', { a: [2, 3], b: [3] }, ({ a, b }) => dot(a, b)),
  graphCase('cross', { a: [2, 3], b: [2, 3] }, ({ a, b }) => cross(a, b)),
  graphCase('cross, broadcast', { a: [2, 1, 3], b: [4, 3] }, ({ a, b }) => cross(a, b)),
  unaryCase('normalize', [3, 3], (x) => normalize(x)),
  unaryCase('normalize, first axis', [3, 2], (x) => normalize(x, 0)),
  unaryCase('normalize, zero vector', fixed([2, 3], [0, 0, 0, 1, 2, 2]), (x) => normalize(x, -1, 0.1)),
  graphCase('multiply3x3', { a: [2, 3, 3], b: [3, 3] }, ({ a, b }) => multiply3x3(a, b)),
  graphCase('multiplyVector', { m: [2, 3, 3], v: [2, 3] }, ({ m, v }) => multiplyVector(m, v)),
  graphCase('rotatePoints', { m: [2, 3, 3], points: [2, 4, 3] }, ({ m, points }) => rotatePoints(m, points)),
  graphCase('rotatePoints, shared points', { m: [2, 3, 3], points: [4, 3] }, ({ m, points }) =>
    rotatePoints(m, points),
  ),
  unaryCase('transpose3x3', [2, 3, 3], transpose3x3),
  unaryCase('crossMatrix', [2, 3], crossMatrix),
  unaryCase('rotationFromAxisAngle', [3, 3], rotationFromAxisAngle),
  unaryCase(
    'rotationFromAxisAngle, small and zero',
    fixed([3, 3], [0, 0, 0, 1e-5, -2e-5, 3e-5, 0.01, 0, -0.02]),
    rotationFromAxisAngle,
  ),
  unaryCase('rotationFrom6d', [2, 6], rotationFrom6d),
  unaryCase('sphericalHarmonics', [2, 4, 3], sphericalHarmonics),
  graphCase('irradiance', { normals: [2, 4, 3], light: [2, 27] }, ({ normals, light }) =>
    irradiance(normals, light),
  ),
  graphCase('irradiance of an image', { normals: [1, 2, 2, 3], light: [1, 27] }, ({ normals, light }) =>
    irradiance(normals, light),
  ),
  graphCase(
    'perspective projection',
    { points: uniform([2, 4, 3], -1, 1), v: [2, 3], t: held(fixed([2, 1, 3], [0.1, 0.2, -5, 0, -0.3, -6])) },
    ({ points, v, t }) => {
      const p = rotatePoints(rotationFromAxisAngle(v), points).add(t);
      return p
        .slice(-1, 0, 2)
        .div(p.slice(-1, 2, 3))
        .mul(-10)
        .add(3);
    },
  ),
];

function fixedIndices(shape: readonly number[], values: readonly number[]) {
  return { ...integers(shape, 1), values: (_: unknown, i: number) => values[i]! };
}
