import { LONGEST_FOCAL, SHORTEST_FOCAL } from '../../io/exif.js';
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
 * @param focal35mm 0 where it is not known
 * @throws RangeError for a focal length that no lens has
 */
export function cameraOf(
  image: { readonly width: number; readonly height: number },
  faceSize: number,
  focal35mm?: number,
): Camera {
  const { width, height } = image;
  if (
    focal35mm !== undefined &&
    focal35mm !== 0 &&
    !(focal35mm >= SHORTEST_FOCAL && focal35mm <= LONGEST_FOCAL)
  )
    throw new RangeError(
      `focal35mm: expected ${SHORTEST_FOCAL}…${LONGEST_FOCAL} mm in 35 mm terms, received ${focal35mm}; leave it out where it is not known.`,
    );
  const focal = focal35mm
    ? (focal35mm / FILM_DIAGONAL_MM) * Math.hypot(width, height)
    : Math.max(DEFAULT_FOCAL * Math.max(width, height), (DEFAULT_FOCAL / LARGEST_FACE) * faceSize);
  return { focal, cx: width / 2, cy: height / 2 };
}
