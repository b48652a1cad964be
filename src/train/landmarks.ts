import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import { importOnnx } from '../graph/import/import.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { faceScoreLoss } from '../loss/judge-loss.js';
import { softDistance } from '../loss/landmark-loss.js';
import { landmarkerInput } from '../detect/dense-landmarks.js';
import { meshPointCount } from '../detect/mesh-regions.js';
import {
  leftEyeIndices,
  leftIrisStart,
  lipIndices,
  rightEyeIndices,
  rightIrisStart,
} from '../detect/mesh-regions.js';
import type { HostTensor } from '../runtime/session.js';
import { landmarkerParameters } from './landmarker-network.js';
import { stackRows } from './stack-rows.js';
import type { Batch } from './step-graph.js';

/** Weights of the losses of the stage `landmarks`. */
export interface LandmarksWeights {
  /** The mesh of the whole face, and what the branches say that look closer at lips, eyes, irises. */
  readonly mesh: number;
  readonly lips: number;
  readonly eyes: number;
  readonly irises: number;
  /** The mesh's depth. */
  readonly depth: number;
  readonly presence: number;
}
export const landmarksDefaults: LandmarksWeights = {
  mesh: 1,
  lips: 0.3,
  eyes: 0.3,
  irises: 0.1,
  depth: 0.2,
  presence: 0.3,
};

/** A crop as the stage `landmarks` sees it. */
export interface LandmarksExample {
  /** 3×192×192, sRGB 0…1. */
  readonly image: Float32Array;
  /** What the teacher says of the clean photo, in this crop: 478 × (x, y, z), pixels of the crop. */
  readonly points: Float32Array;
  /** 1 where the points are taught, 0 where there is no face. */
  readonly taught: number;
  /** Whether there is a face, 0…1. */
  readonly presence: number;
}

/** Points count by their distance from here on, crop pixels; below, by its square. */
const SOFTNESS = 0.5;

/** The network's outputs of pairs, which of the 478 points each places, and which loss it belongs to. */
const branches = {
  lips: { loss: 'lips', indices: lipIndices },
  rightEye: { loss: 'eyes', indices: rightEyeIndices },
  leftEye: { loss: 'eyes', indices: leftEyeIndices },
  rightIris: { loss: 'irises', indices: irisFrom(rightIrisStart) },
  leftIris: { loss: 'irises', indices: irisFrom(leftIrisStart) },
} as const;
type Branch = keyof typeof branches;
const branchNames = Object.keys(branches) as Branch[];

function irisFrom(start: number): number[] {
  return Array.from({ length: 5 }, (_, k) => start + k);
}

type Named = Readonly<Record<string, Tensor>>;
type LandmarksInputs = { readonly parameters: Named } & Record<
  'image' | 'mesh' | 'taught' | 'presence' | Branch,
  Tensor
>;

/**
 * The step of the stage `landmarks`: a dense landmark network learns to see in covered and noisy views what
 * its teacher sees in the clean photo. Losses are means over views, of distances in crop pixels.
 * @param network bytes of the network whose layers the student has; takes batches
 * @returns value, gradients and each loss as `extra.<name>`
 */
export function landmarksGraph(
  network: Uint8Array,
  batch: number,
  weights: LandmarksWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const image = [batch, 3, landmarkerInput, landmarkerInput];
  const student = importOnnx(network, { inputShapes: { image } });
  const specs = {
    parameters: Object.fromEntries(
      Object.keys(landmarkerParameters(network)).map((name) => [name, spec(student.parameters[name]!.shape)]),
    ),
    image: spec(image),
    mesh: spec([batch, meshPointCount, 3]),
    taught: spec([batch]),
    presence: spec([batch]),
    ...Object.fromEntries(branchNames.map((name) => [name, spec([batch, branches[name].indices.length, 2])])),
  };
  const step = ({ parameters, ...truth }: LandmarksInputs) =>
    valueAndGrad((trained: Named) => {
      const said = student.apply({ image: truth.image }, trained);
      const mesh = said['mesh']!.reshape([batch, meshPointCount, 3]);
      const off = (from: number, to: number): Tensor =>
        distance(mesh.slice(2, from, to), truth.mesh.slice(2, from, to), truth.taught);
      const losses: Record<string, Tensor> = {
        mesh: off(0, 2),
        depth: off(2, 3),
        presence: faceScoreLoss(
          said['presence']!.reshape([batch]),
          truth.presence,
          truth.taught.mul(0).add(1),
        ),
      };
      for (const name of branchNames) {
        const { loss } = branches[name];
        const apart = distance(said[name]!.reshape(truth[name].shape), truth[name], truth.taught);
        losses[loss] = losses[loss]?.add(apart) ?? apart;
      }
      const value = Object.entries(losses)
        .map(([name, loss]) => loss.mul(weights[name as keyof LandmarksWeights]))
        .reduce((sum, loss) => sum.add(loss));
      return { value, extra: losses };
    })(parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/** @param said [N, P, D] @param taught [N] */
function distance(said: Tensor, wanted: Tensor, taught: Tensor): Tensor {
  return softDistance(said.sub(wanted).square().sum(2), SOFTNESS).mean(1).mul(taught).mean();
}

/** The batch of examples, for {@link landmarksGraph}. */
export function landmarksBatch(examples: readonly LandmarksExample[]): Batch {
  const rows = (shape: number[], of: (example: LandmarksExample) => ArrayLike<number>): HostTensor =>
    stackRows(shape, examples.map(of));
  return {
    image: rows([3, landmarkerInput, landmarkerInput], ({ image }) => image),
    mesh: rows([meshPointCount, 3], ({ points }) => points.subarray(0, 3 * meshPointCount)),
    taught: rows([], ({ taught }) => [taught]),
    presence: rows([], ({ presence }) => [presence]),
    ...Object.fromEntries(
      branchNames.map((name) => {
        const { indices } = branches[name];
        const pairs = ({ points }: LandmarksExample): number[] =>
          indices.flatMap((index) => [points[3 * index]!, points[3 * index + 1]!]);
        return [name, rows([indices.length, 2], pairs)];
      }),
    ),
  };
}
