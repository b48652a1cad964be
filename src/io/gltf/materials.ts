import type { Document, Material, Primitive, Texture, TextureInfo } from '@gltf-transform/core';
import { EXTTextureWebP, KHRMaterialsVariants, type Variant } from '@gltf-transform/extensions';
import type { HeadMaterial, TextureFile } from '../head-scene.js';

/** Atlases do not repeat. */
const CLAMP_TO_EDGE = 33071;

/** The materials and textures of a document: what meshes share is made once. */
export class MaterialShelf {
  private readonly materials = new Map<string, Material>();
  private readonly textures = new Map<string, Texture>();
  private variants: Record<'albedo' | 'photo', Variant> | undefined;

  constructor(private readonly document: Document) {}

  /** Gives a primitive its material, and the choice of the photo's light where there is one. */
  dress(primitive: Primitive, source: HeadMaterial): void {
    const material = this.materialOf(source, source.name, source.texture);
    primitive.setMaterial(material);
    const { baseColor, photoBaseColor = baseColor, photoTexture } = source;
    if (!photoTexture && photoBaseColor === baseColor) return;
    const inPhoto = { ...source, ...(photoBaseColor && { baseColor: photoBaseColor }) };
    const lit = this.materialOf(inPhoto, `${source.name} photo`, photoTexture ?? source.texture);
    const extension = this.document.createExtension(KHRMaterialsVariants);
    this.variants ??= { albedo: extension.createVariant('albedo'), photo: extension.createVariant('photo') };
    const list = extension.createMappingList();
    for (const [name, worn] of [
      ['albedo', material],
      ['photo', lit],
    ] as const)
      list.addMapping(extension.createMapping().setMaterial(worn).addVariant(this.variants[name]));
    primitive.setExtension('KHR_materials_variants', list);
  }

  private materialOf(source: HeadMaterial, name: string, texture: TextureFile | undefined): Material {
    const known = this.materials.get(name);
    if (known) return known;
    const material = this.document
      .createMaterial(name)
      .setBaseColorFactor([...(source.baseColor ?? [1, 1, 1, 1])])
      .setAlphaMode(source.alphaMode)
      .setDoubleSided(source.doubleSided)
      .setRoughnessFactor(source.surface ? 1 : source.roughness)
      .setMetallicFactor(source.surface ? 1 : source.metallic);
    if (source.alphaCutoff !== undefined) material.setAlphaCutoff(source.alphaCutoff);
    if (texture) {
      material.setBaseColorTexture(this.textureOf(texture));
      clamp(material.getBaseColorTextureInfo());
    }
    if (source.surface) {
      const surface = this.textureOf(source.surface);
      material.setMetallicRoughnessTexture(surface).setOcclusionTexture(surface);
      clamp(material.getMetallicRoughnessTextureInfo());
      clamp(material.getOcclusionTextureInfo());
    }
    this.materials.set(name, material);
    return material;
  }

  private textureOf({ name, data, type }: TextureFile): Texture {
    const known = this.textures.get(name);
    if (known) return known;
    if (type === 'webp') this.document.createExtension(EXTTextureWebP).setRequired(true);
    const texture = this.document
      .createTexture(name)
      .setMimeType(`image/${type}`)
      .setImage(Uint8Array.from(data));
    this.textures.set(name, texture);
    return texture;
  }
}

function clamp(info: TextureInfo | null): void {
  info?.setWrapS(CLAMP_TO_EDGE).setWrapT(CLAMP_TO_EDGE);
}
