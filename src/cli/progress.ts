import { SingleBar } from 'cli-progress';
import { complain, printable } from './terminal.js';

/** Tells the user how far a long job is; on stderr, so that results on stdout stay clean. */
export interface Progress {
  /** One more picture is done. @param line what to say about it where there is no bar */
  done(line: string): void;
  stop(): void;
}

export interface ProgressOptions {
  /** Least seconds between two lines where there is no bar; the first and the last always come. Default 0. */
  readonly interval?: number;
}

/** A bar with the time left on a terminal, else one line per picture; nothing for a single picture. */
export function createProgress(total: number, { interval = 0 }: ProgressOptions = {}): Progress {
  if (total < 2) return { done: () => undefined, stop: () => undefined };
  if (!process.stderr.isTTY) {
    let count = 0;
    let last = -Infinity;
    return {
      done: (line) => {
        count++;
        const now = performance.now();
        if (now - last < 1000 * interval && count < total) return;
        last = now;
        complain(`[${count}/${total}] ${line}`);
      },
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({
    format: '{bar} {value}/{total} · {eta_formatted} left · {line}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 30,
  });
  bar.start(total, 0, { line: '' });
  return {
    done: (line) => {
      bar.increment({ line: printable(line) });
    },
    stop: () => {
      bar.stop();
    },
  };
}
