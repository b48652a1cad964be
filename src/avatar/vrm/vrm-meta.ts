/** What a VRM file says of its rights. */
export interface VrmMeta {
  readonly name: string;
  /** Who made the avatar; at least one. */
  readonly authors: readonly string[];
  /** Where the licence's text is. */
  readonly licenceUrl: string;
  /** Whether others than the author may wear the avatar, and hand it on. */
  readonly sharing: 'author' | 'everyone';
}

/** VRM's own licence, whose terms the other fields choose. */
export const vrmLicenceUrl = 'https://vrm.dev/licenses/1.0/';

/** A face is somebody's: nobody else wears it unless its owner says so. */
export const vrmMetaDefaults: VrmMeta = {
  name: 'Head',
  authors: ['not stated'],
  licenceUrl: vrmLicenceUrl,
  sharing: 'author',
};
