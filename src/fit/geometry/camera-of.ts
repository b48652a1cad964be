import type { Camera } from '../../math/camera.js';

/** Diagonal of 35-mm film, mm: EXIF's equivalent focal lengths refer to the same diagonal angle of view. */
const FILM_DIAGONAL_MM = 43.27;
/**
 * Focal length assumed without metadata, in long sides of the photo: a 43-mm lens, between telephone and
 * portrait.
 */
const DEFAULT_FOCAL = 1.2;
/**
 * A face fills at most this share of the default view; larger ones are crops of photos taken from farther
 * away.
 */
const LARGEST_FACE = 0.3;

/**
 * Pinhole camera of a photo with the principal point in its middle.
 * @param faceSize size of the face in pixels; without metadata a face that fills the photo means a crop,
 *   hence a longer lens
 */
export function cameraOf(
  image: { readonly width: number; readonly height: number },
  faceSize: number,
  focal35mm?: number,
): Camera {
  const { width, height } = image;
  const focal = focal35mm
    ? (focal35mm / FILM_DIAGONAL_MM) * Math.hypot(width, height)
    : Math.max(DEFAULT_FOCAL * Math.max(width, height), (DEFAULT_FOCAL / LARGEST_FACE) * faceSize);
  return { focal, cx: width / 2, cy: height / 2 };
}
