import type { HeadObject } from './head-object.js';

/**
 * The heads that are drawn, for what changes too often or is too large to be state: shapes, and pictures of
 * the webcam.
 */
export const heads: {
  turned: HeadObject | undefined;
  overlaid: HeadObject | undefined;
  redraw: () => void;
  redrawOverlay: () => void;
} = {
  turned: undefined,
  overlaid: undefined,
  redraw: () => undefined,
  redrawOverlay: () => undefined,
};
