import { Texture } from 'three';
import { GLTFLoader, type GLTF } from 'three/addons/loaders/GLTFLoader.js';

/**
 * What three.js makes of a GLB in Node, which has no pictures: textures stay empty.
 *
 * @param prepare registers plugins
 */
export async function loadInThree(
  glb: Uint8Array,
  prepare: (loader: GLTFLoader) => void = () => undefined,
): Promise<GLTF> {
  const loader = new GLTFLoader();
  // Under this name it stands in for the loader's own plugin, which would be asked first.
  const name = 'EXT_texture_webp';
  loader.register(() => ({ name, loadTexture: () => Promise.resolve(new Texture()) }));
  prepare(loader);
  return loader.parseAsync(Uint8Array.from(glb).buffer, '');
}
