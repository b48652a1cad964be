/**
 * jax-js asks `instanceof Float16Array` before it looks for Float64Array, and Node has that class only from version 24 on.
 * Nothing is ever an instance of this one.
 */
const globals = globalThis as { Float16Array?: unknown };
globals.Float16Array ??= function Float16Array() { throw new Error('Float16Array: only a stand-in for instanceof.'); };
