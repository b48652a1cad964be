declare module 'gltf-validator' {
  /** The part of the report that the tests read. Severities: 0 error, 1 warning, 2 information, 3 hint. */
  export interface ValidationReport {
    readonly issues: {
      readonly numErrors: number;
      readonly numWarnings: number;
      readonly messages: readonly {
        readonly code: string;
        readonly message: string;
        readonly severity: number;
        readonly pointer?: string;
      }[];
    };
  }
  export function validateBytes(data: Uint8Array): Promise<ValidationReport>;
}
