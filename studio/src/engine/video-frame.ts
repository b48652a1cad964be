import type { Image } from 'rogue-face';

/** The pixels of a video's picture, which is closed. */
export async function pixelsOfFrame(picture: VideoFrame | ImageData): Promise<Image> {
  if (picture instanceof ImageData)
    return { width: picture.width, height: picture.height, channels: 4, data: picture.data };
  try {
    const { width, height } = picture.visibleRect!;
    const data = new Uint8Array(width * height * 4);
    await picture.copyTo(data, { format: 'RGBA', layout: [{ offset: 0, stride: width * 4 }] });
    return { width, height, channels: 4, data };
  } finally {
    picture.close();
  }
}
