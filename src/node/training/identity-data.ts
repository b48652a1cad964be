import type { ShardSource } from '../../data/shards/reader.js';
import { transformPoints } from '../../math/camera.js';
import { evaluateVertices } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import type { PredictedHead } from '../../network/head-predictor.js';
import type { AlignmentInCrop } from '../../network/identity/aligned-face.js';
import type { SkinSurface } from '../../render/skin-surface.js';
import type { Session } from '../../runtime/session.js';
import { takingTurns } from '../../runtime/taking-turns.js';
import { identityBatch, type IdentityExample } from '../../train/identity.js';
import { skinPictureDefaults, skinPixelsOf } from '../../train/skin-host.js';
import type { Batch } from '../../train/step-graph.js';
import {
  embeddingsOf,
  photoBatches,
  seenViewsOf,
  type RecogniserDataOptions,
  type RecogniserDataSource,
  type SeenViews,
} from './recogniser-data.js';

/** What makes examples of photos; the networks stay as they are. */
export interface IdentityDataSource extends RecogniserDataSource {
  readonly surface: SkinSurface;
  readonly alignment: AlignmentInCrop;
  /** The recognition network that sees the views. */
  readonly recogniser: Session;
}

/**
 * Batches of the stage `identity` from step `start` on, of the shards that `robustify` takes; see
 * `sampleBatches`.
 */
export function identityBatches(
  source: IdentityDataSource,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: RecogniserDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const rasterize = skinPixelsOf(source.surface, skinPictureDefaults);
  const inTurn = takingTurns();
  return photoBatches(source, shards, samplesPerEpoch, start, options, (photos) =>
    inTurn(async () => {
      const examples: IdentityExample[] = [];
      for (const seen of await seenViewsOf(source, photos)) examples.push(await exampleOf(source, seen));
      // The rasteriser's arrays are reused, and the next batch is made while this one is learnt from.
      return identityBatch(examples, (vertices) => structuredClone(rasterize(vertices)));
    }),
  );
}

async function exampleOf(
  source: IdentityDataSource,
  { faces, heads, picture, embedding }: SeenViews,
): Promise<IdentityExample> {
  const embeddings = await embeddingsOf(source.recogniser, faces);
  return {
    views: heads.map(({ albedo }, k) => ({ albedo, embedding: embeddings[k]! })),
    embedding,
    picture,
    light: heads[0]!.light,
    vertices: posedSkin(source.model, source.surface.vertexCount, heads[0]!),
    alignment: source.alignment(heads[0]!),
  };
}

/** The first vertices of a predicted head, in its crop's camera: those of the skin that is drawn. */
function posedSkin(
  model: MorphableModel,
  count: number,
  { shape, expression, pose: { rotation, translation } }: PredictedHead,
): Float32Array {
  const vertices = evaluateVertices(model, { shape, expression }).subarray(0, 3 * count);
  return transformPoints(rotation, translation, vertices, new Float32Array(vertices.length));
}
