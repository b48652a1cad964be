import type { Image } from '../math/image.js';
import { corrupt, type CorruptionContext } from './corruptions.js';
import { type CorruptionName } from './corruption-names.js';
import type { FaceMeasurer, FaceTruth } from './measure-face.js';
import type { EvaluationMethod, FacePlace, FacePrediction } from './prediction.js';
import type { EvaluationItem, Outcome } from './report.js';

/** A face of the data, with all that is known of it. */
export interface FaceCase {
  readonly place: FacePlace;
  readonly corruption: CorruptionContext;
  readonly truth: FaceTruth;
  /** Groups that it belongs to, by what they are about. */
  readonly slices: Readonly<Record<string, string>>;
}

/** A face of the data that is opened when its turn comes. */
export interface CaseSource {
  /** Unique within the data. */
  readonly id: string;
  open(): Promise<FaceCase | { readonly failed: string }>;
}

export interface EvaluateFaceOptions {
  readonly conditions: readonly CorruptionName[];
  readonly methods: readonly EvaluationMethod[];
  readonly measurers: readonly FaceMeasurer[];
  readonly faceMask: Float32Array;
  /** Decides what the corruptions look like. */
  readonly seed: string;
  /** Whether methods look for the face themselves instead of being told where it was in the clean photo. */
  readonly detect: boolean;
  /** Gets each picture that methods are asked about. */
  readonly onPhoto?: (id: string, condition: CorruptionName, image: Image) => Promise<void>;
}

/** How much is hidden, for slices. */
const coverageBin = (coverage: number): string =>
  coverage < 0.2 ? '0–20 %' : coverage < 0.4 ? '20–40 %' : coverage < 0.6 ? '40–60 %' : '60–100 %';

/**
 * Measures all methods on a face under all conditions, one item for each. A face that cannot be opened, and a
 * method that gives nothing or fails, are failures with their reason.
 */
export async function evaluateFace(
  source: CaseSource,
  options: EvaluateFaceOptions,
): Promise<EvaluationItem[]> {
  const opened = await source.open().catch((error: unknown) => ({ failed: oneLine(error) }));
  return 'failed' in opened
    ? options.conditions.map((condition) => failedItem(source.id, condition, options.methods, opened.failed))
    : evaluateCase(source.id, opened, options);
}

function failedItem(
  id: string,
  condition: string,
  methods: readonly EvaluationMethod[],
  failed: string,
): EvaluationItem {
  return {
    id,
    condition,
    slices: {},
    outcomes: Object.fromEntries(methods.map(({ name }) => [name, { failed }])),
  };
}

async function evaluateCase(
  id: string,
  face: FaceCase,
  { conditions, methods, measurers, faceMask, seed, detect, onPhoto }: EvaluateFaceOptions,
): Promise<EvaluationItem[]> {
  const clean = new Map<string, FacePrediction>();
  const place = detect ? undefined : face.place;
  const items: EvaluationItem[] = [];
  // Drift needs the clean photo's prediction, also where the clean photo is not among the conditions.
  for (const method of methods) {
    const prediction = await predicted(method, { photo: face.truth.clean, id, condition: 'clean', place });
    if (!('failed' in prediction)) clean.set(method.name, prediction);
  }
  for (const condition of conditions) {
    const { image, kind, coverage } = await corrupt(
      face.truth.clean,
      condition,
      `${seed}/${id}`,
      face.corruption,
    );
    const outcomes: Record<string, Outcome> = {};
    await onPhoto?.(id, condition, image);
    for (const method of methods) {
      const prediction =
        condition === 'clean'
          ? (clean.get(method.name) ?? (await predicted(method, { photo: image, id, condition, place })))
          : await predicted(method, { photo: image, id, condition, place });
      if ('failed' in prediction) {
        outcomes[method.name] = prediction;
        continue;
      }
      const values: Record<string, number> = {};
      for (const { measure } of measurers)
        Object.assign(
          values,
          await measure(prediction, {
            truth: face.truth,
            clean: clean.get(method.name),
            condition,
            faceMask,
          }),
        );
      const wrong = Object.entries(values).find(([, value]) => !Number.isFinite(value));
      outcomes[method.name] = wrong ? { failed: `${wrong[0]} is ${wrong[1]}` } : { values };
    }
    items.push({
      id,
      condition,
      slices: {
        ...face.slices,
        ...(kind !== undefined && { occluder: kind }),
        ...(coverage !== undefined && { coverage: coverageBin(coverage) }),
      },
      outcomes,
    });
  }
  return items;
}

async function predicted(
  method: EvaluationMethod,
  request: Parameters<EvaluationMethod['predict']>[0],
): Promise<FacePrediction | { readonly failed: string }> {
  try {
    return await method.predict(request);
  } catch (error) {
    return { failed: oneLine(error) };
  }
}

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
