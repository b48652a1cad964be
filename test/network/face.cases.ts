import { codeLayout, codeSize, decodeCode } from '../../src/network/code.js';
import { posePoints, projectToCrop } from '../../src/network/head-points.js';
import { discriminate } from '../../src/network/discriminator.js';
import { alignedPlaces } from '../../src/network/recognition.js';
import { anchorPlaceLoss, anchorPoseLoss } from '../../src/loss/detection-loss.js';
import { domainLoss } from '../../src/loss/domain-loss.js';
import { landmarkLoss } from '../../src/loss/landmark-loss.js';
import { lightLoss } from '../../src/loss/light-loss.js';
import { perceptualLoss } from '../../src/loss/perceptual-loss.js';
import { regularizationLoss } from '../../src/loss/regularization.js';
import { vertexLoss } from '../../src/loss/vertex-loss.js';
import { visibilityLoss } from '../../src/loss/visibility-loss.js';
import { drawOver, encodeView, photoAt, skinRenderer } from '../../src/network/skin-renderer.js';
import { photometricLoss } from '../../src/loss/photometric-loss.js';
import { fixed, graphCase, held, uniform } from '../graph/ops/graph-case.js';
import type { GraphCase, InputSource } from '../graph/ops/graph-case.js';
import { tinySkinBatch } from './tiny-skin.js';

const layout = codeLayout({ shape: 2, expression: 2, albedo: 1 });
const weights = held(fixed([3], [1, 0.5, 2]));

const size = 12;
const capacity = 30;
const skin = tinySkinBatch(size, capacity);
const draw = skinRenderer(skin.surface, size);
const whole = (values: Int32Array): InputSource => ({
  shape: [2, values.length / 2],
  type: 'int32',
  values: (_, i) => values[i]!,
  differentiable: false,
});
const place = whole(skin.pixels.place);

/** What regressors are made of, the renderer, and their losses. */
export const faceCases: readonly GraphCase[] = [
  graphCase(
    'decodeCode, projected points',
    { raw: uniform([2, codeSize(layout)], -1, 1), points: uniform([2, 3, 3], -60, 60) },
    ({ raw, points }) => {
      const code = decodeCode(layout, raw!);
      return {
        seen: projectToCrop(posePoints(code, points!)),
        light: code.light,
        expression: code.expression,
      };
    },
  ),
  graphCase('landmarkLoss', { x: [2, 3, 2], y: [2, 3, 2], weights }, ({ x, y, weights: w }) =>
    landmarkLoss(x!, y!, w!, 0.1),
  ),
  graphCase(
    'landmarkLoss, softness as input',
    { x: [2, 3, 2], y: [2, 3, 2], weights, softness: held(fixed([], [0.5])) },
    ({ x, y, weights: w, softness }) => landmarkLoss(x!, y!, w!, softness!),
  ),
  graphCase('vertexLoss', { x: [2, 3, 3], y: [2, 3, 3], weights }, ({ x, y, weights: w }) =>
    vertexLoss(x!, y!, w!),
  ),
  graphCase(
    'anchorPlaceLoss and anchorPoseLoss',
    { x: [2, 3, 4], y: [2, 3, 4], w: held(uniform([2, 3], 0, 1)) },
    ({ x, y, w }) => ({ place: anchorPlaceLoss(x!, y!, w!), pose: anchorPoseLoss(x!, y!, w!) }),
  ),
  graphCase('visibilityLoss', { x: [2, 4], y: held(uniform([2, 4], 0, 1)) }, ({ x, y }) =>
    visibilityLoss(x!, y!),
  ),
  graphCase(
    'regularizationLoss',
    { shape: [2, 4], expression: [2, 3], albedo: [2, 2] },
    ({ shape, expression, albedo }) =>
      regularizationLoss({ shape: shape!, expression: expression!, albedo: albedo! }),
  ),
  graphCase(
    'skinRenderer',
    {
      vertices: fixed([2, skin.surface.vertexCount, 3], [...skin.vertices]),
      albedo: [2, 2],
      light: uniform([2, 27], 0.6, 1.2),
      triangle: whole(skin.pixels.triangle),
      place,
      detail: held(fixed([2, capacity, 3], [...skin.pixels.detail])),
    },
    ({ vertices, albedo, light, triangle, place: at, detail }) =>
      draw(
        { vertices: vertices!, albedo: albedo!, light: light! },
        { triangle: triangle!, place: at!, detail: detail! },
      ),
    { tolerance: 1e-6 },
  ),
  graphCase(
    'encodeView',
    { x: fixed([7], [-0.5, 0, 0.002, 0.004, 0.2, 0.7, 1.5]) },
    ({ x }) => encodeView(x!),
    { tolerance: 1e-6 },
  ),
  graphCase(
    'photoAt and drawOver',
    { photo: [2, 3, size, size], colours: [2, capacity, 3], place, slot: whole(skin.pixels.slot) },
    ({ photo, colours, place: at, slot }) => ({
      there: photoAt(photo!, { place: at! }),
      drawn: drawOver(photo!, colours!, { slot: slot! }),
    }),
  ),
  graphCase(
    'photometricLoss',
    { colours: [2, 5, 3], photo: [2, 5, 3], weights: held(fixed([2, 5], [1, 1, 0, 1, 1, 0.5, 0, 1, 1, 1])) },
    ({ colours, photo, weights: w }) => photometricLoss(colours!, photo!, w!),
  ),
  graphCase(
    'alignedPlaces',
    {
      points: fixed([1, 5, 2], [-0.31, -0.27, 0.38, -0.21, 0.06, 0.02, -0.29, 0.41, 0.27, 0.45]),
      places: uniform([4, 2], -40, 40),
    },
    ({ points, places }) => alignedPlaces(points!, 112, places!),
  ),
  graphCase('perceptualLoss', { rendering: [2, 5], photo: [2, 5] }, ({ rendering, photo }) =>
    perceptualLoss(rendering!, photo!),
  ),
  graphCase(
    'domainLoss of a discriminator',
    {
      clean: [2, 3],
      occluded: [2, 3],
      noisy: [2, 3],
      first: [4, 3],
      bias: [4],
      last: [3, 4],
    },
    ({ clean, occluded, noisy, first, bias, last }) => {
      const parameters = {
        layer0: { weight: first!, bias: bias! },
        layer1: { weight: last!, bias: bias!.slice(0, 0, 3) },
      };
      return domainLoss({
        clean: discriminate(parameters, clean!),
        occluded: discriminate(parameters, occluded!),
        noisy: discriminate(parameters, noisy!),
      });
    },
  ),
  graphCase('lightLoss', { light: [2, 27] }, ({ light }) => lightLoss(light!)),
];
