import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import { l2Loss } from '../graph/ops/losses.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { perceptualLoss } from '../loss/perceptual-loss.js';
import { photometricLoss } from '../loss/photometric-loss.js';
import { identityAlbedo, identityParameters } from '../network/identity/identity.js';
import { alignFaces, type Embed } from '../network/recognition.js';
import { embeddingSize } from '../network/recognition-view.js';
import type { LayerTree } from '../network/resnet.js';
import { drawOver, photoAt, skinRenderer, type SkinPixelTensors } from '../network/skin-renderer.js';
import type { HostTensor } from '../runtime/session.js';
import type { SkinSurface } from '../render/skin-surface.js';
import { skinPixelSpecs, skinPictureDefaults } from './skin-host.js';
import { stackRows } from './stack-rows.js';
import type { Batch } from './step-graph.js';

/** Weights of the losses of the stage `identity`. */
export interface IdentityWeights {
  /** L_P of the clean, the covered and the noisy view, all against the clean photo. */
  readonly perceptual: number;
  /** L_GP of the clean view. */
  readonly photometric: number;
  /** Albedo near the mean, per squared standard deviation. */
  readonly regularization: number;
  /** Ours: albedo of covered and noisy views against the clean one's. */
  readonly consistency: number;
}
export const identityDefaults: IdentityWeights = {
  perceptual: 1,
  photometric: 1,
  regularization: 0.01,
  consistency: 0.1,
};

/** The views of each photo, in this order: clean, covered, noisy. */
export const identityViews = 3;

/** A photo as the stage `identity` sees it. */
export interface IdentityExample {
  /** Of each view: the recognition embedding, and the regressor's albedo. */
  readonly views: readonly { readonly embedding: ArrayLike<number>; readonly albedo: ArrayLike<number> }[];
  /** The clean photo's embedding, aligned by its landmarks. */
  readonly embedding: ArrayLike<number>;
  /** The clean view, 3×side×side, sRGB −1…1. */
  readonly picture: Float32Array;
  /** What the regressor sees in the clean view: the skin's vertices in the crop's camera, V×3, mm. */
  readonly vertices: Float32Array;
  /** Its light, 27. */
  readonly light: ArrayLike<number>;
  /** Its `alignment5` in the crop, 5×2, −1…1. */
  readonly alignment: ArrayLike<number>;
}

export interface IdentityStepOptions {
  /** Photos per step. */
  readonly batch: number;
  /** Albedo coefficients of the model. */
  readonly albedo: number;
  readonly weights: IdentityWeights;
}

type IdentityInputs = { readonly parameters: LayerTree<Tensor>; readonly pixels: SkinPixelTensors } & Record<
  'embeddings' | 'albedo' | 'embedding' | 'picture' | 'vertices' | 'light' | 'alignment',
  Tensor
>;

/**
 * The step of the stage `identity`: each view's skin is drawn on the head that the regressor sees in the
 * clean view, in its light, and has to be recognised as the clean photo's person.
 * @returns value, gradients and each loss as `extra.<name>`; `extra.covered` is L_P of the covered view
 */
export function identityGraph(
  surface: SkinSurface,
  embed: Embed,
  { batch, albedo: count, weights }: IdentityStepOptions,
  target?: LoweringTarget,
): CompiledGraph {
  const side = skinPictureDefaults.size;
  const rows = identityViews * batch;
  const specs = {
    parameters: identityParameters(count),
    embeddings: spec([rows, embeddingSize]),
    albedo: spec([rows, count]),
    embedding: spec([batch, embeddingSize]),
    picture: spec([batch, 3, side, side]),
    vertices: spec([batch, surface.vertexCount, 3]),
    light: spec([batch, 27]),
    alignment: spec([batch, 5, 2]),
    pixels: skinPixelSpecs(batch, skinPictureDefaults),
  };
  const draw = skinRenderer(surface, side);
  const step = ({ parameters, ...seen }: IdentityInputs) =>
    valueAndGrad((p: LayerTree<Tensor>) => {
      const all = identityAlbedo(p, seen.embeddings, seen.albedo);
      const albedo = [0, 1, 2].map((k) => all.slice(0, k * batch, (k + 1) * batch)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const colours = albedo.map((own) =>
        draw({ vertices: seen.vertices, albedo: own, light: seen.light }, seen.pixels),
      );
      const [clean, covered, noisy] = colours.map((drawn) => {
        const faces = alignFaces(drawOver(seen.picture, drawn, seen.pixels), seen.alignment);
        return perceptualLoss(embed(faces), seen.embedding);
      }) as [Tensor, Tensor, Tensor];
      const told = albedo[0].stopGradient();
      const losses: Record<keyof IdentityWeights, Tensor> = {
        perceptual: clean
          .add(covered)
          .add(noisy)
          .mul(1 / identityViews),
        photometric: photometricLoss(colours[0]!, photoAt(seen.picture, seen.pixels), seen.pixels.weight),
        regularization: all.square().mean(),
        consistency: l2Loss(albedo[1], told).add(l2Loss(albedo[2], told)),
      };
      const value = Object.entries(losses)
        .map(([name, loss]) => loss.mul(weights[name as keyof IdentityWeights]))
        .reduce((sum, loss) => sum.add(loss));
      return { value, extra: { ...losses, clean, covered } };
    })(parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/**
 * The batch of examples, for {@link identityGraph}.
 * @param pixels rasterises vertices `[N, V, 3]` into the inputs `pixels.…`
 */
export function identityBatch(
  examples: readonly IdentityExample[],
  pixels: (vertices: HostTensor) => Batch,
): Batch {
  const side = skinPictureDefaults.size;
  const byView = (of: (view: IdentityExample['views'][number]) => ArrayLike<number>): ArrayLike<number>[] =>
    Array.from({ length: identityViews }, (_, k) => examples.map(({ views }) => of(views[k]!))).flat();
  const { vertices, views } = examples[0]!;
  const rows = (dims: readonly number[], of: (example: IdentityExample) => ArrayLike<number>) =>
    stackRows(dims, examples.map(of));
  const posed = rows([vertices.length / 3, 3], (example) => example.vertices);
  return {
    embeddings: stackRows(
      [embeddingSize],
      byView(({ embedding }) => embedding),
    ),
    albedo: stackRows(
      [views[0]!.albedo.length],
      byView(({ albedo }) => albedo),
    ),
    embedding: rows([embeddingSize], ({ embedding }) => embedding),
    picture: rows([3, side, side], ({ picture }) => picture),
    light: rows([27], ({ light }) => light),
    alignment: rows([5, 2], ({ alignment }) => alignment),
    vertices: posed,
    ...pixels(posed),
  };
}
