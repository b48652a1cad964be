import type { HeadScene } from '../head-scene.js';
import type { Compression } from './compressions.js';
import { documentBytes } from './document-bytes.js';
import { headDocument } from './head-document.js';

export interface GlbOptions {
  /** Default `none`: a file that programs without any glTF extension read. */
  readonly compress?: Compression;
  /** Whether morph targets turn normals as well. Default true; without, files are a third smaller. */
  readonly morphNormals?: boolean;
}

/**
 * Writes a head as binary glTF 2.0: metres, +y up, +z out of the face.
 *
 * With a skeleton, all hangs on one root. A mesh of one joint is the child of that joint, so that turning the
 * joint turns it; a mesh of several joints is skinned. Morph targets carry positions and normals; each mesh
 * has those that move it, under the names in `mesh.extras.targetNames`, as viewers expect, and its weights
 * show the given expression. Colours with a photo's light in them are a variant (KHR_materials_variants) of
 * that name.
 *
 * @throws RangeError when the arrays of a mesh do not fit together, or a joint is unknown.
 */
export async function writeGlb(scene: HeadScene, options: GlbOptions = {}): Promise<Uint8Array> {
  return documentBytes(headDocument(scene, options.morphNormals ?? true), options.compress);
}
