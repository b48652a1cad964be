/**
 * What the command line prints goes through here: names of files may hold anything, also line breaks that
 * would forge lines and codes that clear the screen.
 */

/** Control characters, line and paragraph separators, and marks that turn the direction of what follows. */
const acting = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** Text as one line that does nothing to a terminal: what would is shown as an escape, `\n` or `\u{85}`. */
export function printable(text: string): string {
  return text.replace(acting, (sign) => short[sign] ?? `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

/** Text of several lines, each {@link printable}. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Prints a line of results. */
export function print(line: string): void {
  console.log(printable(line));
}

/** Prints results of several lines, such as tables. */
export function printText(text: string): void {
  console.log(printableLines(text));
}

/** Prints a line that is no result: errors, notes, progress. */
export function complain(line: string): void {
  console.error(printable(line));
}
