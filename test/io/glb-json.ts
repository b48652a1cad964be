/** The parts of a GLB's JSON that tests read. */
export interface GlbJson {
  readonly nodes: readonly { readonly name: string; readonly mesh?: number; readonly skin?: number }[];
  readonly meshes: readonly {
    readonly name: string;
    readonly extras?: { readonly targetNames: readonly string[] };
    readonly weights?: readonly number[];
    readonly primitives: readonly {
      readonly attributes: Readonly<Record<string, number>>;
      readonly targets?: readonly Readonly<Record<string, number>>[];
      readonly material: number;
    }[];
  }[];
  readonly materials: readonly {
    readonly name: string;
    readonly pbrMetallicRoughness?: {
      readonly baseColorFactor?: readonly number[];
      readonly baseColorTexture?: { readonly index: number };
    };
  }[];
  readonly accessors: readonly {
    readonly bufferView?: number;
    readonly count: number;
    readonly sparse?: { readonly count: number };
  }[];
  readonly images?: readonly { readonly mimeType: string }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly extensionsUsed?: readonly string[];
  readonly extensionsRequired?: readonly string[];
}

/** The JSON chunk of a GLB. */
export function jsonOf(glb: Uint8Array): GlbJson {
  const length = new DataView(glb.buffer, glb.byteOffset).getUint32(12, true);
  return JSON.parse(new TextDecoder().decode(glb.subarray(20, 20 + length))) as GlbJson;
}
