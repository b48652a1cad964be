import { fixed } from '../fixed-decimals.js';
import type { HeadMaterial, TextureFile } from '../head-scene.js';
import { usdName, type UsdPrim } from './usda.js';

/** Where a texture lies in the package. @throws RangeError for a kind of picture that USD does not take */
export function texturePath({ name, type }: TextureFile): string {
  if (type === 'webp')
    throw new RangeError(
      `writeUsdz: texture "${name}": expected PNG or JPEG, got WebP, which USD does not take.`,
    );
  return `textures/${usdName(name)}.${type === 'jpeg' ? 'jpg' : 'png'}`;
}

/**
 * A material as UsdPreviewSurface. Textures are read at `st`, whose origin is their lower left corner.
 * @param scope path of the prim that holds the materials
 */
export function materialPrim(scope: string, material: HeadMaterial): UsdPrim {
  const name = usdName(material.name);
  const path = `${scope}/${name}`;
  const { texture, surface, baseColor = [1, 1, 1, 1], alphaMode, alphaCutoff = 0.5 } = material;
  const shader = (input: string, from: string): string => `${input}.connect = <${path}/${from}>`;
  const lines = [
    'uniform token info:id = "UsdPreviewSurface"',
    'int inputs:useSpecularWorkflow = 0',
    texture
      ? shader('color3f inputs:diffuseColor', 'Color.outputs:rgb')
      : `color3f inputs:diffuseColor = (${baseColor
          .slice(0, 3)
          .map((x) => fixed(x, 5))
          .join(', ')})`,
    surface
      ? shader('float inputs:roughness', 'Surface.outputs:g')
      : `float inputs:roughness = ${fixed(material.roughness, 3)}`,
    surface
      ? shader('float inputs:metallic', 'Surface.outputs:b')
      : `float inputs:metallic = ${fixed(material.metallic, 3)}`,
    ...(surface ? [shader('float inputs:occlusion', 'Surface.outputs:r')] : []),
    ...(texture && alphaMode !== 'OPAQUE' ? [shader('float inputs:opacity', 'Color.outputs:a')] : []),
    ...(alphaMode === 'MASK' ? [`float inputs:opacityThreshold = ${fixed(alphaCutoff, 3)}`] : []),
    'token outputs:surface',
  ];
  const scale = `float4 inputs:scale = (${baseColor.map((x) => fixed(x, 5)).join(', ')})`;
  return {
    kind: 'Material',
    name,
    lines: [`token outputs:surface.connect = <${path}/Preview.outputs:surface>`],
    children: [
      { kind: 'Shader', name: 'Preview', lines },
      {
        kind: 'Shader',
        name: 'Place',
        lines: [
          'uniform token info:id = "UsdPrimvarReader_float2"',
          'string inputs:varname = "st"',
          'float2 outputs:result',
        ],
      },
      ...(texture ? [texturePrim('Color', path, texture, 'sRGB', [scale])] : []),
      ...(surface ? [texturePrim('Surface', path, surface, 'raw', [])] : []),
    ],
  };
}

function texturePrim(
  name: string,
  material: string,
  texture: TextureFile,
  space: 'sRGB' | 'raw',
  more: readonly string[],
): UsdPrim {
  return {
    kind: 'Shader',
    name,
    lines: [
      'uniform token info:id = "UsdUVTexture"',
      `asset inputs:file = @${texturePath(texture)}@`,
      `float2 inputs:st.connect = <${material}/Place.outputs:result>`,
      `token inputs:sourceColorSpace = "${space}"`,
      'token inputs:wrapS = "clamp"',
      'token inputs:wrapT = "clamp"',
      ...more,
      ...['r', 'g', 'b', 'a'].map((channel) => `float outputs:${channel}`),
      'float3 outputs:rgb',
    ],
  };
}
