/** Where a document's things are in the file. */
export interface VrmPlaces {
  /** Joints and meshes by name: index of the node. */
  readonly nodeOf: (name: string) => number | undefined;
  /** The meshes that have morph targets. */
  readonly moving: readonly {
    readonly node: number;
    readonly mesh: number;
    readonly names: readonly string[];
  }[];
  readonly meshCount: number;
  readonly materialNames: readonly string[];
  /** From the head's joint to between the eyes, metres. */
  readonly eyes: readonly [number, number, number];
}
