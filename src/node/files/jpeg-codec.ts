import sharp from 'sharp';
import type { JpegCodec } from '../../data/jpeg.js';
import { decodeImage } from './image-codec.js';

/** The largest side that a JPEG file can have. */
const MAX_SIDE = 65_535;

/** JPEG files as most cameras and messengers write them: colour at half the resolution (4:2:0). */
export const jpegCodec: JpegCodec = {
  encodeJpeg: ({ width, height, channels, data }, quality) =>
    sharp(data, { raw: { width, height, channels } })
      .jpeg({ quality, chromaSubsampling: '4:2:0' })
      .toBuffer(),
  decode: async (file) => (await decodeImage(file, { maxSide: MAX_SIDE })).image,
};
