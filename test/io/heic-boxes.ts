/**
 * A box of an ISO base media file (ISO/IEC 14496-12): where its header and its content begin, and where it
 * ends.
 */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function boxesIn(file: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to;) {
    const end = at + file.readUInt32BE(at);
    boxes.push({ type: file.toString('latin1', at + 4, at + 8), start: at, content: at + 8, end });
    at = end;
  }
  return boxes;
}

function find(boxes: readonly Box[], type: string): Box {
  const box = boxes.find((other) => other.type === type);
  if (!box) throw new Error(`no box ${type}`);
  return box;
}

/**
 * A HEIC file whose first item is turned and mirrored by `irot` and `imir` properties, as cameras write them
 * (ISO/IEC 23008-12, 6.5.10 and 6.5.12): two boxes behind the other properties, their numbers behind the
 * first
 * item's, and every position in the file moved by what that adds.
 *
 * @param quarters quarter turns anticlockwise
 * @param mirror axis: 0 swaps top and bottom, 1 left and right
 */
export function withTransforms(file: Uint8Array, quarters: number, mirror?: 0 | 1): Buffer {
  const source = Buffer.from(file);
  const meta = find(boxesIn(source, 0, source.length), 'meta');
  const inMeta = boxesIn(source, meta.content + 4, meta.end);
  const properties = find(inMeta, 'iprp');
  const inProperties = boxesIn(source, properties.content, properties.end);
  const list = find(inProperties, 'ipco');
  const associations = find(inProperties, 'ipma');
  const known = boxesIn(source, list.content, list.end).length;
  const turn = Buffer.from([0, 0, 0, 9, ...Buffer.from('irot'), quarters]);
  const flip = Buffer.from([0, 0, 0, 9, ...Buffer.from('imir'), mirror ?? 0]);
  const added = mirror === undefined ? turn : Buffer.concat([turn, flip]);
  // Essential properties, one byte each; the first item's list begins behind version, count, item and length.
  const numbers = Buffer.from(
    mirror === undefined ? [0x80 | (known + 1)] : [0x80 | (known + 1), 0x80 | (known + 2)],
  );
  const lengthAt = associations.content + 4 + 4 + 2;
  const behind = lengthAt + 1 + source[lengthAt]!;
  const total = added.length + numbers.length;
  const grow = (at: number, by: number): void => void source.writeUInt32BE(source.readUInt32BE(at) + by, at);
  grow(meta.start, total);
  grow(properties.start, total);
  grow(list.start, added.length);
  grow(associations.start, numbers.length);
  source[lengthAt]! += numbers.length;
  moveItems(source, find(inMeta, 'iloc'), total);
  return Buffer.concat([
    source.subarray(0, list.end),
    added,
    source.subarray(list.end, behind),
    numbers,
    source.subarray(behind),
  ]);
}

/** Moves the content of all items: `iloc` of version 0 or 1 with offsets and lengths of four bytes. */
function moveItems(file: Buffer, { content }: Box, by: number): void {
  const version = file[content]!;
  const sizes = file.readUInt16BE(content + 4);
  const baseSize = (sizes >> 4) & 15;
  if (sizes >> 8 !== 0x44 || version > 1) throw new Error('iloc of another layout');
  let at = content + 8;
  for (let item = file.readUInt16BE(content + 6); item > 0; item--) {
    // Item, construction method from version 1 on, data reference, base offset.
    at += 2 + (version === 1 ? 2 : 0) + 2 + baseSize;
    const extents = file.readUInt16BE(at);
    at += 2;
    for (let k = 0; k < extents; k++, at += 8) file.writeUInt32BE(file.readUInt32BE(at) + by, at);
  }
}
