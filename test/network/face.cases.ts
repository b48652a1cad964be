import { codeLayout, codeSize, decodeCode } from '../../src/network/code.js';
import { posePoints, projectToCrop } from '../../src/network/head-points.js';
import { landmarkLoss } from '../../src/loss/landmark-loss.js';
import { regularizationLoss } from '../../src/loss/regularization.js';
import { vertexLoss } from '../../src/loss/vertex-loss.js';
import { visibilityLoss } from '../../src/loss/visibility-loss.js';
import { fixed, graphCase, held, uniform } from '../graph/ops/graph-case.js';
import type { GraphCase } from '../graph/ops/graph-case.js';

const layout = codeLayout({ shape: 2, expression: 2, albedo: 1 });
const weights = held(fixed([3], [1, 0.5, 2]));

/** What regressors are made of, and their losses. */
export const faceCases: readonly GraphCase[] = [
  graphCase('decodeCode, projected points', { raw: uniform([2, codeSize(layout)], -1, 1), points: uniform([2, 3, 3], -60, 60) }, ({ raw, points }) => {
    const code = decodeCode(layout, raw!);
    return { seen: projectToCrop(posePoints(code, points!)), light: code.light, expression: code.expression };
  }),
  graphCase('landmarkLoss', { x: [2, 3, 2], y: [2, 3, 2], weights }, ({ x, y, weights: w }) => landmarkLoss(x!, y!, w!, 0.1)),
  graphCase('landmarkLoss, softness as input', { x: [2, 3, 2], y: [2, 3, 2], weights, softness: held(fixed([], [0.5])) }, ({ x, y, weights: w, softness }) => landmarkLoss(x!, y!, w!, softness!)),
  graphCase('vertexLoss', { x: [2, 3, 3], y: [2, 3, 3], weights }, ({ x, y, weights: w }) => vertexLoss(x!, y!, w!)),
  graphCase('visibilityLoss', { x: [2, 4], y: held(uniform([2, 4], 0, 1)) }, ({ x, y }) => visibilityLoss(x!, y!)),
  graphCase('regularizationLoss', { shape: [2, 4], expression: [2, 3], albedo: [2, 2] }, ({ shape, expression, albedo }) => regularizationLoss({ shape: shape!, expression: expression!, albedo: albedo! })),
];
