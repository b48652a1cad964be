import { z } from 'zod';
import type { FaceBox } from '../network/face-view.js';

const pair = z.tuple([z.number(), z.number()]);

/** What is stored beside a real photo's crop (member `photo.json`), pixels of the crop. */
export const photoSampleSchema = z.strictObject({
  version: z.literal(1),
  box: z
    .strictObject({
      x: z.number(),
      y: z.number(),
      width: z.number().positive(),
      height: z.number().positive(),
    })
    .describe("The detector's box."),
  roll: z.number().describe('Degrees.'),
  landmarks68: z.array(pair).length(68).describe('From the dense landmark network, on the photo as it is.'),
  alignment: z.array(pair).length(5).describe('What recognition networks align by.'),
});

export type PhotoSample = z.infer<typeof photoSampleSchema> & { readonly box: FaceBox };

/** @throws Error of one line for anything else than such a member */
export function readPhotoSample(bytes: Uint8Array): PhotoSample {
  try {
    return photoSampleSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new Error(
      'its photo.json is damaged or of another version; remove the folder of prepared photos and run again',
      { cause: error },
    );
  }
}
