import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import { compareAt, expression, head, model, overlay, photo } from '../state.js';
import { HeadObject } from '../view/head-object.js';
import { heads } from '../view/heads.js';
import { PhotoOverlay } from '../view/photo-overlay.js';

/**
 * Keeps the head drawn over the photo at what the state says.
 * @param follow of the photo's own head; a webcam moves it by itself
 */
export function useOverlay(
  canvas: RefObject<HTMLCanvasElement | null>,
  follow: boolean,
): RefObject<PhotoOverlay | null> {
  const drawn = useRef<PhotoOverlay>(null);
  useEffect(() => {
    const element = canvas.current!;
    let own: HeadObject | undefined;
    let view: PhotoOverlay;
    try {
      view = drawn.current = new PhotoOverlay(element);
    } catch {
      // Without WebGL the photo is shown alone; the head's pane says so.
      return undefined;
    }
    const sizes = new ResizeObserver(() => {
      view.resize();
    });
    sizes.observe(element);
    const ends = [
      effect(() => {
        own?.dispose();
        own = heads.overlaid = head.value && model.value && new HeadObject(model.value, head.value);
        if (!head.value)
          return view.show(
            undefined,
            { focal: 1, cx: 0, cy: 0 },
            { rotation: new Float64Array(9), translation: new Float64Array(3) },
            { width: 1, height: 1 },
          );
        const { camera, pose } = head.value;
        view.show(own, camera, pose, photo.value ?? { width: 1, height: 1 });
      }),
      effect(() => {
        const wanted = overlay.value;
        element.hidden = wanted === 'none';
        if (!head.value || !own) return;
        own.setLook(wanted === 'photo' ? 'photo' : 'clay');
        own.setSolid(wanted !== 'mesh');
        own.setWireframe(wanted === 'mesh');
        view.draw();
      }),
      effect(() => {
        const weights = expression.value;
        if (!head.value || !own || !follow) return;
        own.setExpression(weights);
        view.draw();
      }),
      effect(() => {
        element.style.clipPath = `inset(0 ${(1 - compareAt.value) * 100}% 0 0)`;
      }),
    ];
    heads.redrawOverlay = () => {
      view.draw();
    };
    return () => {
      ends.forEach((end) => {
        end();
      });
      sizes.disconnect();
      own?.dispose();
      heads.overlaid = undefined;
      view.dispose();
    };
  }, []);
  return drawn;
}
