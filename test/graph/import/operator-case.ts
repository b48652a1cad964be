import type { OnnxAttribute } from '../../../src/graph/onnx/encode.js';
import type { ElementType } from '../../../src/graph/onnx/schema.js';
import type { Filled } from './networks.js';

/**
 * One node on small values: `inputs` reach it from outside, `constants` are stored in the file. In the node's
 * order.
 */
export interface OperatorCase {
  readonly op: string;
  readonly inputs: Readonly<Record<string, Filled>>;
  readonly constants?: Readonly<Record<string, Filled>>;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[] | OnnxAttribute>>;
  readonly opset?: number;
  readonly type?: ElementType;
  readonly outputs?: number;
  /** False where values sit on a kink or there is no gradient. */
  readonly smooth?: false;
  /** Order of the node's inputs where constants come first, or '' where one is left out. */
  readonly order?: readonly string[];
}
