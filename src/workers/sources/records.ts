export interface TextRecord {
  readonly cells: readonly string[];
  /** The line that it begins on, from 1, and how many it spans. */
  readonly line: number;
  readonly lines: number;
}

/** Splits a text into records, quotes respected. For samples: whole files go through `writeRows`. */
export function splitRecords(text: string, delimiter: string, quote = '"'): TextRecord[] {
  return text.includes(quote) ? splitQuoted(text, delimiter, quote) : splitPlain(text, delimiter);
}

function splitPlain(text: string, delimiter: string): TextRecord[] {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const records = lines.map((line, at): TextRecord => {
    const row = line.endsWith("\r") ? line.slice(0, -1) : line;
    return { cells: row.split(delimiter), line: at + 1, lines: 1 };
  });
  if (rest !== "") records.push({ cells: rest.split(delimiter), line: records.length + 1, lines: 1 });
  return records;
}

const [lineFeed, carriageReturn] = [10, 13];

function splitQuoted(text: string, delimiter: string, quote: string): TextRecord[] {
  const records: TextRecord[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let lines = 1;
  const finish = () => {
    records.push({ cells: [...cells, cell], line, lines });
    line += lines;
    lines = 1;
    cells = [];
    cell = "";
  };
  const [quoteCode, delimiterCode] = [quote.charCodeAt(0), delimiter.charCodeAt(0)];
  for (let at = 0; at < text.length; ) {
    if (isQuoted) {
      const found = text.indexOf(quote, at);
      const end = found < 0 ? text.length : found;
      const part = text.slice(at, end);
      for (let next = part.indexOf("\n"); next >= 0; next = part.indexOf("\n", next + 1)) lines++;
      cell += part;
      const isEscaped = text[end + 1] === quote;
      if (isEscaped) cell += quote;
      else isQuoted = false;
      at = end + (isEscaped ? 2 : 1);
      continue;
    }
    let end = at;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === quoteCode || code === delimiterCode || code === lineFeed || code === carriageReturn) break;
    }
    if (end > at) cell += text.slice(at, end);
    at = end + 1;
    const letter = text[end] ?? "";
    if (letter === quote && cell.trim() === "") {
      isQuoted = true;
      cell = "";
    } else if (letter === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n") finish();
    else if (letter !== "\r" || text[at] !== "\n") cell += letter;
  }
  if (cell !== "" || cells.length > 0) finish();
  return records;
}
