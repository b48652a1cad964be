import { readFile } from 'node:fs/promises';
import { peopleFromTensors, type People } from '../../../src/data/synthetic/people-file.js';
import { readSafetensors } from '../../../src/io/safetensors.js';

/** The people that ship. */
export async function shippedPeople(): Promise<People> {
  const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(new URL('../../../assets/people.safetensors', import.meta.url))));
  return peopleFromTensors(tensors, metadata);
}
