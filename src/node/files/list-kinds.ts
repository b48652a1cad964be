import { posix, resolve } from 'node:path';
import type { Listed, ListKind } from './result-list.js';

/** What lines of `results.jsonl` and `manifest.jsonl` say of the run that made them. */
export interface PhotoOrigin {
  /** Digest of the settings and of the photo's file. */
  readonly key: string;
  /** The photo, as it was given. */
  readonly photo: string;
}

/** A face of a photo, from 1 on, and how many there are. */
export interface FaceOrigin extends PhotoOrigin {
  readonly face: number;
  readonly faces: number;
}

/** A picture made of a photo, from 1 on, and how many there are. */
export interface PictureOrigin extends PhotoOrigin {
  readonly picture: number;
  readonly pictures: number;
}

/** `results.jsonl` of `rogue reconstruct`: a line for each face. */
export const faceList: ListKind = {
  name: 'results',
  command: 'rogue reconstruct',
  sign: 'folder',
  placeKeys: ['folder'],
  // Folders of faces are replaced as a whole.
  isOwnFile: () => false,
  read(line) {
    const { folder, run } = line as { readonly folder?: unknown; readonly run?: Partial<FaceOrigin> };
    if (typeof folder !== 'string') return undefined;
    return origin(run, [run?.face, run?.faces], (photo) => resolve(photo), [folder]);
  },
};

/** Names that `rogue corrupt` gives to pictures. */
const pictureNames = /^[^/\\]+-(reachocc|synchocc|noise|boxes)-\d+(-mask)?\.(png|jpg)$/;

/** A photo and what was done to it, as items of {@link pictureList}. */
export const pictureItem = (photo: string, protocol: string): string => `${protocol} ${resolve(photo)}`;

/** `manifest.jsonl` of `rogue corrupt`: a line for each picture. */
export const pictureList: ListKind = {
  name: 'manifest',
  command: 'rogue corrupt',
  sign: 'protocol',
  placeKeys: ['file', 'mask'],
  isOwnFile: (place) => pictureNames.test(place),
  read(line) {
    const { file, mask, protocol, run } = line as Readonly<Record<string, unknown>> & {
      readonly run?: Partial<PictureOrigin>;
    };
    const places = mask === undefined ? [file] : [file, mask];
    const areOurs = (names: unknown[]): names is string[] =>
      names.every((name) => typeof name === 'string' && pictureNames.test(posix.basename(name)));
    if (typeof protocol !== 'string' || !areOurs(places)) return undefined;
    return origin(run, [run?.picture, run?.pictures], (photo) => pictureItem(photo, protocol), places);
  },
};

/** `cases.jsonl` of `rogue evaluate`: a line for each face, with what was measured of it. */
export const caseList: ListKind = {
  name: 'cases',
  command: 'rogue evaluate',
  sign: 'id',
  placeKeys: [],
  isOwnFile: () => false,
  read(line) {
    const { id, run, items } = line as Readonly<Record<string, unknown>> & {
      readonly run?: { readonly key?: unknown };
    };
    if (typeof id !== 'string' || typeof run?.key !== 'string' || !Array.isArray(items)) return undefined;
    return { item: id, key: run.key, part: 1, parts: 1, places: [] };
  },
};

function origin(
  run: Partial<PhotoOrigin> | undefined,
  [part, parts]: readonly [unknown, unknown],
  itemOf: (photo: string) => string,
  places: readonly string[],
): Listed | undefined {
  if (typeof run?.photo !== 'string' || typeof run.key !== 'string') return undefined;
  if (!Number.isInteger(part) || !Number.isInteger(parts)) return undefined;
  return { item: itemOf(run.photo), key: run.key, part: part as number, parts: parts as number, places };
}
