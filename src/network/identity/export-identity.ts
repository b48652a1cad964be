import { exportOnnx, type ExportOptions } from '../../graph/export/export.js';
import { spec } from '../../graph/trace.js';
import { embeddingSize } from '../recognition-view.js';
import { trained } from '../trained.js';
import { faceHairParameters, sayFaceHair, tellsFaceHair } from './face-hair.js';
import { identityAlbedo, identityParameters } from './identity.js';
import { sayTone, skinToneParameters, tellsTone } from './skin-tone.js';

/**
 * A trained identity network as a plain ONNX file: inputs `embedding` `[N, D]` of the robust recognition
 * network and `albedo` `[N, K]` of the regressor; output `identity` `[N, K]`, albedo coefficients. Where the
 * parameters tell the tone (`skin-tone.ts`), `tone` `[N, 1]` as well, and where they tell of hair
 * (`face-hair.ts`), `hair-length` `[N, 6]`, `hair-curl` `[N, 5]` and `hair-tone` `[N, 9]`.
 *
 * @param parameters values by path, as a trainer gives them
 * @throws Error when a parameter is missing
 */
export async function exportIdentity(
  albedo: number,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const identity = trained(identityParameters(albedo), parameters);
  const tone = tellsTone(parameters) ? trained(skinToneParameters, parameters) : undefined;
  const hair = tellsFaceHair(parameters) ? trained(faceHairParameters, parameters) : undefined;
  return exportOnnx<ReturnType<typeof inputsOf>>(
    (seen) => ({
      identity: identityAlbedo(identity(), seen.embedding, seen.albedo),
      ...(tone && { tone: sayTone(tone(), seen.embedding) }),
      ...(hair && sayFaceHair(hair(), seen.embedding)),
    }),
    (batch) => inputsOf(albedo, batch),
    options,
  );
}

const inputsOf = (albedo: number, batch: number) => ({
  embedding: spec([batch, embeddingSize]),
  albedo: spec([batch, albedo]),
});
