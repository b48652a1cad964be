import { signal } from '@preact/signals';
import { coveredPhoto } from '../actions.js';
import type { Cover } from '../engine/views.js';
import { picture } from '../state.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Grey that faces are covered with by hand, as in the evaluation. */
const grey = '#808080';

/** The photo with things over it: objects and noise from the worker below, what is drawn by hand above. */
class Covers {
  /** Grows with each change that the reconstruction should see; 0: nothing covers. */
  readonly version = signal(0);
  readonly things = signal<readonly Cover[]>([]);
  #canvas: HTMLCanvasElement | undefined;
  readonly #strokes = document.createElement('canvas');
  #below: ImageData | undefined;

  attach(canvas: HTMLCanvasElement, width: number, height: number): void {
    this.#canvas = canvas;
    for (const layer of [canvas, this.#strokes]) {
      layer.width = width;
      layer.height = height;
    }
    this.#below = undefined;
    this.things.value = [];
    this.version.value = 0;
  }

  stroke(from: Point, to: Point, width: number, erase: boolean): void {
    const context = this.#strokes.getContext('2d')!;
    context.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
    context.strokeStyle = grey;
    context.lineCap = 'round';
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    this.#changed();
  }

  box(from: Point, to: Point): void {
    const context = this.#strokes.getContext('2d')!;
    context.globalCompositeOperation = 'source-over';
    context.fillStyle = grey;
    context.fillRect(
      Math.min(from.x, to.x),
      Math.min(from.y, to.y),
      Math.abs(to.x - from.x),
      Math.abs(to.y - from.y),
    );
    this.#changed();
  }

  /** A box that is still being drawn. */
  outline(from: Point, to: Point): void {
    this.paint();
    const context = this.#canvas!.getContext('2d')!;
    context.fillStyle = 'rgb(128 128 128 / 70%)';
    context.fillRect(from.x, from.y, to.x - from.x, to.y - from.y);
  }

  /** Puts other things in front of the face. */
  async set(things: readonly Cover[]): Promise<void> {
    this.things.value = things;
    const below = things.length > 0 ? await coveredPhoto(things) : undefined;
    // Another choice may have been made in the meantime.
    if (this.things.value !== things) return;
    this.#below = below;
    this.#changed();
  }

  clear(): void {
    this.#strokes.getContext('2d')!.clearRect(0, 0, this.#strokes.width, this.#strokes.height);
    this.#below = undefined;
    this.things.value = [];
    this.#changed();
  }

  /** Shows all layers. */
  paint(): void {
    const context = this.#canvas?.getContext('2d', { willReadFrequently: true });
    if (!context || !this.#canvas) return;
    if (this.#below) context.putImageData(this.#below, 0, 0);
    else if (picture.peek()) context.drawImage(picture.peek()!, 0, 0);
    context.drawImage(this.#strokes, 0, 0);
  }

  pixels(): ImageData {
    this.paint();
    const { width, height } = this.#canvas!;
    return this.#canvas!.getContext('2d', { willReadFrequently: true })!.getImageData(0, 0, width, height);
  }

  #changed(): void {
    this.version.value++;
  }
}

export const covers = new Covers();
