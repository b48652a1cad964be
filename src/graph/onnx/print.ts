import type { OnnxAttribute, OnnxModel, OnnxTensor, OnnxValue } from './encode.js';

/** Values of constants of at most this many elements are shown. */
const SHORT = 8;

/** A graph as text, one operator a line. */
export function printModel(model: OnnxModel): string {
  const constants = new Map(model.constants.map((tensor) => [tensor.name, tensor]));
  const value = ({ name, type, dims }: OnnxValue): string => `${name}: ${type}[${dims.join(', ')}]`;
  const operand = (name: string): string => {
    const tensor = constants.get(name);
    return tensor === undefined ? name : showTensor(tensor);
  };
  return [
    ...model.inputs.map((input) => `input ${value(input)}`),
    ...model.nodes.map((node) => {
      const attributes = Object.entries(node.attributes ?? {}).map(
        ([name, attribute]) => `${name}=${showAttribute(attribute)}`,
      );
      const domain = node.domain === undefined ? '' : `${node.domain}.`;
      return `${node.outputs.join(', ')} = ${domain}${node.opType}(${node.inputs.map(operand).join(', ')})${attributes.length > 0 ? ` {${attributes.join(', ')}}` : ''}`;
    }),
    ...model.outputs.map((output) => `output ${value(output)}`),
  ].join('\n');
}

function showAttribute(attribute: OnnxAttribute): string {
  const [content] = Object.values(attribute) as unknown[];
  return Array.isArray(content) ? `[${content.join(', ')}]` : String(content);
}

function showTensor({ name, type, dims, data }: OnnxTensor): string {
  const bytes = data.slice().buffer;
  const values =
    type === 'int64'
      ? [...new BigInt64Array(bytes)]
      : type === 'float32'
        ? [...new Float32Array(bytes)]
        : type === 'int32'
          ? [...new Int32Array(bytes)]
          : undefined;
  if (values === undefined || values.length > SHORT) return `${name}<${type}[${dims.join(', ')}]>`;
  return dims.length === 0 ? String(values[0]) : `[${values.join(', ')}]`;
}
