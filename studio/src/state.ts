import { computed, signal } from '@preact/signals';
import type { ReconstructMethod } from 'rogue-face';
import type { CoveredHead, HeadView, ModelView, PhotoView } from './engine/views.js';
import { usualLight, type Light } from './view/head-viewer.js';
import type { Look } from './view/looks.js';

/** What the page knows. Actions (actions.ts) change it; components show it. */

/** Where the pictures come from. */
export type Source = 'none' | 'photo' | 'webcam';

export interface Busy {
  readonly doing: string;
  /** 0…1 where it is known. */
  readonly share?: number;
  readonly canStop: boolean;
}

export const model = signal<ModelView | undefined>(undefined);
export const source = signal<Source>('none');
/** Name of the photo's file. */
export const fileName = signal('');
export const photo = signal<PhotoView | undefined>(undefined);
/** Pixels of the photo, for canvases. */
export const picture = signal<ImageBitmap | undefined>(undefined);
export const selectedFace = signal(0);
export const head = signal<HeadView | undefined>(undefined);
export const method = signal<ReconstructMethod>('refine');
export const busy = signal<Busy | undefined>(undefined);
/** One line for the user: what went wrong and what to do. */
export const problem = signal<string | undefined>(undefined);

export const look = signal<Look>('photo');
export const wireframe = signal(false);
export const turntable = signal(false);
export const light = signal<Light>(usualLight);
/** How the head lies over the photo. */
export const overlay = signal<'mesh' | 'clay' | 'photo' | 'none'>('mesh');
/** Where the compare slider stands: the part of the photo, from the left, under the drawn head, 0…1. */
export const compareAt = signal(1);

/** Whether the photo is enlarged to the face. */
export const zoomed = signal(true);

/** Expression and shape as the user has set them. */
export const expression = signal<Float32Array>(new Float32Array(0));
export const shape = signal<Float32Array>(new Float32Array(0));

/** Whether the tools that cover the face are at hand. */
export const covering = signal(false);
export const comparison = signal<readonly CoveredHead[] | undefined>(undefined);
export const tool = signal<'brush' | 'box' | 'erase'>('brush');
/** px of the photo's face width, 0…1. */
export const brushSize = signal(0.2);

export const framesPerSecond = signal(0);

export type Panel = 'view' | 'expression' | 'shape' | 'cover' | 'download';
export const panel = signal<Panel>('view');

export const ready = computed(() => model.value !== undefined);
export const hasHead = computed(() => head.value !== undefined);
