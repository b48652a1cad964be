/** What a parser's crop shows, relative to the side of the detector's box: hair and hats too. */
export const parserViewPerBox = 2;
/** The classes are told of squares of so many pixels of the crop. */
export const parserStride = 2;
