import { effect, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { save, startWebcam } from '../actions.js';
import {
  comparison,
  covering,
  expression,
  fileName,
  head,
  light,
  look,
  model,
  source,
  turntable,
  wireframe,
} from '../state.js';
import { HeadObject } from './head-object.js';
import { HeadViewer } from './head-viewer.js';
import { heads } from './heads.js';
import { differenceColours, differenceRamp, greatestDifference } from './looks.js';

const methodNames = { refine: 'Rogue', landmarks: 'Landmarks alone', network: 'Network alone' } as const;

/** The head that can be turned; two of them while something covers the face. */
export function HeadPane() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<HeadViewer | undefined>(undefined);
  const failed = useSignal(false);
  useEffect(() => {
    try {
      viewer.current = new HeadViewer(canvas.current!);
    } catch {
      failed.value = true;
      return undefined;
    }
    const end = showState(viewer.current);
    return () => {
      end();
      viewer.current?.dispose();
    };
  }, []);
  const compared = covering.value ? comparison.value : undefined;
  return (
    <div class="head-pane">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        data-testid="head"
        aria-label={
          compared
            ? 'Two heads found behind the cover, coloured by their distance from the uncovered one'
            : 'The head in 3D; arrow keys turn it, Home shows the front'
        }
        onKeyDown={(event) => {
          if (viewer.current?.key(event.key)) event.preventDefault();
        }}
      />
      {failed.value && (
        <p class="problem">
          This browser draws no 3D (WebGL 2 is switched off); the downloads work all the same.
        </p>
      )}
      {compared ? (
        <>
          <ul class="compared">
            {compared.map(({ method, error, landmarkError }) => (
              <li>
                <strong>{methodNames[method]}</strong>
                <span data-testid={`error-${method}`}>{error.toFixed(1)} mm</span>
                <small>landmarks {landmarkError.toFixed(1)} %</small>
              </li>
            ))}
          </ul>
          <div class="legend">
            <span>0 mm</span>
            <i
              ref={(bar) => {
                if (bar) bar.style.backgroundImage = differenceRamp;
              }}
            />
            <span>{greatestDifference} mm</span>
          </div>
        </>
      ) : (
        <div class="corner">
          <button type="button" onClick={() => viewer.current?.front()}>
            Front
          </button>
          {source.value === 'photo' && (
            <button type="button" onClick={() => void startWebcam(true)}>
              Animate
            </button>
          )}
          <button
            type="button"
            aria-pressed={turntable.value}
            onClick={() => {
              turntable.value = !turntable.value;
            }}
          >
            Turntable
          </button>
          <button
            type="button"
            onClick={() =>
              void viewer.current?.picture().then((blob) => {
                save(blob, `${fileName.value.replace(/\.[^.]*$/, '')}-view.png`);
              })
            }
          >
            Save view
          </button>
        </div>
      )}
    </div>
  );
}

/** Keeps the viewer at what the state says. @returns what ends it */
function showState(viewer: HeadViewer): () => void {
  let turned: HeadObject | undefined;
  let pair: HeadObject[] = [];
  const drop = (): void => {
    [...(turned ? [turned] : []), ...pair].forEach((object) => {
      object.dispose();
    });
    [turned, pair] = [undefined, []];
  };
  const ends = [
    effect(() => {
      drop();
      if (!head.value || !model.value) return;
      turned = heads.turned = new HeadObject(model.value, head.value);
    }),
    effect(() => {
      const view = head.value;
      const compared = covering.value ? comparison.value : undefined;
      if (!view || !turned) return;
      if (compared && pair.length === 0) {
        pair = compared.map(() => new HeadObject(model.value!, view, true));
        pair.forEach((object) => {
          object.setLook('difference');
        });
      }
      compared?.forEach(({ vertices, distances }, k) => {
        pair[k]!.setNeutral(vertices);
        pair[k]!.setColours(differenceColours(distances));
      });
      viewer.show(compared ? pair : [turned]);
    }),
    effect(() => {
      if (head.value) turned?.setLook(look.value);
      viewer.draw();
    }),
    effect(() => {
      if (head.value) turned?.setExpression(expression.value);
      turned?.setWireframe(wireframe.value);
      viewer.draw();
    }),
    effect(() => {
      // The webcam turns the head; a photo's looks ahead.
      if (source.value === 'photo') turned?.setTurn([1, 0, 0, 0, 1, 0, 0, 0, 1]);
      viewer.draw();
    }),
    effect(() => {
      viewer.setLight(light.value);
    }),
    effect(() => {
      viewer.turntable = turntable.value;
    }),
  ];
  heads.redraw = () => {
    viewer.draw();
  };
  return () => {
    ends.forEach((end) => {
      end();
    });
    drop();
    heads.turned = undefined;
  };
}
