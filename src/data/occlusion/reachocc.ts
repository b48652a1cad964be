import type { Image } from '../../math/image.js';
import { createRandom } from '../random.js';
import { drawObject } from './draw-object.js';
import { coverageOf, faceRegion } from './face-region.js';
import type { HandModel } from './hand/hand-file.js';
import { headShell } from './head-shell.js';
import type { Occluder, Site } from './object-model.js';
import { occluders } from './objects/index.js';
import { landmarkOf, type OccludedFace } from './occluded-face.js';
import {
  amountFor,
  checkCoverage,
  checkPhoto,
  leastCoverage,
  mostCoverage,
  type Occlusion,
  type OcclusionOptions,
} from './occlusion.js';
import { photoLook } from './photo-look.js';
import { createCoverageProbe } from './place-object.js';

/** Names of the objects of {@link reachocc}. */
export const reachoccNames: readonly string[] = occluders.map(({ name }) => name);

/**
 * Covers a face with a plausible object in a plausible place, in the photo's camera and light: after
 * ReaChOcc, the real-world occlusions of Tiwari et al. 2022 (ROGUE).
 *
 * @param photo three channels
 * @param hand what free and holding hands are made from: `loadHand` in Node
 * @param seed the same seed, photo and face give the same bytes
 * @throws RangeError for an unknown occluder, a coverage outside 0…1, a photo without three channels, a face
 *   outside of it
 */
export function reachocc(
  photo: Image,
  face: OccludedFace,
  hand: HandModel,
  seed: number | string,
  options: OcclusionOptions = {},
): Occlusion {
  checkPhoto('reachocc', photo);
  checkCoverage('reachocc', options.coverage);
  const random = createRandom(seed).fork('reachocc');
  const wanted = options.coverage ?? random.fork('coverage').uniform(leastCoverage, mostCoverage);
  const occluder = chosen(options.occluder, wanted, random.fork('occluder').uniform());
  const region = faceRegion(face, photo.width, photo.height);
  const look = photoLook(photo, face, region);
  const site: Site = {
    face,
    hand,
    shell: headShell(face),
    skin: look.skin,
    hair: look.hair,
    wanted,
    landmark: (index) => landmarkOf(face, index),
  };
  const probe = createCoverageProbe(face, photo.width, photo.height);
  const build = (amount: number) => occluder.build(site, random.fork('object'), amount);
  const object = build(amountFor(wanted, (amount) => probe.coverage(build(amount))));
  const { image, mask } = drawObject(photo, face, object, look, random);
  return {
    image,
    mask,
    coverage: coverageOf(region, mask.data, photo.width),
    occluder: occluder.name,
    parameters: object.parameters,
  };
}

/** An occluder that can hide as much as is wanted, each equally likely; the nearest where none can. */
function chosen(name: string | undefined, wanted: number, share: number): Occluder {
  if (name !== undefined) {
    const found = occluders.find((occluder) => occluder.name === name);
    if (!found)
      throw new RangeError(
        `reachocc: expected an occluder of ${reachoccNames.join(', ')}, received "${name}".`,
      );
    return found;
  }
  const miss = ({ range: [least, most] }: Occluder) => Math.max(0, least - wanted, wanted - most);
  const nearest = Math.min(...occluders.map(miss));
  const fitting = occluders.filter((occluder) => miss(occluder) <= nearest);
  return fitting[Math.floor(share * fitting.length)]!;
}
