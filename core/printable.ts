/** C0, DEL and C1, and what else breaks lines or reverses the order of letters: an escape sequence cannot begin. */
const CONTROL = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu;
const CONTROL_BUT_LINE_BREAK = /[[\p{Cc}\u2028\u2029\p{Bidi_Control}]--[\n]]/gv;

/** Text of others (keys, names, answers) as one line for a terminal, a log and an error: each control character is a �. */
export const printable = (text: string): string => text.replace(CONTROL, '\uFFFD');

/** The same; line breaks stay. */
export const printableLines = (text: string): string => text.replace(CONTROL_BUT_LINE_BREAK, '\uFFFD');
