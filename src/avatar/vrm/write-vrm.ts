import { Extension, type Document, type Node, type WriterContext } from '@gltf-transform/core';
import { headDocument } from '../../io/gltf/head-document.js';
import { documentBytes } from '../../io/gltf/document-bytes.js';
import type { GlbOptions } from '../../io/gltf/write-glb.js';
import type { HeadScene } from '../../io/head-scene.js';
import { turnedAround } from './turn-around.js';
import { vrm0Json } from './vrm0-json.js';
import { vrm1Json } from './vrm1-json.js';
import type { VrmMeta } from './vrm-meta.js';
import type { VrmPlaces } from './vrm-places.js';
import type { VrmVersion } from './vrm-versions.js';

/**
 * Writes an avatar as VRM, for programs in which people wear avatars: glTF with human bones, expressions and
 * visemes by VRM's names, a way to look at things, and a licence.
 *
 * VRM 1.0 looks along +z, VRM 0.x along −z.
 *
 * @param scene on a `humanoid` skeleton, at rest (`avatarSceneOf`)
 * @throws RangeError when the skeleton lacks a bone that VRM requires
 */
export async function writeVrm(
  scene: HeadScene,
  meta: VrmMeta,
  version: VrmVersion = '1.0',
  options: Omit<GlbOptions, 'compress'> = {},
): Promise<Uint8Array> {
  const document = headDocument(
    version === '1.0' ? scene : turnedAround(scene),
    options.morphNormals ?? true,
  );
  // Beside the joints, not below them: a skinned mesh follows its joints alone.
  for (const node of document.getRoot().listNodes())
    if (node.getSkin()) document.getRoot().getDefaultScene()!.addChild(node);
  const extension = version === '1.0' ? Vrm1Extension : Vrm0Extension;
  document.createExtension<VrmExtension>(extension).meta = meta;
  return documentBytes(document, 'none', [extension]);
}

/** Adds VRM's own part to a file while it is written: only then is it known which index each thing has. */
abstract class VrmExtension extends Extension {
  meta: VrmMeta | undefined;
  protected abstract json(meta: VrmMeta, places: VrmPlaces): object;

  read(): this {
    return this;
  }

  write(context: WriterContext): this {
    const { json } = context.jsonDoc;
    json.extensions = {
      ...json.extensions,
      [this.extensionName]: this.json(this.meta!, placesIn(this.document, context)),
    };
    return this;
  }
}

class Vrm1Extension extends VrmExtension {
  static override readonly EXTENSION_NAME = 'VRMC_vrm';
  override readonly extensionName = Vrm1Extension.EXTENSION_NAME;
  protected override json = vrm1Json;
}

class Vrm0Extension extends VrmExtension {
  static override readonly EXTENSION_NAME = 'VRM';
  override readonly extensionName = Vrm0Extension.EXTENSION_NAME;
  protected override json = vrm0Json;
}

function placesIn(document: Document, context: WriterContext): VrmPlaces {
  const root = document.getRoot();
  const nodes = new Map(root.listNodes().map((node) => [node.getName(), node]));
  return {
    nodeOf: (name) => {
      const node = nodes.get(name);
      return node && context.nodeIndexMap.get(node);
    },
    moving: root.listNodes().flatMap((node) => {
      const mesh = node.getMesh();
      const names = mesh?.getExtras()['targetNames'] as string[] | undefined;
      if (!mesh || !names) return [];
      return [{ node: context.nodeIndexMap.get(node)!, mesh: context.meshIndexMap.get(mesh)!, names }];
    }),
    meshCount: root.listMeshes().length,
    materialNames: root.listMaterials().map((material) => material.getName()),
    eyes: middleOf(nodes.get('LeftEye'), nodes.get('RightEye')),
  };
}

function middleOf(left: Node | undefined, right: Node | undefined): [number, number, number] {
  if (!left || !right) return [0, 0.06, 0];
  const [a, b] = [left.getTranslation(), right.getTranslation()];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
}
